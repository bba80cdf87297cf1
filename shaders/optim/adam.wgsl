// Adam (PyTorch): weight decay enters the gradient, g ← grad + weight_decay · w, then the step of lib/adam.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html

import constants::{PER, SIZE};
import package::lib::adam::{adam_step, keep_moments};
import package::lib::grid::group_index;
import package::lib::update::{lane_of, state_of, frozen, scalar, weight, gradient, move_by};
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
    let g = grad + scalar(lane, 8u) * weight(lane, block, local);
    let at = state_of(group.z, block, local);
    let s = adam_step(g, at, lane);
    if (move_by(s.delta, grad, lane, block, local)) { keep_moments(s, at, lane); }
  }
  @if(serial) report_squares(lane, block, thread);
}
