// 2-D convolution, groups = 1, as implicit GEMM in register tiles straight from storage (no workgroup memory, no barriers).
//
//   forward      y[n,oh,ow,co] = act( bias[co] + Σ_{kh,ci,kw} x[n, oh·SH−PH+kh·DH, ow·SW−PW+kw·DW, ci] · w[kh,kw,ci,co] )
//   grad_input   gx[n,ih,iw,ci] = Σ_{kh,co,kw} gy[n, (ih+PH−kh·DH)/SH, (iw+PW−kw·DW)/SW, co] · w[kh,kw,ci,co]   (where the divisions are exact)
//   grad_weight  gw[kh,kw,ci,co] = Σ_{n,oh,ow} x[…] · gy[n,oh,ow,co],  grad_bias = Σ gy
//
// Layouts: x [N][XH·XW][XC4] vec4, y [N][YH·YW][YC4] vec4, w rows (tap·CI + ci) of YC4 vec4 and one bias row below; CI = rows of a tap:
// the padded channels, or exactly 1–3 for narrow inputs (condition `narrow`: x is read one float at a time).
//
// What a kernel costs is what it reads, so a tile is a stretch of a row: neighbouring pixels share all but one of the KW columns that each
// needs. A thread owns ROWS × COLS pixels × TN vec4s of channels; for a kernel row and four input channels it reads the SPAN columns under
// its pixels once, then the weights of each of the KW taps once: 3×3, 16 pixels, 8 channels: 42 vec4s for 384 vec4 multiply-adds.
// Rows count through the batch (n·YH + oh), so that small maps fill tiles. Four products are added up before they reach the sum: as a
// matrix product that is one expression for the compiler, and on a software adapter 1.2 × as fast as four additions.
// Bounds are joined with & and not &&, which is a branch: dozens of them in a loop take some compilers minutes.
// Condition `staged`: a workgroup copies the weights of each turn to its own memory first, which spares a GPU reads; the sums are the same.
// Kernel rows and channels are one loop: a nested one costs a tenth more.
// Conditions `pooled` and `averaged`: a tile is whole windows of the pooling behind. Of a maximum only what wins is stored, with its tap.
// The order of every sum is independent of the tile: kernel rows, then channels in fours, then taps of the row; of narrow inputs the
// channels of all taps of a row in fours (FOURS of them, then REST single ones), a row at a time.
// Strided grad_input runs in SH·SW phases: all pixels of a tile share (ih+PH) mod SH, so taps that cannot hit are skipped for the whole tile;
// each tap reads its own columns.
// grad_input and grad_weight (lib/conv2d_grad_weight) share one dispatch: the first GI_GROUPS workgroups do the former.

import package::lib::grid::{thread_index, group_index};
import package::lib::activation::{activate, activation_gradient, mask_padding};
import package::lib::conv2d_grad_weight::{x, gy, grad_weight, norm_of, input_of};
import constants::{N, XC, XH, XW, XC4, YC, YH, YW, YC4, CI, KH, KW, SH, SW, PH, PW, DH, DW, HAS_BIAS, X_LANE, Y_LANE, W_LANE};
import constants::{FOURS, REST, ROWS, COLS, TN, SPAN, GRAIN, STEP, TAP, ACT, SLOPE, THREADS};
import constants::{GI_GROUPS, GI_ROWS, GI_COLS, GI_TN, GI_SPAN, GI_GRAIN, GI_STEP, GI_TAP, GI_EVERY_H, GI_EVERY_W, GI_THREADS, GX_LANE, GY_LANE};
import constants::{ACCUMULATE, IN_ACT, IN_SLOPE, GW_THREADS, PLUS_LANE, POOL_H, POOL_W, POOLS_H, POOLS_W, TAPS_LANE, FULL_LANE};

@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@if(forward) @group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
// As max_pool2d.wgsl keeps them.
@if(forward && pooled && train) @group(0) @binding(3) var<storage, read_write> taps: array<u32>;
@if(forward && averaged && train) @group(0) @binding(3) var<storage, read_write> full: array<vec4f>;
@if(grad_input) @group(0) @binding(3) var<storage, read_write> gx: array<vec4f>;

// The weights of one kernel row and four input channels, for all threads of a workgroup.
@if(staged) var<workgroup> shared_weights: array<vec4f, KW * 4u * YC4>;

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = thread_index(group, groups, local);
  // With shared weights all threads of a workgroup must come to every barrier.
  @if(!staged) { if (index >= THREADS) { return; } }
  let id = min(index, THREADS - 1u);
  let lane = group.z;
  let columns = YC4 / TN;
  let strips = (YW + COLS - 1u) / COLS;
  let col = (id % columns) * TN;
  let left = (id / columns % strips) * COLS;
  let first = id / (columns * strips) * ROWS;

  // Beyond the last row that one is computed again and not stored. Above or left of the image coordinates wrap to huge values, so one
  // comparison serves both sides.
  var image: array<u32, ROWS>;
  var top: array<u32, ROWS>;
  for (var i = 0u; i < ROWS; i++) { // @unroll
    let r = min(first + i, N * YH - 1u);
    image[i] = r / YH * XH;
    top[i] = r % YH * SH - PH;
  }
  var across: array<u32, SPAN>;
  var within: array<bool, SPAN>;
  for (var t = 0u; t < SPAN; t++) { // @unroll
    let iw = left * SW + t * GRAIN - PW;
    within[t] = iw < XW;
    across[t] = select(0u, iw * XC4, within[t]);
  }
  var acc: array<vec4f, ROWS * COLS * TN>;
  for (var k = 0u; k < KH * XC4; k++) {
    let kh = k / XC4;
    let c = k % XC4;
    var line: array<u32, ROWS>;
    var inside: array<bool, ROWS>;
    for (var i = 0u; i < ROWS; i++) { // @unroll
      let ih = top[i] + kh * DH;
      inside[i] = ih < XH;
      line[i] = lane * X_LANE + select(0u, (image[i] + ih) * XW * XC4, inside[i]) + c;
    }
    let taps = lane * W_LANE + (kh * KW * CI + 4u * c) * YC4 + col;
    @if(staged) {
      workgroupBarrier();
      for (var i = local; i < KW * 4u * YC4; i += 64u) {
        let row = i / YC4;
        shared_weights[i] = w[lane * W_LANE + ((kh * KW + row / 4u) * CI + 4u * c + row % 4u) * YC4 + i % YC4];
      }
      workgroupBarrier();
    }
    @if(narrow) {
      var a: array<f32, ROWS * SPAN * CI>;
      for (var i = 0u; i < ROWS; i++) { // @unroll
        for (var t = 0u; t < SPAN; t++) { // @unroll
          for (var q = 0u; q < CI; q++) { // @unroll
            a[(i * SPAN + t) * CI + q] = select(0.0, x[4u * (line[i] + across[t]) + q], inside[i] & within[t]);
          }
        }
      }
      for (var j = 0u; j < TN; j++) { // @unroll
        var fours: array<mat4x4f, max(FOURS, 1u)>;
        var rest: array<vec4f, max(REST, 1u)>;
        for (var f = 0u; f < FOURS; f++) { // @unroll
          let b = taps + 4u * f * YC4 + j;
          fours[f] = mat4x4f(w[b], w[b + YC4], w[b + 2u * YC4], w[b + 3u * YC4]);
        }
        for (var r = 0u; r < REST; r++) { // @unroll
          rest[r] = w[taps + (4u * FOURS + r) * YC4 + j];
        }
        for (var i = 0u; i < ROWS; i++) { // @unroll
          for (var s = 0u; s < COLS; s++) { // @unroll
            var sum = vec4f();
            for (var f = 0u; f < FOURS; f++) { // @unroll
              sum += fours[f] * vec4f(
                a[(i * SPAN + s * STEP + 4u * f / CI * TAP) * CI + 4u * f % CI],
                a[(i * SPAN + s * STEP + (4u * f + 1u) / CI * TAP) * CI + (4u * f + 1u) % CI],
                a[(i * SPAN + s * STEP + (4u * f + 2u) / CI * TAP) * CI + (4u * f + 2u) % CI],
                a[(i * SPAN + s * STEP + (4u * f + 3u) / CI * TAP) * CI + (4u * f + 3u) % CI]);
            }
            for (var r = 0u; r < REST; r++) { // @unroll
              sum += a[(i * SPAN + s * STEP + (4u * FOURS + r) / CI * TAP) * CI + (4u * FOURS + r) % CI] * rest[r];
            }
            acc[(i * COLS + s) * TN + j] += sum;
          }
        }
      }
    }
    @if(!narrow) {
      var a: array<vec4f, ROWS * SPAN>;
      for (var i = 0u; i < ROWS; i++) { // @unroll
        for (var t = 0u; t < SPAN; t++) { // @unroll
          a[i * SPAN + t] = select(vec4f(), x[line[i] + across[t]], inside[i] & within[t]);
        }
      }
      for (var kw = 0u; kw < KW; kw++) { // @unroll
        for (var j = 0u; j < TN; j++) { // @unroll
          @if(!staged) let b = taps + kw * CI * YC4 + j;
          @if(!staged) let weights = mat4x4f(w[b], w[b + YC4], w[b + 2u * YC4], w[b + 3u * YC4]);
          @if(staged) let b = kw * 4u * YC4 + col + j;
          @if(staged) let weights =
            mat4x4f(shared_weights[b], shared_weights[b + YC4], shared_weights[b + 2u * YC4], shared_weights[b + 3u * YC4]);
          for (var i = 0u; i < ROWS; i++) { // @unroll
            for (var s = 0u; s < COLS; s++) { // @unroll
              acc[(i * COLS + s) * TN + j] += weights * a[i * SPAN + s * STEP + kw * TAP];
            }
          }
        }
      }
    }
  }
  @if(staged) { if (index >= THREADS) { return; } }
  for (var j = 0u; j < TN; j++) { // @unroll
    var bias = vec4f();
    if (HAS_BIAS == 1u) { bias = w[lane * W_LANE + KH * KW * CI * YC4 + col + j]; }
    @if(!pooled) {
      for (var i = 0u; i < ROWS; i++) { // @unroll
        for (var s = 0u; s < COLS; s++) { // @unroll
          let e = (i * COLS + s) * TN + j;
          @if(averaged) acc[e] = activate(ACT, SLOPE, acc[e] + bias);
          @if(!averaged || train) {
            if (first + i < N * YH && left + s < YW) {
              let at = ((first + i) * YW + left + s) * YC4 + col + j;
              @if(!averaged) y[lane * Y_LANE + at] = mask_padding(activate(ACT, SLOPE, acc[e] + bias), col + j, YC);
              @if(averaged) full[lane * FULL_LANE + at] = mask_padding(acc[e], col + j, YC);
            }
          }
        }
      }
    }
    @if(pooled || averaged) {
      for (var i = 0u; i < POOLS_H; i++) { // @unroll
        for (var s = 0u; s < POOLS_W; s++) { // @unroll
          @if(pooled) var best = vec4f(-3.4028234e38);
          @if(averaged) var best = vec4f();
          var winner = vec4u();
          for (var ky = 0u; ky < POOL_H; ky++) { // @unroll
            for (var kx = 0u; kx < POOL_W; kx++) { // @unroll
              let e = ((i * POOL_H + ky) * COLS + s * POOL_W + kx) * TN + j;
              @if(pooled) {
                let v = activate(ACT, SLOPE, acc[e] + bias);
                winner = select(winner, vec4u(ky * POOL_W + kx), v > best);
                best = select(best, v, v > best);
              }
              @if(averaged) best += acc[e];
            }
          }
          @if(averaged) best /= f32(POOL_H * POOL_W);
          if (first + i * POOL_H < N * YH && left + s * POOL_W < YW) {
            let at = ((first / POOL_H + i) * (YW / POOL_W) + left / POOL_W + s) * YC4 + col + j;
            y[lane * Y_LANE + at] = mask_padding(best, col + j, YC);
            @if(pooled && train) taps[4u * lane * TAPS_LANE + at] = winner.x | (winner.y << 8u) | (winner.z << 16u) | (winner.w << 24u);
          }
        }
      }
    }
  }
}

// Input pixels of one phase: every SH-th row and SW-th column.
const PHASE_H = (XH + SH - 1u) / SH;
const PHASE_W = (XW + SW - 1u) / SW;

// The weights of four input channels; narrow inputs have fewer.
@if(grad_input)
fn weight_rows(at: u32) -> mat4x4f {
  var rows = mat4x4f();
  for (var q = 0u; q < 4u; q++) { // @unroll
    if (q < CI) { rows[q] = w[at + q * YC4]; }
  }
  return rows;
}

// The first tap that hits an input at this phase (coordinate + padding), or the kernel's size; the next ones follow every GI_EVERY.
@if(grad_input)
fn first_tap(at: u32, kernel: u32, dilation: u32, stride: u32) -> u32 {
  var k = 0u;
  while (k < kernel && (at + kernel * dilation * stride - k * dilation) % stride != 0u) { k++; }
  return k;
}

@if(grad_input)
fn grad_input(id: u32, lane: u32) {
  let columns = XC4 / GI_TN;
  let strips = (PHASE_W + GI_COLS - 1u) / GI_COLS;
  let tiles = strips * ((N * PHASE_H + GI_ROWS - 1u) / GI_ROWS);
  let phase = id / (columns * tiles);
  let tile = id / columns % tiles;
  let col = (id % columns) * GI_TN;
  let left = (tile % strips) * GI_COLS;
  let first = tile / strips * GI_ROWS;
  let phase_h = phase / SW;
  let phase_w = phase % SW;

  var image: array<u32, GI_ROWS>;
  var row: array<u32, GI_ROWS>;
  for (var i = 0u; i < GI_ROWS; i++) { // @unroll
    let r = min(first + i, N * PHASE_H - 1u);
    image[i] = r / PHASE_H;
    row[i] = r % PHASE_H * SH + phase_h;
  }
  var acc: array<vec4f, GI_ROWS * GI_COLS * GI_TN>;
  let first_kh = first_tap(phase_h + PH, KH, DH, SH);
  let count_h = (KH - first_kh + GI_EVERY_H - 1u) / GI_EVERY_H;
  @if(strided) let first_kw = first_tap(phase_w + PW, KW, DW, SW);
  @if(strided) let count_w = (KW - first_kw + GI_EVERY_W - 1u) / GI_EVERY_W;
  @if(!strided) let count_w = 1u;
  for (var k = 0u; k < count_h * count_w * YC4; k++) {
    let c = k % YC4;
    let tap = k / YC4;
    let kh = first_kh + tap / count_w * GI_EVERY_H;
    var line: array<u32, GI_ROWS>;
    var inside: array<bool, GI_ROWS>;
    for (var i = 0u; i < GI_ROWS; i++) { // @unroll
      let oh = row[i] + PH - kh * DH;
      inside[i] = oh < YH * SH;
      line[i] = lane * GY_LANE + select(0u, (image[i] * YH + oh / SH) * YW * YC4, inside[i]) + c;
    }
    let weights = lane * W_LANE + (kh * KW * CI + 4u * col) * YC4 + c;
    var a: array<vec4f, GI_ROWS * GI_SPAN>;
    @if(!strided) {
      for (var t = 0u; t < GI_SPAN; t++) { // @unroll
        let ow = left + t * GI_GRAIN + PW - (KW - 1u) * DW;
        for (var i = 0u; i < GI_ROWS; i++) { // @unroll
          a[i * GI_SPAN + t] = select(vec4f(), gy[line[i] + select(0u, ow * YC4, ow < YW)], inside[i] & (ow < YW));
        }
      }
      for (var kw = 0u; kw < KW; kw++) { // @unroll
        for (var j = 0u; j < GI_TN; j++) { // @unroll
          let b = weight_rows(weights + (kw * CI + 4u * j) * YC4);
          for (var i = 0u; i < GI_ROWS; i++) { // @unroll
            for (var s = 0u; s < GI_COLS; s++) { // @unroll
              acc[(i * GI_COLS + s) * GI_TN + j] += a[i * GI_SPAN + s * GI_STEP + (KW - 1u - kw) * GI_TAP] * b;
            }
          }
        }
      }
    }
    @if(strided) {
      let kw = first_kw + tap % count_w * GI_EVERY_W;
      for (var s = 0u; s < GI_COLS; s++) { // @unroll
        let ow = (left + s) * SW + phase_w + PW - kw * DW;
        for (var i = 0u; i < GI_ROWS; i++) { // @unroll
          a[i * GI_SPAN + s] = select(vec4f(), gy[line[i] + select(0u, ow / SW * YC4, ow < YW * SW)], inside[i] & (ow < YW * SW));
        }
      }
      for (var j = 0u; j < GI_TN; j++) { // @unroll
        let b = weight_rows(weights + (kw * CI + 4u * j) * YC4);
        for (var i = 0u; i < GI_ROWS; i++) { // @unroll
          for (var s = 0u; s < GI_COLS; s++) { // @unroll
            acc[(i * GI_COLS + s) * GI_TN + j] += a[i * GI_SPAN + s] * b;
          }
        }
      }
    }
  }
  for (var i = 0u; i < GI_ROWS; i++) { // @unroll
    for (var s = 0u; s < GI_COLS; s++) { // @unroll
      let iw = (left + s) * SW + phase_w;
      if (first + i < N * PHASE_H && row[i] < XH && left + s < PHASE_W && iw < XW) {
        let pixel = lane * GX_LANE + ((image[i] * XH + row[i]) * XW + iw) * XC4 + col;
        for (var j = 0u; j < GI_TN; j++) { // @unroll
          store_grad_input(lane, pixel + j, col + j, acc[(i * GI_COLS + s) * GI_TN + j]);
        }
      }
    }
  }
}

@if(plus) @group(0) @binding(7) var<storage, read> plus: array<vec4f>;

@if(grad_input)
fn store_grad_input(lane: u32, at: u32, c4: u32, product: vec4f) {
  var value = product;
  @if(plus) value += plus[lane * PLUS_LANE + at - lane * GX_LANE];
  @if(!narrow) let input = input_of(x[at], norm_of(lane, c4), c4);
  @if(narrow) let input = vec4f(x[4u * at], x[4u * at + 1u], x[4u * at + 2u], x[4u * at + 3u]);
  let g = activation_gradient(IN_ACT, IN_SLOPE, value, input);
  if (ACCUMULATE == 1u) { gx[at] = gx[at] + g; } else { gx[at] = g; }
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
