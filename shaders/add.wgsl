// Add: y = act(a + b), a residual connection. Element-wise over [N][H·W][Cs]: one thread a vec4, consecutive threads consecutive vec4s.
// Backward: gx of each input is gy, times the derivative of the activation that made that input (x is bound only if there is one).
// Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, equation 1.

import constants::{THREADS, YC, YC4, ACT, SLOPE, A_LANE, B_LANE, Y_LANE, GY_LANE, GX_LANE, X_LANE, ACCUMULATE, IN_ACT, IN_SLOPE};
import package::lib::activation::{activate, activation_gradient, mask_padding};
import package::lib::grid::thread_index;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  let sum = activate(ACT, SLOPE, a[lane * A_LANE + i] + b[lane * B_LANE + i]);
  y[lane * Y_LANE + i] = mask_padding(sum, i % YC4, YC);
}

@group(0) @binding(3) var<storage, read> gy: array<vec4f>;
@group(0) @binding(4) var<storage, read> x: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gx: array<vec4f>;

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let lane = group.z;
  var g = gy[lane * GY_LANE + i];
  @if(in_act) g = activation_gradient(IN_ACT, IN_SLOPE, g, x[lane * X_LANE + i]);
  if (ACCUMULATE == 1u) { g += gx[lane * GX_LANE + i]; }
  gx[lane * GX_LANE + i] = g;
}
