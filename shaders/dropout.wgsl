// Dropout in training, inverted: y = kept ? x / (1 − p) : 0. No mask is stored; backward hashes again.
// The element with PyTorch's flat index i in the batch ([N, C, H, W] or [N, F], row-major) is kept iff hash2(key, i) ≥ ⌊p · 2³²⌋, with
// key = hash2(the step's dropout word, the layer's index): the mask does not depend on how tensors lie in memory here.
// One thread a vec4 of [N][H·W][Cs]: its four channels stand H·W apart in PyTorch's order. Padding stays 0.
// Source: Srivastava et al., JMLR 15, 2014.

import constants::{THREADS, XC, XH, XW, XC4, LAYER_INDEX, THRESHOLD, SCALE, X_LANE, Y_LANE, GY_LANE, GX_LANE, ACCUMULATE, IN_ACT, IN_SLOPE};
import package::lib::activation::activation_gradient;
import package::lib::grid::thread_index;
import package::lib::random::hash2;
import package::lib::step::LaneStep;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(1) @binding(0) var<storage, read> step: array<LaneStep>;

const HW = XH * XW;

// What vec4 i is multiplied by.
fn factor(i: u32, lane: u32) -> vec4f {
  let key = hash2(step[lane].dropout, LAYER_INDEX);
  let pixel = i / XC4;
  let first = (pixel / HW) * (XC * HW) + (4u * (i % XC4)) * HW + pixel % HW;
  let hashes = vec4u(hash2(key, first), hash2(key, first + HW), hash2(key, first + 2u * HW), hash2(key, first + 3u * HW));
  return select(vec4f(), vec4f(bitcast<f32>(SCALE)), hashes >= vec4u(THRESHOLD));
}

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  y[lane * Y_LANE + i] = factor(i, lane) * x[lane * X_LANE + i];
}

@group(0) @binding(2) var<storage, read> gy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gx: array<vec4f>;

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  var g = factor(i, lane) * gy[lane * GY_LANE + i];
  @if(in_act) g = activation_gradient(IN_ACT, IN_SLOPE, g, x[lane * X_LANE + i]);
  if (ACCUMULATE == 1u) { g += gx[lane * GX_LANE + i]; }
  gx[lane * GX_LANE + i] = g;
}
