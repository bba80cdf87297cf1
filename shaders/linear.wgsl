// Matrix products of the fully connected layer, in register tiles straight from storage.
//
//   forward      y[n,o] = act( bias[o] + Σ_f x[n,f] · w[f,o] )
//   grad_input   gx[n,f] = Σ_o gy[n,o] · w[f,o]
//   grad_weight  gw[f,o] = Σ_n x[n,f] · gy[n,o],  grad_bias[o] = Σ_n gy[n,o]
//
// Layouts: x [N][K4] vec4 (features in memory order, padded), y [N][O4] vec4, w [4·K4][O4] vec4 with the bias as one more row.
// forward and grad_input: a thread owns TM samples × TN vec4s. grad_weight: 4·GW_TU rows × GW_TN vec4s over a slab of samples;
// the row unit after the last is the bias, whose "input" is 1. Slabs are summed in fixed order by the optimizer (lib/update.wgsl).
// Both gradients share one dispatch: the first GI_GROUPS workgroups do grad_input. Condition `averaged`: the input was a mean over windows
// and is taken again, in the order of conv2d.wgsl, from what it is the mean of: x [N][rows][FULL_W][POOL_C4].

import package::lib::grid::{thread_index, group_index};
import package::lib::activation::{activate, activation_gradient, mask_padding};
import constants::{N, K4, O, O4, TM, TN, THREADS, HAS_BIAS, ACT, SLOPE, X_LANE, Y_LANE, W_LANE};
import constants::{GI_GROUPS, GI_TM, GI_TN, GI_THREADS, GX_LANE, GY_LANE, ACCUMULATE, IN_ACT, IN_SLOPE};
import constants::{GW_TU, GW_TN, GW_THREADS, SLAB, PARTIALS_LANE, POOL_H, POOL_W, FULL_W, POOL_C4};

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@if(forward) @group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@if(!forward) @group(0) @binding(2) var<storage, read> gy: array<vec4f>;
@if(grad_input) @group(0) @binding(3) var<storage, read_write> gx: array<vec4f>;
@if(!forward) @group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let id = thread_index(group, groups, local);
  if (id >= THREADS) { return; }
  let lane = group.z;
  let columns = O4 / TN;
  let first = (id / columns) * TM;
  let col = (id % columns) * TN;

  var row: array<u32, TM>;
  for (var i = 0u; i < TM; i++) { // @unroll
    row[i] = lane * X_LANE + min(first + i, N - 1u) * K4;
  }
  var acc: array<vec4f, TM * TN>;
  for (var i = 0u; i < TM; i++) { // @unroll
    for (var j = 0u; j < TN; j++) { // @unroll
      acc[i * TN + j] = vec4f();
    }
  }
  for (var k = 0u; k < K4; k++) {
    var a: array<vec4f, TM>;
    for (var i = 0u; i < TM; i++) { // @unroll
      a[i] = x[row[i] + k];
    }
    for (var j = 0u; j < TN; j++) { // @unroll
      let b = lane * W_LANE + 4u * k * O4 + col + j;
      let weights = mat4x4f(w[b], w[b + O4], w[b + 2u * O4], w[b + 3u * O4]);
      for (var i = 0u; i < TM; i++) { // @unroll
        acc[i * TN + j] += weights * a[i];
      }
    }
  }
  for (var j = 0u; j < TN; j++) { // @unroll
    var bias = vec4f();
    if (HAS_BIAS == 1u) { bias = w[lane * W_LANE + 4u * K4 * O4 + col + j]; }
    for (var i = 0u; i < TM; i++) { // @unroll
      if (first + i < N) {
        y[lane * Y_LANE + (first + i) * O4 + col + j] = mask_padding(activate(ACT, SLOPE, acc[i * TN + j] + bias), col + j, O);
      }
    }
  }
}

@if(grad_input)
fn grad_input(id: u32, lane: u32) {
  let columns = K4 / GI_TN;
  let first = (id / columns) * GI_TM;
  let col = (id % columns) * GI_TN;

  var row: array<u32, GI_TM>;
  for (var i = 0u; i < GI_TM; i++) { // @unroll
    row[i] = lane * GY_LANE + min(first + i, N - 1u) * O4;
  }
  var acc: array<vec4f, GI_TM * GI_TN>;
  for (var i = 0u; i < GI_TM; i++) { // @unroll
    for (var j = 0u; j < GI_TN; j++) { // @unroll
      acc[i * GI_TN + j] = vec4f();
    }
  }
  for (var c = 0u; c < O4; c++) {
    var a: array<vec4f, GI_TM>;
    for (var i = 0u; i < GI_TM; i++) { // @unroll
      a[i] = gy[row[i] + c];
    }
    for (var j = 0u; j < GI_TN; j++) { // @unroll
      for (var q = 0u; q < 4u; q++) { // @unroll
        let b = w[lane * W_LANE + (4u * (col + j) + q) * O4 + c];
        for (var i = 0u; i < GI_TM; i++) { // @unroll
          acc[i * GI_TN + j][q] += dot(a[i], b);
        }
      }
    }
  }
  for (var i = 0u; i < GI_TM; i++) { // @unroll
    if (first + i < N) {
      for (var j = 0u; j < GI_TN; j++) { // @unroll
        let at = lane * GX_LANE + (first + i) * K4 + col + j;
        // The derivative of what a mean was taken of is the affair of its kernel.
        @if(averaged) let g = acc[i * GI_TN + j];
        @if(!averaged) let g = activation_gradient(IN_ACT, IN_SLOPE, acc[i * GI_TN + j], x[at]);
        if (ACCUMULATE == 1u) { gx[at] = gx[at] + g; } else { gx[at] = g; }
      }
    }
  }
}

// Of sample n.
@if(!forward)
fn input_at(lane: u32, n: u32, k: u32) -> vec4f {
  @if(!averaged) return x[lane * X_LANE + n * K4 + k];
  @if(averaged) {
    const PER_ROW = FULL_W / POOL_W * POOL_C4;
    let column = k % PER_ROW / POOL_C4 * POOL_W;
    let first = (n * (K4 / PER_ROW) + k / PER_ROW) * POOL_H * FULL_W + column;
    var sum = vec4f();
    for (var ky = 0u; ky < POOL_H; ky++) { // @unroll
      for (var kx = 0u; kx < POOL_W; kx++) { // @unroll
        sum += x[lane * X_LANE + (first + ky * FULL_W + kx) * POOL_C4 + k % POOL_C4];
      }
    }
    return sum / f32(POOL_H * POOL_W);
  }
}

const UNITS = K4 + HAS_BIAS;

@if(!forward)
fn grad_weight(id: u32, lane: u32) {
  let columns = O4 / GW_TN;
  let tiles = (UNITS + GW_TU - 1u) / GW_TU;
  let slab = id / (columns * tiles);
  let first = (id / columns % tiles) * GW_TU;
  let col = (id % columns) * GW_TN;

  var acc: array<vec4f, 4u * GW_TU * GW_TN>;
  for (var k = 0u; k < GW_TU; k++) { // @unroll
    for (var q = 0u; q < 4u; q++) { // @unroll
      for (var j = 0u; j < GW_TN; j++) { // @unroll
        acc[(4u * k + q) * GW_TN + j] = vec4f();
      }
    }
  }
  let last = min((slab + 1u) * SLAB, N);
  for (var n = slab * SLAB; n < last; n++) {
    var g: array<vec4f, GW_TN>;
    for (var j = 0u; j < GW_TN; j++) { // @unroll
      g[j] = gy[lane * GY_LANE + n * O4 + col + j];
    }
    for (var k = 0u; k < GW_TU; k++) { // @unroll
      let unit = first + k;
      var a = input_at(lane, n, min(unit, K4 - 1u));
      if (HAS_BIAS == 1u) { a = select(a, vec4f(1.0, 0.0, 0.0, 0.0), unit == K4); }
      for (var q = 0u; q < 4u; q++) { // @unroll
        for (var j = 0u; j < GW_TN; j++) { // @unroll
          acc[(4u * k + q) * GW_TN + j] += a[q] * g[j];
        }
      }
    }
  }
  let matrix = lane * PARTIALS_LANE + slab * (4u * K4 + HAS_BIAS) * O4;
  for (var k = 0u; k < GW_TU; k++) { // @unroll
    let unit = first + k;
    if (unit < UNITS) {
      for (var q = 0u; q < 4u; q++) { // @unroll
        if (q == 0u || unit < K4) {
          for (var j = 0u; j < GW_TN; j++) { // @unroll
            partials[matrix + (4u * unit + q) * O4 + col + j] = acc[(4u * k + q) * GW_TN + j];
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
