// 2-D convolution, groups = 1, as implicit GEMM in register tiles straight from storage (no workgroup memory, no barriers).
//
//   forward      y[n,oh,ow,co] = act( bias[co] + Σ_{kh,kw,ci} x[n, oh·SH−PH+kh·DH, ow·SW−PW+kw·DW, ci] · w[kh,kw,ci,co] )
//   grad_input   gx[n,ih,iw,ci] = Σ_{kh,kw,co} gy[n, (ih+PH−kh·DH)/SH, (iw+PW−kw·DW)/SW, co] · w[kh,kw,ci,co]    (where the divisions are exact)
//   grad_weight  gw[kh,kw,ci,co] = Σ_{n,oh,ow} x[…] · gy[n,oh,ow,co],  grad_bias = Σ gy
//
// Layouts: x [N][XH·XW][XC4] vec4, y [N][YH·YW][YC4] vec4, w rows (tap·CI + ci) of YC4 vec4 and one bias row below; CI = rows of a tap:
// the padded channels, or exactly 1–3 for narrow inputs (condition `narrow`: x is read one float at a time).
// Rows of the GEMM are pixels flattened over the batch, so small maps waste no tile. A thread owns TM pixels × TN vec4s of channels:
// (TM + 4·TN) loads feed 16·TM·TN multiply-adds. Taps are the outer loops: addresses and validity are found once per tap.
// Strided grad_input runs in SH·SW phases: all pixels of a tile share (ih+PH) mod SH, so taps that cannot hit are skipped for the whole tile.
// grad_weight splits its long sum over SLABS ranges of output rows (n, oh); slabs are summed in fixed order by grad_finish.wgsl.
// grad_input and grad_weight share one dispatch: the first GI_GROUPS workgroups do the former.

import package::lib::grid::{thread_index, group_index};
import package::lib::activation::{activate, activation_gradient, mask_padding};
import constants::{N, XC, XH, XW, XC4, YC, YH, YW, YC4, CI, KH, KW, SH, SW, PH, PW, DH, DW, TM, TN, THREADS};
import constants::{HAS_BIAS, ACT, SLOPE, X_LANE, Y_LANE, W_LANE};
import constants::{GI_GROUPS, GI_TM, GI_TN, GI_THREADS, GX_LANE, GY_LANE, ACCUMULATE, IN_ACT, IN_SLOPE};
import constants::{GW_TU, GW_TN, GW_THREADS, GW_ROWS, SLABS, SLAB_ROWS, PARTIALS_LANE};

@if(!narrow) @group(0) @binding(0) var<storage, read> x: array<vec4f>;
@if(narrow) @group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@if(forward) @group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@if(!forward) @group(0) @binding(2) var<storage, read> gy: array<vec4f>;
@if(grad_input) @group(0) @binding(3) var<storage, read_write> gx: array<vec4f>;
@if(!forward) @group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

const PIXELS = N * YH * YW;

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let id = thread_index(group, groups, local);
  if (id >= THREADS) { return; }
  let lane = group.z;
  let columns = YC4 / TN;
  let first = (id / columns) * TM;
  let col = (id % columns) * TN;

  // Where each pixel's window starts; beyond the last pixel the last one is computed again and not stored.
  var image: array<u32, TM>;
  var top: array<u32, TM>;
  var left: array<u32, TM>;
  for (var i = 0u; i < TM; i++) { // @unroll
    let m = min(first + i, PIXELS - 1u);
    image[i] = m / (YH * YW);
    top[i] = (m / YW % YH) * SH - PH;
    left[i] = (m % YW) * SW - PW;
  }
  var acc: array<vec4f, TM * TN>;
  for (var i = 0u; i < TM; i++) { // @unroll
    for (var j = 0u; j < TN; j++) { // @unroll
      acc[i * TN + j] = vec4f();
    }
  }
  for (var kh = 0u; kh < KH; kh++) {
    for (var kw = 0u; kw < KW; kw++) {
      var at: array<u32, TM>;
      var inside: array<bool, TM>;
      for (var i = 0u; i < TM; i++) { // @unroll
        // Above or left of the image these wrap to huge values, so one comparison serves both sides.
        let ih = top[i] + kh * DH;
        let iw = left[i] + kw * DW;
        inside[i] = ih < XH && iw < XW;
        at[i] = lane * X_LANE + select(0u, ((image[i] * XH + ih) * XW + iw) * XC4, inside[i]);
      }
      let tap = lane * W_LANE + (kh * KW + kw) * CI * YC4 + col;
      @if(narrow) {
        for (var q = 0u; q < CI; q++) { // @unroll
          for (var j = 0u; j < TN; j++) { // @unroll
            let b = w[tap + q * YC4 + j];
            for (var i = 0u; i < TM; i++) { // @unroll
              acc[i * TN + j] += select(0.0, x[4u * at[i] + q], inside[i]) * b;
            }
          }
        }
      }
      @if(!narrow) {
        for (var c = 0u; c < XC4; c++) {
          var a: array<vec4f, TM>;
          for (var i = 0u; i < TM; i++) { // @unroll
            a[i] = select(vec4f(), x[at[i] + c], inside[i]);
          }
          let row = tap + c * 4u * YC4;
          for (var q = 0u; q < 4u; q++) { // @unroll
            for (var j = 0u; j < TN; j++) { // @unroll
              let b = w[row + q * YC4 + j];
              for (var i = 0u; i < TM; i++) { // @unroll
                acc[i * TN + j] += a[i][q] * b;
              }
            }
          }
        }
      }
    }
  }
  for (var j = 0u; j < TN; j++) { // @unroll
    var bias = vec4f();
    if (HAS_BIAS == 1u) { bias = w[lane * W_LANE + KH * KW * CI * YC4 + col + j]; }
    for (var i = 0u; i < TM; i++) { // @unroll
      if (first + i < PIXELS) {
        y[lane * Y_LANE + (first + i) * YC4 + col + j] = mask_padding(activate(ACT, SLOPE, acc[i * TN + j] + bias), col + j, YC);
      }
    }
  }
}

// Input pixels of one phase: every SH-th row and SW-th column.
const PHASE_H = (XH + SH - 1u) / SH;
const PHASE_W = (XW + SW - 1u) / SW;
const PHASE_PIXELS = N * PHASE_H * PHASE_W;

@if(grad_input)
fn grad_input(id: u32, lane: u32) {
  let columns = XC4 / GI_TN;
  let tiles = (PHASE_PIXELS + GI_TM - 1u) / GI_TM;
  let tile = id / columns;
  let phase = tile / tiles;
  let phase_h = phase / SW;
  let phase_w = phase % SW;
  let first = (tile % tiles) * GI_TM;
  let col = (id % columns) * GI_TN;

  var image: array<u32, GI_TM>;
  var row: array<u32, GI_TM>;
  var column: array<u32, GI_TM>;
  for (var i = 0u; i < GI_TM; i++) { // @unroll
    let m = min(first + i, PHASE_PIXELS - 1u);
    image[i] = m / (PHASE_H * PHASE_W);
    row[i] = (m / PHASE_W % PHASE_H) * SH + phase_h;
    column[i] = (m % PHASE_W) * SW + phase_w;
  }
  var acc: array<vec4f, GI_TM * GI_TN>;
  for (var i = 0u; i < GI_TM; i++) { // @unroll
    for (var j = 0u; j < GI_TN; j++) { // @unroll
      acc[i * GI_TN + j] = vec4f();
    }
  }
  for (var kh = 0u; kh < KH; kh++) {
    // Shifted by a multiple of the stride so that the difference is never negative.
    if ((phase_h + PH + KH * DH * SH - kh * DH) % SH != 0u) { continue; }
    for (var kw = 0u; kw < KW; kw++) {
      if ((phase_w + PW + KW * DW * SW - kw * DW) % SW != 0u) { continue; }
      var at: array<u32, GI_TM>;
      var inside: array<bool, GI_TM>;
      for (var i = 0u; i < GI_TM; i++) { // @unroll
        let oh = row[i] + PH - kh * DH;
        let ow = column[i] + PW - kw * DW;
        inside[i] = oh < YH * SH && ow < YW * SW;
        at[i] = lane * GY_LANE + select(0u, ((image[i] * YH + oh / SH) * YW + ow / SW) * YC4, inside[i]);
      }
      let tap = lane * W_LANE + ((kh * KW + kw) * CI + 4u * col) * YC4;
      for (var c = 0u; c < YC4; c++) {
        var a: array<vec4f, GI_TM>;
        for (var i = 0u; i < GI_TM; i++) { // @unroll
          a[i] = select(vec4f(), gy[at[i] + c], inside[i]);
        }
        for (var j = 0u; j < GI_TN; j++) { // @unroll
          for (var q = 0u; q < 4u; q++) { // @unroll
            if (q < CI) {
              let b = w[tap + (4u * j + q) * YC4 + c];
              for (var i = 0u; i < GI_TM; i++) { // @unroll
                acc[i * GI_TN + j][q] += dot(a[i], b);
              }
            }
          }
        }
      }
    }
  }
  for (var i = 0u; i < GI_TM; i++) { // @unroll
    if (first + i < PHASE_PIXELS && row[i] < XH && column[i] < XW) {
      let pixel = lane * GX_LANE + ((image[i] * XH + row[i]) * XW + column[i]) * XC4 + col;
      for (var j = 0u; j < GI_TN; j++) { // @unroll
        store_grad_input(pixel + j, acc[i * GI_TN + j]);
      }
    }
  }
}

@if(grad_input)
fn store_grad_input(at: u32, value: vec4f) {
  @if(!narrow) let input = x[at];
  @if(narrow) let input = vec4f(x[4u * at], x[4u * at + 1u], x[4u * at + 2u], x[4u * at + 3u]);
  let g = activation_gradient(IN_ACT, IN_SLOPE, value, input);
  if (ACCUMULATE == 1u) { gx[at] = gx[at] + g; } else { gx[at] = g; }
}

// Rows of the weight matrix come in units: one tap × 4 input channels (× CI when narrow), and last the bias, whose "input" is 1.
@if(!narrow) const UNIT_ROWS = 4u;
@if(narrow) const UNIT_ROWS = CI;
const TAP_UNITS = (CI + 3u) / 4u;
const UNITS = KH * KW * TAP_UNITS + HAS_BIAS;

@if(!forward)
fn grad_weight(id: u32, lane: u32) {
  let columns = YC4 / GW_TN;
  let tiles = (UNITS + GW_TU - 1u) / GW_TU;
  let slab = id / (columns * tiles);
  let first = (id / columns % tiles) * GW_TU;
  let col = (id % columns) * GW_TN;

  var down: array<u32, GW_TU>;   // kh·DH − PH
  var right: array<u32, GW_TU>;  // kw·DW − PW
  var chunk: array<u32, GW_TU>;
  var bias: array<bool, GW_TU>;
  for (var u = 0u; u < GW_TU; u++) { // @unroll
    let unit = min(first + u, UNITS - 1u);
    let tap = unit / TAP_UNITS;
    bias[u] = tap >= KH * KW;
    down[u] = tap / KW * DH - PH;
    right[u] = tap % KW * DW - PW;
    chunk[u] = unit % TAP_UNITS;
  }
  var acc: array<vec4f, GW_ROWS * GW_TN>;
  for (var k = 0u; k < GW_ROWS; k++) { // @unroll
    for (var j = 0u; j < GW_TN; j++) { // @unroll
      acc[k * GW_TN + j] = vec4f();
    }
  }
  let last = min((slab + 1u) * SLAB_ROWS, N * YH);
  for (var r = slab * SLAB_ROWS; r < last; r++) {
    let n = r / YH;
    let oh = r % YH;
    var base: array<u32, GW_TU>;
    var row_inside: array<bool, GW_TU>;
    for (var u = 0u; u < GW_TU; u++) { // @unroll
      let ih = oh * SH + down[u];
      row_inside[u] = ih < XH && !bias[u];
      base[u] = select(0u, (n * XH + ih) * XW, row_inside[u]);
    }
    for (var ow = 0u; ow < YW; ow++) {
      var g: array<vec4f, GW_TN>;
      for (var j = 0u; j < GW_TN; j++) { // @unroll
        g[j] = gy[lane * GY_LANE + (r * YW + ow) * YC4 + col + j];
      }
      for (var u = 0u; u < GW_TU; u++) { // @unroll
        let iw = ow * SW + right[u];
        let inside = row_inside[u] && iw < XW;
        let at = lane * X_LANE + select(0u, (base[u] + iw) * XC4 + chunk[u], inside);
        @if(!narrow) var a = select(vec4f(), x[at], inside);
        @if(narrow) {
          for (var q = 0u; q < CI; q++) { // @unroll
            let a = select(select(0.0, x[4u * at + q], inside), 1.0, bias[u]);
            for (var j = 0u; j < GW_TN; j++) { // @unroll
              acc[(u * UNIT_ROWS + q) * GW_TN + j] += a * g[j];
            }
          }
        }
        @if(!narrow) {
          if (HAS_BIAS == 1u) { a = select(a, vec4f(1.0, 0.0, 0.0, 0.0), bias[u]); }
          for (var q = 0u; q < 4u; q++) { // @unroll
            for (var j = 0u; j < GW_TN; j++) { // @unroll
              acc[(u * UNIT_ROWS + q) * GW_TN + j] += a[q] * g[j];
            }
          }
        }
      }
    }
  }
  let matrix = lane * PARTIALS_LANE + slab * (KH * KW * CI + HAS_BIAS) * YC4;
  for (var u = 0u; u < GW_TU; u++) { // @unroll
    let unit = first + u;
    if (unit < UNITS) {
      let row = select(unit * UNIT_ROWS, KH * KW * CI, bias[u]);
      for (var q = 0u; q < 4u; q++) { // @unroll
        if (q < UNIT_ROWS && (q == 0u || !bias[u])) {
          for (var j = 0u; j < GW_TN; j++) { // @unroll
            partials[matrix + (row + q) * YC4 + col + j] = acc[(u * UNIT_ROWS + min(q, UNIT_ROWS - 1u)) * GW_TN + j];
          }
        }
      }
    }
  }
}

@if(!forward)
@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  @if(grad_input) {
    if (g < GI_GROUPS) {
      let id = g * 64u + local;
      if (id < GI_THREADS) { grad_input(id, group.z); }
      return;
    }
  }
  let id = (g - GI_GROUPS) * 64u + local;
  if (id < GW_THREADS) { grad_weight(id, group.z); }
}
