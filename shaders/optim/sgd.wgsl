// SGD (PyTorch):
//   g ← grad + weight_decay · w
//   v ← g at the first step, then momentum · v + (1 − dampening) · g
//   w ← w − lr · d,  d = g without momentum; g + momentum · v with nesterov; else v
// scalars: lr, momentum, 1 − dampening, nesterov, weight_decay, first step. Without momentum a lane owns no state: none is touched.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

import package::lib::grid::group_index;
import package::lib::update::{state, lane_of, state_of, frozen, scalar, weight, gradient, move_by};

@compute @workgroup_size(64)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = lane_of(group.z);
  let block = group_index(group, groups);
  if (frozen(lane, block, local)) { return; }
  let grad = gradient(lane, block, local);
  let momentum = scalar(lane, 1u);
  let g = grad + scalar(lane, 4u) * weight(lane, block, local);
  let at = state_of(group.z, block, local);
  var d = g;
  var v = g;
  if (momentum > 0.0) {
    if (scalar(lane, 5u) == 0.0) { v = momentum * state[at] + scalar(lane, 2u) * g; }
    d = select(v, g + momentum * v, scalar(lane, 3u) != 0.0);
  }
  if (move_by(-scalar(lane, 0u) * d, grad, lane, block, local) && momentum > 0.0) { state[at] = v; }
}
