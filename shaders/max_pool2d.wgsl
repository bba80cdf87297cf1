// MaxPool2d: y[n, oy, ox, c] = max over the window of x[n, oy·SH − PH + ky, ox·SW − PW + kx, c]; padding never wins, of equal maxima the
// first in row-major order does. Layout [N][H·W][Cs]; one thread a vec4 of channels, so neighbours read neighbours.
// In training the winning tap ky·KW + kx is kept: four bytes a vec4, or four half-words where a window has more than 256 taps (`wide`).
// Backward gathers: an input asks each window that covers it whether it won. No scatter, so overlapping windows add in a fixed order.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html

import constants::{THREADS, XH, XW, XC4, YH, YW, KH, KW, SH, SW, PH, PW, X_LANE, Y_LANE, TAPS_LANE, KEPT_LANE, GY_LANE, GX_LANE};
import constants::{ACCUMULATE, IN_ACT, IN_SLOPE};
import package::lib::activation::activation_gradient;
import package::lib::grid::thread_index;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> taps: array<u32>;

@if(forward && train)
fn keep(lane: u32, i: u32, tap: vec4u) {
  let start = 4u * lane * TAPS_LANE;
  @if(!wide) taps[start + i] = tap.x | (tap.y << 8u) | (tap.z << 16u) | (tap.w << 24u);
  @if(wide) taps[start + 2u * i] = tap.x | (tap.y << 16u);
  @if(wide) taps[start + 2u * i + 1u] = tap.z | (tap.w << 16u);
}

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  let pixel = i / XC4;
  let row = pixel / YW;
  let top = (row % YH) * SH;
  let left = (pixel % YW) * SW;
  let image = lane * X_LANE + (row / YH) * (XH * XW * XC4) + i % XC4;
  var best = vec4f(-3.4028234e38);
  @if(train) var winner = vec4u();
  // Taps inside the map only. `top` and `left` count from the padding's edge, so nothing is ever negative.
  let last_y = min(KH, XH + PH - top);
  let last_x = min(KW, XW + PW - left);
  for (var ky = max(top, PH) - top; ky < last_y; ky++) {
    let line = image + (top + ky - PH) * XW * XC4;
    for (var kx = max(left, PW) - left; kx < last_x; kx++) {
      let v = x[line + (left + kx - PW) * XC4];
      let larger = v > best;
      best = select(best, v, larger);
      @if(train) winner = select(winner, vec4u(ky * KW + kx), larger);
    }
  }
  y[lane * Y_LANE + i] = best;
  @if(train) keep(lane, i, winner);
}

@group(0) @binding(3) var<storage, read> kept: array<u32>;
@group(0) @binding(4) var<storage, read> gy: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gx: array<vec4f>;

// What output o passes on to the input under its tap.
@if(grad_input)
fn from_window(lane: u32, o: u32, tap: u32) -> vec4f {
  let start = 4u * lane * KEPT_LANE;
  @if(!wide) let winner = (vec4u(kept[start + o]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
  @if(wide) let words = vec4u(vec2u(kept[start + 2u * o]), vec2u(kept[start + 2u * o + 1u]));
  @if(wide) let winner = (words >> vec4u(0u, 16u, 0u, 16u)) & vec4u(65535u);
  return select(vec4f(), gy[lane * GY_LANE + o], winner == vec4u(tap));
}

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  let pixel = i / XC4;
  let row = pixel / XW;
  // From the padding's edge, like `top` and `left` above.
  let py = row % XH + PH;
  let px = pixel % XW + PW;
  let image = (row / XH) * (YH * YW * XC4) + i % XC4;
  var g = vec4f();
  // Windows that do not overlap: at most one covers the pixel, and no loop is needed.
  @if(apart) {
    let oy = py / SH;
    let ox = px / SW;
    let ky = py - oy * SH;
    let kx = px - ox * SW;
    if (oy < YH && ox < YW && ky < KH && kx < KW) { g = from_window(lane, image + (oy * YW + ox) * XC4, ky * KW + kx); }
  }
  // o·S ≤ p < o·S + K.
  @if(!apart) {
    let first_y = (max(py + SH, KH) - KH) / SH;
    let first_x = (max(px + SW, KW) - KW) / SW;
    let last_y = min(YH, py / SH + 1u);
    let last_x = min(YW, px / SW + 1u);
    for (var oy = first_y; oy < last_y; oy++) {
      for (var ox = first_x; ox < last_x; ox++) {
        g += from_window(lane, image + (oy * YW + ox) * XC4, (py - oy * SH) * KW + px - ox * SW);
      }
    }
  }
  let at = lane * GX_LANE + i;
  @if(in_act) g = activation_gradient(IN_ACT, IN_SLOPE, g, x[lane * X_LANE + i]);
  if (ACCUMULATE == 1u) { g += gx[at]; }
  gx[at] = g;
}
