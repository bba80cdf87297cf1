// Lion (Chen et al. 2023, algorithm 2):
//   c = β₁ · exp_avg + (1 − β₁) · g
//   w ← w − lr · (sign(c) + weight_decay · w)
//   exp_avg ← β₂ · exp_avg + (1 − β₂) · g
// scalars: lr, β₁, 1 − β₁, β₂, 1 − β₂, lr · weight_decay. sign(0) = 0: what never saw a gradient stays where it is.
// Source: https://arxiv.org/abs/2302.06675

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
    let mean = state[at];
    let direction = sign(scalar(lane, 1u) * mean + scalar(lane, 2u) * grad);
    let delta = -scalar(lane, 0u) * direction - scalar(lane, 5u) * weight(lane, block, local);
    if (move_by(delta, grad, lane, block, local)) { state[at] = scalar(lane, 3u) * mean + scalar(lane, 4u) * grad; }
  }
  @if(serial) report_squares(lane, block, thread);
}
