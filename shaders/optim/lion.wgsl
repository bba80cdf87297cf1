// Lion (Chen et al. 2023, algorithm 2):
//   c = β₁ · exp_avg + (1 − β₁) · g
//   w ← w − lr · (sign(c) + weight_decay · w)
//   exp_avg ← β₂ · exp_avg + (1 − β₂) · g
// scalars: lr, β₁, 1 − β₁, β₂, 1 − β₂, lr · weight_decay. sign(0) = 0: what never saw a gradient stays where it is.
// Source: https://arxiv.org/abs/2302.06675

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
  let g = grads[lane * P4 + i];
  let mean = state[at];
  let direction = sign(scalar(lane, 1u) * mean + scalar(lane, 2u) * g);
  state[at] = scalar(lane, 3u) * mean + scalar(lane, 4u) * g;
  move_by(-scalar(lane, 0u) * direction - scalar(lane, 5u) * params[lane * P4 + i], lane, block, local);
}
