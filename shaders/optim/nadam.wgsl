// NAdam (PyTorch):
//   g ← grad + weight_decay · w
//   exp_avg ← β₁ · exp_avg + (1 − β₁) · g
//   exp_avg_sq ← β₂ · exp_avg_sq + (1 − β₂) · g²
//   w ← w − (share of g · g + share of exp_avg · exp_avg) / (√exp_avg_sq / √(1 − β₂ᵗ) + eps)
// with the shares lr (1 − μₜ) / (1 − Π μ) and lr μₜ₊₁ / (1 − μₜ₊₁ Π μ), products over steps 1 … t, taken in float64.
// scalars: lr, share of g, share of exp_avg, β₁, 1 − β₁, β₂, 1 − β₂, 1 / √(1 − β₂ᵗ), eps, weight_decay. State: exp_avg, exp_avg_sq.
// 0 / 0 (eps = 0, no gradient yet) counts as 0.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html

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
    let g = grad + scalar(lane, 9u) * weight(lane, block, local);
    let mean = scalar(lane, 3u) * state[at] + scalar(lane, 4u) * g;
    let square = scalar(lane, 5u) * state[at + P4] + scalar(lane, 6u) * g * g;
    let root = sqrt(square) * scalar(lane, 7u) + scalar(lane, 8u);
    // Divided first: a small gradient times a small lr could vanish.
    let d = scalar(lane, 1u) * (g / root) + scalar(lane, 2u) * (mean / root);
    if (move_by(-select(d, vec4f(), root == vec4f()), grad, lane, block, local)) {
      state[at] = mean;
      state[at + P4] = square;
    }
  }
  @if(serial) report_squares(lane, block, thread);
}
