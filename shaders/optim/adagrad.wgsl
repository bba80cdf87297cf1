// Adagrad (PyTorch):
//   g ← grad + weight_decay · w
//   sum ← sum + g²
//   w ← w − lr / (1 + (t − 1) · lr_decay) · g / (√sum + eps)
// scalars: lr, decayed lr, weight_decay, eps. With eps = 0 a weight that never saw a gradient divides 0 by 0; it stays where it is.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html

import constants::{PER, SIZE};
import package::lib::grid::group_index;
import package::lib::update::{state, lane_of, state_of, frozen, scalar, weight, gradient, move_by};
@if(serial) import package::lib::update::{unused, report_squares};

@compute @workgroup_size(SIZE)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = lane_of(group.z);
  let block = group_index(group, groups);
  if (frozen(lane, block, thread)) { return; }
  for (var k = 0u; k < PER; k++) { // @some
    let local = PER * thread + k;
    @if(serial) if (unused(block, local)) { break; }
    let grad = gradient(lane, block, local);
    let at = state_of(group.z, block, local);
    let g = grad + scalar(lane, 2u) * weight(lane, block, local);
    let sum = state[at] + g * g;
    let root = sqrt(sum) + scalar(lane, 3u);
    let d = select(g / root, vec4f(), root == vec4f());
    if (move_by(-scalar(lane, 1u) * d, grad, lane, block, local)) { state[at] = sum; }
  }
  @if(serial) report_squares(lane, block, thread);
}
