// RAdam (PyTorch):
//   g ← grad + weight_decay · w
//   exp_avg ← β₁ · exp_avg + (1 − β₁) · g
//   exp_avg_sq ← β₂ · exp_avg_sq + (1 − β₂) · g²
//   w ← w − size · exp_avg / (√exp_avg_sq + eps) once the step is rectified, w ← w − size · exp_avg before
// size = lr / (1 − β₁ᵗ), times r · √(1 − β₂ᵗ) when rectified, taken in float64.
// scalars: lr, size, β₁, 1 − β₁, β₂, 1 − β₂, eps, weight_decay, rectified. State: exp_avg, exp_avg_sq. 0 / 0 (eps = 0) counts as 0.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html

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
    let g = grad + scalar(lane, 7u) * weight(lane, block, local);
    let mean = scalar(lane, 2u) * state[at] + scalar(lane, 3u) * g;
    let square = scalar(lane, 4u) * state[at + P4] + scalar(lane, 5u) * g * g;
    var d = mean;
    if (scalar(lane, 8u) != 0.0) {
      let root = sqrt(square) + scalar(lane, 6u);
      d = select(mean / root, vec4f(), root == vec4f());
    }
    if (move_by(-scalar(lane, 1u) * d, grad, lane, block, local)) {
      state[at] = mean;
      state[at + P4] = square;
    }
  }
  @if(serial) report_squares(lane, block, thread);
}
