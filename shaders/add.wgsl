// Add: y = act(a + b), a residual connection. Element-wise over [N][H·W][Cs]: one thread a vec4, consecutive threads consecutive vec4s.
// Backward: gx of each input is gy, times the derivative of the activation that made that input.
// Two flat inputs may lie in memory in different orders, one of them a flattened image; `mapped` then finds each word of `a`'s order in
// the other's: PyTorch's feature c·H·W + hw stands at hw·Cs + c.
// Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, equation 1.

import constants::{THREADS, XC, XC4, ACT, SLOPE, A_LANE, B_LANE, Y_LANE, GY_LANE, GX_LANE, X_LANE, ACCUMULATE, IN_ACT, IN_SLOPE};
import constants::{XH, XW, OC4, OH, OW};
import package::lib::activation::{activate, activation_gradient, mask_padding};
import package::lib::grid::thread_index;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<storage, read> gy: array<vec4f>;
@group(0) @binding(4) var<storage, read> x: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gx: array<vec4f>;

// Where word q of vec4 i (order X) stands in the other tensor (order O), in words.
@if(mapped)
fn counterpart(i: u32, q: u32) -> u32 {
  let sample = XH * XW * XC4;
  let p = 4u * (i % sample) + q;
  let feature = p % (4u * XC4) * (XH * XW) + p / (4u * XC4);
  return 4u * (i / sample) * (OH * OW * OC4) + feature % (OH * OW) * (4u * OC4) + feature / (OH * OW);
}

@if(mapped)
fn other_word(lane: u32, at: u32) -> f32 {
  @if(forward) return b[lane * B_LANE + at / 4u][at % 4u];
  @if(grad_input) return gy[lane * GY_LANE + at / 4u][at % 4u];
}

// vec4 i in order X of the tensor that lies in order O; zero in the padding.
@if(mapped)
fn other(lane: u32, i: u32) -> vec4f {
  var v = vec4f();
  for (var q = 0u; q < 4u; q++) { // @unroll
    if (4u * (i % XC4) + q < XC) { v[q] = other_word(lane, counterpart(i, q)); }
  }
  return v;
}

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  @if(!mapped) let second = b[lane * B_LANE + i];
  @if(mapped) let second = other(lane, i);
  y[lane * Y_LANE + i] = mask_padding(activate(ACT, SLOPE, a[lane * A_LANE + i] + second), i % XC4, XC);
}

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  @if(!mapped) var g = gy[lane * GY_LANE + i];
  @if(mapped) var g = other(lane, i);
  @if(in_act) g = activation_gradient(IN_ACT, IN_SLOPE, g, x[lane * X_LANE + i]);
  if (ACCUMULATE == 1u) { g += gx[lane * GX_LANE + i]; }
  gx[lane * GX_LANE + i] = g;
}
