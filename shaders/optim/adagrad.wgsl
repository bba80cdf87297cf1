// Adagrad (PyTorch):
//   g ← grad + weight_decay · w
//   sum ← sum + g²
//   w ← w − lr / (1 + (t − 1) · lr_decay) · g / (√sum + eps)
// scalars: lr, decayed lr, weight_decay, eps. With eps = 0 a weight that never saw a gradient divides 0 by 0; it stays where it is.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html

import constants::{P4};
import package::lib::grid::group_index;
import package::lib::update::{params, grads, state, lanes, frozen, scalar, move_by};

@compute @workgroup_size(64)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = lanes[group.z].x;
  let block = group_index(group, groups);
  if (frozen(lane, block)) { return; }
  let i = block * 64u + local;
  let at = lanes[group.z].y + i;
  let g = grads[lane * P4 + i] + scalar(lane, 2u) * params[lane * P4 + i];
  let sum = state[at] + g * g;
  state[at] = sum;
  let root = sqrt(sum) + scalar(lane, 3u);
  move_by(-scalar(lane, 1u) * select(g / root, vec4f(), root == vec4f()), lane, block, local);
}
