// RMSprop (PyTorch):
//   g ← grad + weight_decay · w
//   square_avg ← alpha · square_avg + (1 − alpha) · g²
//   centered: grad_avg ← alpha · grad_avg + (1 − alpha) · g,  variance = square_avg − grad_avg²;  else variance = square_avg
//   d = g / (√variance + eps), or g / √(variance + eps) with eps_inside_root;  with momentum: momentum_buffer ← momentum · momentum_buffer + d,  d = momentum_buffer
//   w ← w − lr · d
// scalars: lr, alpha, 1 − alpha, weight_decay, eps, momentum, centered, eps_inside_root. State: square_avg, then momentum_buffer and grad_avg if used.
// Rounding can leave a variance just below 0: it counts as 0. 0 / 0 (eps = 0) counts as 0.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html

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
    let alpha = scalar(lane, 1u);
    let rest = scalar(lane, 2u);
    let momentum = scalar(lane, 5u);
    let g = grad + scalar(lane, 3u) * weight(lane, block, local);

    let square = alpha * state[at] + rest * g * g;
    var variance = square;
    let centered = scalar(lane, 6u) != 0.0;
    let mean_at = at + select(P4, 2u * P4, momentum > 0.0);
    var mean = vec4f();
    if (centered) {
      mean = alpha * state[mean_at] + rest * g;
      variance = max(square - mean * mean, vec4f());
    }
    let eps = scalar(lane, 4u);
    let root = select(sqrt(variance) + eps, sqrt(variance + eps), scalar(lane, 7u) != 0.0);
    var d = select(g / root, vec4f(), root == vec4f());
    if (momentum > 0.0) { d += momentum * state[at + P4]; }
    if (move_by(-scalar(lane, 0u) * d, grad, lane, block, local)) {
      state[at] = square;
      if (centered) { state[mean_at] = mean; }
      if (momentum > 0.0) { state[at + P4] = d; }
    }
  }
  @if(serial) report_squares(lane, block, thread);
}
