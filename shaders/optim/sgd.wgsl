// SGD (PyTorch):
//   g ← grad + weight_decay · w
//   v ← g at the first step, then momentum · v + (1 − dampening) · g
//   w ← w − lr · d,  d = g without momentum; g + momentum · v with nesterov; else v
// scalars: lr, momentum, 1 − dampening, nesterov, weight_decay, first step. Without momentum a lane owns no state: none is touched.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

import constants::{P4};
import package::lib::grid::group_index;
import package::lib::update::{params, grads, state, lanes, frozen, scalar, move_by};

@compute @workgroup_size(64)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = lanes[group.z].x;
  let block = group_index(group, groups);
  if (frozen(lane, block)) { return; }
  let i = block * 64u + local;
  let momentum = scalar(lane, 1u);
  let g = grads[lane * P4 + i] + scalar(lane, 4u) * params[lane * P4 + i];
  var d = g;
  if (momentum > 0.0) {
    let at = lanes[group.z].y + i;
    var v = g;
    if (scalar(lane, 5u) == 0.0) { v = momentum * state[at] + scalar(lane, 2u) * g; }
    state[at] = v;
    d = select(v, g + momentum * v, scalar(lane, 3u) != 0.0);
  }
  move_by(-scalar(lane, 0u) * d, lane, block, local);
}
