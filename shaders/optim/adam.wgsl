// Adam (PyTorch): weight decay enters the gradient, g ← grad + weight_decay · w, then the step of lib/adam.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html

import constants::{P4};
import package::lib::adam::adam_step;
import package::lib::grid::group_index;
import package::lib::update::{params, grads, lanes, frozen, scalar, move_by};

@compute @workgroup_size(64)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = lanes[group.z].x;
  let block = group_index(group, groups);
  if (frozen(lane, block)) { return; }
  let i = block * 64u + local;
  let g = grads[lane * P4 + i] + scalar(lane, 8u) * params[lane * P4 + i];
  move_by(adam_step(g, lanes[group.z].y + i, lane), lane, block, local);
}
