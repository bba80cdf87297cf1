// AvgPool2d and AdaptiveAvgPool2d: y[n, oy, ox, c] = share · Σ over the window of x[n, iy, ix, c]. Layout [N][H·W][Cs].
//   AvgPool2d           rows oy·SH − PH … + KH − 1 inside the map; share 1 / (KH·KW), or 1 / taps inside the map (`!include_pad`)
//   AdaptiveAvgPool2d   rows ⌊oy·XH/YH⌋ … ⌈(oy + 1)·XH/YH⌉ − 1; share 1 / taps
// `forward`: one thread a vec4 of channels of an output. `forward_wide`, for windows with many taps (global pooling): a workgroup owns
// TC vec4s of one output, its 64 / TC strands take every (64 / TC)-th tap, and one thread a vec4 adds the strands in order.
// Backward gathers from the windows that cover an input.
// Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html, …/torch.nn.AdaptiveAvgPool2d.html

import constants::{THREADS, GROUPS, TC, XH, XW, XC4, YH, YW, KH, KW, SH, SW, PH, PW, X_LANE, Y_LANE, GY_LANE, GX_LANE};
import constants::{ACCUMULATE, IN_ACT, IN_SLOPE};
import package::lib::activation::activation_gradient;
import package::lib::grid::{group_index, thread_index};

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

// First row of output row o's window, and one past its last; then columns.
@if(adaptive) fn start_y(o: u32) -> u32 { return o * XH / YH; }
@if(adaptive) fn end_y(o: u32) -> u32 { return ((o + 1u) * XH + YH - 1u) / YH; }
@if(adaptive) fn start_x(o: u32) -> u32 { return o * XW / YW; }
@if(adaptive) fn end_x(o: u32) -> u32 { return ((o + 1u) * XW + YW - 1u) / YW; }
@if(!adaptive) fn start_y(o: u32) -> u32 { return max(o * SH, PH) - PH; }
@if(!adaptive) fn end_y(o: u32) -> u32 { return min(o * SH + KH, XH + PH) - PH; }
@if(!adaptive) fn start_x(o: u32) -> u32 { return max(o * SW, PW) - PW; }
@if(!adaptive) fn end_x(o: u32) -> u32 { return min(o * SW + KW, XW + PW) - PW; }

fn taps(oy: u32, ox: u32) -> f32 {
  @if(include_pad) return f32(KH * KW);
  @if(!include_pad) return f32((end_y(oy) - start_y(oy)) * (end_x(ox) - start_x(ox)));
}

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let pixel = i / XC4;
  let row = pixel / YW;
  let oy = row % YH;
  let ox = pixel % YW;
  let image = group.z * X_LANE + (row / YH) * (XH * XW * XC4) + i % XC4;
  let last_y = end_y(oy);
  let last_x = end_x(ox);
  var sum = vec4f();
  for (var iy = start_y(oy); iy < last_y; iy++) {
    for (var ix = start_x(ox); ix < last_x; ix++) { sum += x[image + (iy * XW + ix) * XC4]; }
  }
  y[group.z * Y_LANE + i] = sum / taps(oy, ox);
}

@if(forward_wide) const STRANDS = 64u / TC;
@if(forward_wide) const COLUMNS = (XC4 + TC - 1u) / TC;
@if(forward_wide) var<workgroup> strands: array<vec4f, 64>;

@if(forward_wide)
@compute @workgroup_size(64)
fn forward_wide(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  let pixel = g / COLUMNS;
  let row = pixel / YW;
  let oy = row % YH;
  let ox = pixel % YW;
  let c4 = (g % COLUMNS) * TC + local % TC;
  let live = g < GROUPS && c4 < XC4;
  let last_y = end_y(oy);
  let width = end_x(ox) - start_x(ox);
  let image = group.z * X_LANE + ((row / YH) * XH * XW + start_x(ox)) * XC4 + c4;
  var sum = vec4f();
  if (live) {
    var iy = start_y(oy);
    var kx = local / TC;
    loop {
      while (kx >= width && iy < last_y) { kx -= width; iy++; }
      if (iy >= last_y) { break; }
      sum += x[image + (iy * XW + kx) * XC4];
      kx += STRANDS;
    }
  }
  strands[local] = sum;
  workgroupBarrier();
  if (local < TC && live) {
    for (var k = 1u; k < STRANDS; k++) { sum += strands[k * TC + local]; }
    y[group.z * Y_LANE + pixel * XC4 + c4] = sum / taps(oy, ox);
  }
}

@group(0) @binding(2) var<storage, read> gy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gx: array<vec4f>;

// Outputs whose windows cover an input row, from the first to one past the last; then columns.
@if(grad_input && adaptive) fn first_y(iy: u32) -> u32 { return iy * YH / XH; }
@if(grad_input && adaptive) fn after_y(iy: u32) -> u32 { return ((iy + 1u) * YH + XH - 1u) / XH; }
@if(grad_input && adaptive) fn first_x(ix: u32) -> u32 { return ix * YW / XW; }
@if(grad_input && adaptive) fn after_x(ix: u32) -> u32 { return ((ix + 1u) * YW + XW - 1u) / XW; }
@if(grad_input && !adaptive) fn first_y(iy: u32) -> u32 { return (max(iy + PH + SH, KH) - KH) / SH; }
@if(grad_input && !adaptive) fn after_y(iy: u32) -> u32 { return min(YH, (iy + PH) / SH + 1u); }
@if(grad_input && !adaptive) fn first_x(ix: u32) -> u32 { return (max(ix + PW + SW, KW) - KW) / SW; }
@if(grad_input && !adaptive) fn after_x(ix: u32) -> u32 { return min(YW, (ix + PW) / SW + 1u); }

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  let pixel = i / XC4;
  let row = pixel / XW;
  let iy = row % XH;
  let ix = pixel % XW;
  let image = lane * GY_LANE + (row / XH) * (YH * YW * XC4) + i % XC4;
  var g = vec4f();
  // Windows that do not overlap: at most one covers the input, and no loop is needed.
  @if(apart) {
    let oy = first_y(iy);
    let ox = first_x(ix);
    if (oy < after_y(iy) && ox < after_x(ix)) { g = gy[image + (oy * YW + ox) * XC4] / taps(oy, ox); }
  }
  @if(!apart) {
    let last_y = after_y(iy);
    let last_x = after_x(ix);
    for (var oy = first_y(iy); oy < last_y; oy++) {
      for (var ox = first_x(ix); ox < last_x; ox++) { g += gy[image + (oy * YW + ox) * XC4] / taps(oy, ox); }
    }
  }
  @if(in_act) g = activation_gradient(IN_ACT, IN_SLOPE, g, x[lane * X_LANE + i]);
  let at = lane * GX_LANE + i;
  if (ACCUMULATE == 1u) { g += gx[at]; }
  gx[at] = g;
}
