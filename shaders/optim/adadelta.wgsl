// Adadelta (PyTorch):
//   g ← grad + weight_decay · w
//   square_avg ← rho · square_avg + (1 − rho) · g²
//   d = √(acc_delta + eps) / √(square_avg + eps) · g
//   acc_delta ← rho · acc_delta + (1 − rho) · d²
//   w ← w − lr · d
// scalars: lr, rho, 1 − rho, weight_decay, eps. State: square_avg, acc_delta. 0 / 0 (eps = 0, no gradient yet) counts as 0.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html

import constants::{P4, PER, SIZE};
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
    let rho = scalar(lane, 1u);
    let rest = scalar(lane, 2u);
    let eps = scalar(lane, 4u);
    let g = grad + scalar(lane, 3u) * weight(lane, block, local);
    let square = rho * state[at] + rest * g * g;
    let root = sqrt(square + eps);
    let past = state[at + P4];
    let d = select(sqrt(past + eps) / root * g, vec4f(), root == vec4f());
    if (move_by(-scalar(lane, 0u) * d, grad, lane, block, local)) {
      state[at] = square;
      state[at + P4] = rho * past + rest * d * d;
    }
  }
  @if(serial) report_squares(lane, block, thread);
}
