// The weight gradient of conv2d.wgsl (layouts there): gw[kh,kw,ci,co] = Σ_{n,oh,ow} x[…] · gy[n,oh,ow,co], and grad_bias = Σ gy.
//
// A thread owns GW_TH kernel rows × all KW taps × four input channels (GW_TH = 1; narrow inputs: all CI of them) × GW_TN vec4s of output
// channels, over one slab of output rows (n, oh). It walks the rows four pixels at a time: the four gradients, and the GW_SPAN columns of x
// under them, are read once for all taps: 3×3, 16 channels: 22 vec4s for 192 vec4 multiply-adds. Four pixels are one matrix product:
// a column for each output pixel times their inputs. Slabs are summed in fixed order by the optimizer (lib/update.wgsl).

import constants::{N, XH, XW, XC4, YH, YW, YC4, CI, KH, KW, SH, SW, PH, PW, DH, DW, HAS_BIAS, X_LANE, GY_LANE, PARTIALS_LANE};
import constants::{GW_TH, GW_TN, GW_SPAN, GW_GRAIN, GW_STEP, GW_TAP, GW_WEIGHTS, SLABS, SLAB_ROWS};
import constants::{XC, X_ACT, X_SLOPE, SAVED_AT, SAVED_LANE, NORM_LANE};
import package::lib::activation::{activate, mask_padding};
import package::lib::through_pool::{window_of, through_pool};

@if(!narrow) @group(0) @binding(0) var<storage, read> x: array<vec4f>;
@if(narrow) @group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> gy: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

// Condition `again`: x was not kept. It is what a batch norm made of the tensor bound here, with the moments it saved.
@if(again) @group(0) @binding(5) var<storage, read> saved: array<vec4f>;
@if(again) @group(0) @binding(6) var<storage, read> norm: array<vec4f>;

struct Norm {
  mean: vec4f,
  scale: vec4f,
  bias: vec4f,
}

// Of four channels, as batch_norm.wgsl has them.
fn norm_of(lane: u32, c4: u32) -> Norm {
  @if(!again) return Norm();
  @if(again) {
    let at = lane * SAVED_LANE + SAVED_AT + c4;
    let row = lane * NORM_LANE + c4;
    return Norm(saved[at], saved[at + XC4] * norm[row], norm[row + XC4]);
  }
}

// What the layer had as its input, from what is bound as x.
fn input_of(v: vec4f, n: Norm, c4: u32) -> vec4f {
  @if(!again) return v;
  @if(again) return mask_padding(activate(X_ACT, X_SLOPE, (v - n.mean) * n.scale + n.bias), c4, XC);
}

// Fours of input channels, and what a thread may own of the weights: `units` of kernel rows × four channels.
@if(!narrow) const CHUNKS = CI / 4u;
@if(narrow) const CHUNKS = 1u;
const UNITS = (KH + GW_TH - 1u) / GW_TH * CHUNKS;
const COLUMNS = YC4 / GW_TN;
const STRIPS = (YW + 3u) / 4u;
const MATRIX = (KH * KW * CI + HAS_BIAS) * YC4;

fn gradient_at(lane: u32, r: u32, ow: u32, col: u32) -> vec4f {
  @if(!pooled && !averaged) return gy[lane * GY_LANE + (r * YW + ow) * YC4 + col];
  @if(pooled || averaged) {
    let window = window_of(r, ow, col);
    return through_pool(lane, window, r, ow, col, gy[lane * GY_LANE + window.at]);
  }
}

// Zero beyond the end of the row.
fn output_gradient(lane: u32, r: u32, ow: u32, col: u32) -> vec4f {
  let g = gradient_at(lane, r, min(ow, YW - 1u), col);
  if (YW % 4u == 0u) { return g; }
  return select(vec4f(), g, ow < YW);
}

// Ids below GW_WEIGHTS are weights, those above biases: neighbours take the same way.
fn grad_weight(id: u32, lane: u32) {
  if (id < GW_WEIGHTS) { grad_taps(id, lane); } else { grad_bias(id - GW_WEIGHTS, lane); }
}

fn grad_bias(id: u32, lane: u32) {
  let slab = id / YC4;
  let col = id % YC4;
  var sum = vec4f();
  let last = min((slab + 1u) * SLAB_ROWS, N * YH) * YW;
  for (var p = slab * SLAB_ROWS * YW; p < last; p++) { sum += gradient_at(lane, p / YW, p % YW, col); }
  partials[lane * PARTIALS_LANE + slab * MATRIX + KH * KW * CI * YC4 + col] = sum;
}

fn grad_taps(id: u32, lane: u32) {
  let slab = id / (COLUMNS * UNITS);
  let unit = id / COLUMNS % UNITS;
  let col = (id % COLUMNS) * GW_TN;
  let chunk = unit % CHUNKS;
  let kh = unit / CHUNKS * GW_TH;
  let before = norm_of(lane, chunk);
  @if(!narrow) var acc: array<mat4x4f, KW * GW_TN>;
  @if(narrow) var acc: array<vec4f, GW_TH * KW * CI * GW_TN>;
  // One loop over strips of four pixels: what a nested one costs at every row is a third of a narrow row.
  let last = min((slab + 1u) * SLAB_ROWS, N * YH) * STRIPS;
  for (var p = slab * SLAB_ROWS * STRIPS; p < last; p++) {
    let r = p / STRIPS;
    let left = p % STRIPS * 4u;
    let image = r / YH * XH;
    let top = r % YH * SH + kh * DH - PH;
    var g: array<mat4x4f, GW_TN>;
    for (var j = 0u; j < GW_TN; j++) { // @unroll
      g[j] = mat4x4f(output_gradient(lane, r, left, col + j), output_gradient(lane, r, left + 1u, col + j),
                     output_gradient(lane, r, left + 2u, col + j), output_gradient(lane, r, left + 3u, col + j));
    }
    for (var h = 0u; h < GW_TH; h++) { // @unroll
      let ih = top + h * DH;
      @if(!narrow) var a: array<vec4f, GW_SPAN>;
      @if(narrow) var a: array<f32, GW_SPAN * CI>;
      for (var t = 0u; t < GW_SPAN; t++) { // @unroll
        // Above or left of the image these wrap to huge values, so one comparison serves both sides.
        let iw = left * SW + t * GW_GRAIN - PW;
        let inside = (ih < XH) & (iw < XW);
        let at = lane * X_LANE + select(0u, ((image + ih) * XW + iw) * XC4 + chunk, inside);
        @if(!narrow) a[t] = select(vec4f(), input_of(x[at], before, chunk), inside);
        @if(narrow) {
          for (var q = 0u; q < CI; q++) { // @unroll
            a[t * CI + q] = select(0.0, x[4u * at + q], inside);
          }
        }
      }
      for (var kw = 0u; kw < KW; kw++) { // @unroll
        let tap = kw * GW_TAP;
        @if(!narrow) {
          let inputs = transpose(mat4x4f(a[tap], a[GW_STEP + tap], a[2u * GW_STEP + tap], a[3u * GW_STEP + tap]));
          for (var j = 0u; j < GW_TN; j++) { // @unroll
            acc[kw * GW_TN + j] += g[j] * inputs;
          }
        }
        @if(narrow) {
          for (var q = 0u; q < CI; q++) { // @unroll
            let inputs = vec4f(a[tap * CI + q], a[(GW_STEP + tap) * CI + q], a[(2u * GW_STEP + tap) * CI + q], a[(3u * GW_STEP + tap) * CI + q]);
            for (var j = 0u; j < GW_TN; j++) { // @unroll
              acc[((h * KW + kw) * CI + q) * GW_TN + j] += g[j] * inputs;
            }
          }
        }
      }
    }
  }
  let matrix = lane * PARTIALS_LANE + slab * MATRIX + col;
  for (var h = 0u; h < GW_TH; h++) { // @unroll
    if (kh + h < KH) {
      for (var kw = 0u; kw < KW; kw++) { // @unroll
        let row = matrix + (((kh + h) * KW + kw) * CI + 4u * chunk) * YC4;
        for (var j = 0u; j < GW_TN; j++) { // @unroll
          let to = row + j;
          @if(!narrow) {
            for (var q = 0u; q < 4u; q++) { // @unroll
              partials[to + q * YC4] = acc[kw * GW_TN + j][q];
            }
          }
          @if(narrow) {
            for (var q = 0u; q < CI; q++) { // @unroll
              partials[to + q * YC4] = acc[((h * KW + kw) * CI + q) * GW_TN + j];
            }
          }
        }
      }
    }
  }
}
