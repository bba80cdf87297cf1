// 2-D convolution with groups: output channel co reads only the IG input channels of its group co / OG.
//
//   forward      y[n,oh,ow,co] = act( bias[co] + Σ_{kh,kw,ci} x[n, oh·SH−PH+kh·DH, ow·SW−PW+kw·DW, (co/OG)·IG + ci] · w[kh,kw,ci,co] )
//   grad_input   gx[n,ih,iw,c] = Σ_{kh,kw,o} gy[n, (ih+PH−kh·DH)/SH, (iw+PW−kw·DW)/SW, (c/IG)·OG + o] · w[kh,kw,c%IG,(c/IG)·OG + o]
//   grad_weight  gw[kh,kw,ci,co] = Σ_{n,oh,ow} x[…] · gy[n,oh,ow,co],  grad_bias = Σ gy
//
// Layouts: x [N][XH·XW][XC4] vec4, y [N][YH·YW][YC4] vec4, w rows (tap·IG + ci) of YC4 vec4 and one bias row below. Few terms are summed
// for each output, so memory decides: a thread owns one vec4 of channels of TM pixels in a row (weights are read once for all of them),
// neighbours own neighbouring vec4s, and what a vec4 means to the groups picks the inner loop:
//   depthwise   IG = OG = 1: channel c meets channel c, one vec4 multiply-add a tap
//   aligned     4 divides IG and OG: a vec4 lies in one group, inner products by vec4
//   otherwise   each component gathers from its own group, one float at a time
// grad_weight splits its long sum over SLABS ranges of output rows (n, oh), summed in fixed order by the optimizer (lib/update.wgsl).
// Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html

import package::lib::grid::thread_index;
import package::lib::activation::{activate, activation_gradient, mask_padding};
import constants::{THREADS, N, XC, XH, XW, XC4, YC, YH, YW, YC4, IG, OG, KH, KW, SH, SW, PH, PW, DH, DW, HAS_BIAS, ACT, SLOPE};
import constants::{X_LANE, W_LANE, Y_LANE, GY_LANE, GX_LANE, PARTIALS_LANE, ACCUMULATE, IN_ACT, IN_SLOPE, TM, RUNS, UNIT_ROWS, SLAB_ROWS};

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

// First input channel of the group of each of the output channels 4·c4 …; padding channels borrow the last group.
fn group_start(c4: u32) -> vec4u {
  return min(4u * c4 + vec4u(0u, 1u, 2u, 3u), vec4u(YC - 1u)) / OG * IG;
}

// Channels c of the input pixel that starts at vec4 `pixel`.
fn gather(pixel: u32, c: vec4u) -> vec4f {
  let at = vec4u(pixel) + c / 4u;
  let q = c % 4u;
  return vec4f(x[at.x][q.x], x[at.y][q.y], x[at.z][q.z], x[at.w][q.w]);
}

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let id = thread_index(group, groups, local);
  if (id >= THREADS) { return; }
  let lane = group.z;
  let c4 = id % YC4;
  let run = id / YC4;
  let row = run / RUNS;
  let first = run % RUNS * TM;
  let image = lane * X_LANE + (row / YH) * XH * XW * XC4;
  @if(!depthwise) let start = group_start(c4);
  var sum: array<vec4f, TM>;
  for (var i = 0u; i < TM; i++) { // @unroll
    sum[i] = vec4f();
  }
  for (var kh = 0u; kh < KH; kh++) {
    // Above the map this wraps to a huge value, so one comparison serves both sides; columns likewise.
    let iy = row % YH * SH + kh * DH - PH;
    if (iy >= XH) { continue; }
    for (var kw = 0u; kw < KW; kw++) {
      var at: array<u32, TM>;
      var inside: array<bool, TM>;
      for (var i = 0u; i < TM; i++) { // @unroll
        let ix = (first + i) * SW + kw * DW - PW;
        inside[i] = ix < XW;
        at[i] = image + (iy * XW + select(0u, ix, inside[i])) * XC4;
      }
      let tap = lane * W_LANE + (kh * KW + kw) * IG * YC4 + c4;
      @if(depthwise) {
        let b = w[tap];
        for (var i = 0u; i < TM; i++) { // @unroll
          sum[i] += select(vec4f(), x[at[i] + c4], inside[i]) * b;
        }
      }
      @if(aligned) {
        for (var c = 0u; c < IG / 4u; c++) {
          let b = tap + 4u * c * YC4;
          let m = mat4x4f(w[b], w[b + YC4], w[b + 2u * YC4], w[b + 3u * YC4]);
          for (var i = 0u; i < TM; i++) { // @unroll
            sum[i] += m * select(vec4f(), x[at[i] + start.x / 4u + c], inside[i]);
          }
        }
      }
      @if(!depthwise && !aligned) {
        for (var c = 0u; c < IG; c++) {
          let b = w[tap + c * YC4];
          for (var i = 0u; i < TM; i++) { // @unroll
            sum[i] += select(vec4f(), gather(at[i], start + c), inside[i]) * b;
          }
        }
      }
    }
  }
  var bias = vec4f();
  if (HAS_BIAS == 1u) { bias = w[lane * W_LANE + KH * KW * IG * YC4 + c4]; }
  for (var i = 0u; i < TM; i++) { // @unroll
    if (first + i < YW) {
      y[lane * Y_LANE + (row * YW + first + i) * YC4 + c4] = mask_padding(activate(ACT, SLOPE, sum[i] + bias), c4, YC);
    }
  }
}

@group(0) @binding(3) var<storage, read> gy: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gx: array<vec4f>;

// Output channels o of the pixel of gy that starts at vec4 `pixel`.
@if(grad_input)
fn gather_gradient(pixel: u32, o: vec4u) -> vec4f {
  let at = vec4u(pixel) + o / 4u;
  let q = o % 4u;
  return vec4f(gy[at.x][q.x], gy[at.y][q.y], gy[at.z][q.z], gy[at.w][q.w]);
}

// Weights of four input channels (their rows of the tap) for the output channels o.
@if(grad_input)
fn gather_weight(tap: u32, row: vec4u, o: vec4u) -> vec4f {
  let at = vec4u(tap) + row * YC4 + o / 4u;
  let q = o % 4u;
  return vec4f(w[at.x][q.x], w[at.y][q.y], w[at.z][q.z], w[at.w][q.w]);
}

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let id = thread_index(group, groups, local);
  if (id >= THREADS) { return; }
  let lane = group.z;
  let c4 = id % XC4;
  let run = id / XC4;
  let row = run / RUNS;
  let first = run % RUNS * TM;
  let image = lane * GY_LANE + (row / XH) * YH * YW * YC4;
  @if(!depthwise) let channel = min(4u * c4 + vec4u(0u, 1u, 2u, 3u), vec4u(XC - 1u));
  @if(!depthwise) let weight_row = channel % IG;
  @if(!depthwise) let start = channel / IG * OG;
  var sum: array<vec4f, TM>;
  for (var i = 0u; i < TM; i++) { // @unroll
    sum[i] = vec4f();
  }
  for (var kh = 0u; kh < KH; kh++) {
    let py = row % XH + PH - kh * DH;
    let oy = py / SH;
    if (oy >= YH || oy * SH != py) { continue; }
    for (var kw = 0u; kw < KW; kw++) {
      var at: array<u32, TM>;
      var inside: array<bool, TM>;
      for (var i = 0u; i < TM; i++) { // @unroll
        let px = first + i + PW - kw * DW;
        let ox = px / SW;
        inside[i] = ox < YW && ox * SW == px;
        at[i] = image + (oy * YW + select(0u, ox, inside[i])) * YC4;
      }
      let tap = lane * W_LANE + (kh * KW + kw) * IG * YC4;
      @if(depthwise) {
        let b = w[tap + c4];
        for (var i = 0u; i < TM; i++) { // @unroll
          sum[i] += select(vec4f(), gy[at[i] + c4], inside[i]) * b;
        }
      }
      @if(aligned) {
        for (var o = start.x / 4u; o < (start.x + OG) / 4u; o++) {
          let b = tap + weight_row.x * YC4 + o;
          let m = mat4x4f(w[b], w[b + YC4], w[b + 2u * YC4], w[b + 3u * YC4]);
          for (var i = 0u; i < TM; i++) { // @unroll
            sum[i] += select(vec4f(), gy[at[i] + o], inside[i]) * m;
          }
        }
      }
      @if(!depthwise && !aligned) {
        for (var o = 0u; o < OG; o++) {
          let b = gather_weight(tap, weight_row, start + o);
          for (var i = 0u; i < TM; i++) { // @unroll
            sum[i] += select(vec4f(), gather_gradient(at[i], start + o), inside[i]) * b;
          }
        }
      }
    }
  }
  for (var i = 0u; i < TM; i++) { // @unroll
    if (first + i < XW) {
      let pixel = (row * XW + first + i) * XC4 + c4;
      let at = lane * GX_LANE + pixel;
      var g = activation_gradient(IN_ACT, IN_SLOPE, mask_padding(sum[i], c4, XC), x[lane * X_LANE + pixel]);
      if (ACCUMULATE == 1u) { g += gx[at]; }
      gx[at] = g;
    }
  }
}

@group(0) @binding(5) var<storage, read_write> partials: array<vec4f>;

// Rows of the weight matrix come in units of UNIT_ROWS input channels of one tap (4 if aligned); the unit after the last is the bias.
@if(grad_weight) const TAP_UNITS = IG / UNIT_ROWS;
@if(grad_weight) const UNITS = KH * KW * TAP_UNITS + HAS_BIAS;

@if(grad_weight)
@compute @workgroup_size(64)
fn grad_weight(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  let c4 = i % YC4;
  let unit = i / YC4 % UNITS;
  let slab = i / (YC4 * UNITS);
  let tap = unit / TAP_UNITS;
  let bias = tap == KH * KW;
  let down = select(tap / KW * DH, PH, bias);
  let right = select(tap % KW * DW, PW, bias);
  let first_channel = unit % TAP_UNITS * UNIT_ROWS;
  @if(depthwise) let channel = c4;
  @if(aligned) let channel = (group_start(c4).x + first_channel) / 4u;
  @if(!depthwise && !aligned) let channel = group_start(c4) + first_channel;

  // Output columns whose window has this tap inside the map; for the bias all.
  let first_x = select((max(right, PW) - right + SW - 1u) / SW, 0u, bias);
  let last_x = select(select(0u, min(YW, (max(XW + PW, right + 1u) - right - 1u) / SW + 1u), XW + PW > right), YW, bias);
  let last = min((slab + 1u) * SLAB_ROWS, N * YH);
  var sum: array<vec4f, UNIT_ROWS>;
  for (var q = 0u; q < UNIT_ROWS; q++) { // @unroll
    sum[q] = vec4f();
  }
  for (var r = slab * SLAB_ROWS; r < last; r++) {
    let py = r % YH * SH + down;
    if (!bias && (py < PH || py >= XH + PH)) { continue; }
    // Of the pixel under column 0; columns left of the map are never read. Wraps around below 0 and back.
    let line = lane * X_LANE + ((r / YH * XH + py - PH) * XW + right - PW) * XC4;
    for (var ox = first_x; ox < last_x; ox++) {
      let g = gy[lane * GY_LANE + (r * YW + ox) * YC4 + c4];
      if (bias) {
        sum[0] += g;
      } else {
        let at = line + ox * SW * XC4;
        @if(depthwise) sum[0] += x[at + channel] * g;
        @if(!depthwise && !aligned) sum[0] += gather(at, channel) * g;
        @if(aligned) {
          let a = x[at + channel];
          for (var q = 0u; q < UNIT_ROWS; q++) { // @unroll
            sum[q] += a[q] * g;
          }
        }
      }
    }
  }
  let matrix = lane * PARTIALS_LANE + slab * (KH * KW * IG + HAS_BIAS) * YC4 + c4;
  if (bias) {
    partials[matrix + KH * KW * IG * YC4] = sum[0];
  } else {
    for (var q = 0u; q < UNIT_ROWS; q++) { // @unroll
      partials[matrix + (tap * IG + first_channel + q) * YC4] = sum[q];
    }
  }
}
