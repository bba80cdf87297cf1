// AdamW (PyTorch): the weight decays by itself, w ← w − lr · weight_decay · w, beside the step of lib/adam with the bare gradient.
// Both moves are added before they reach w: one rounding instead of two.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html

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
  let decay = scalar(lane, 8u) * params[lane * P4 + i];
  move_by(adam_step(grads[lane * P4 + i], lanes[group.z].y + i, lane) - decay, lane, block, local);
}
