// RMSprop (PyTorch):
//   g ← grad + weight_decay · w
//   square_avg ← alpha · square_avg + (1 − alpha) · g²
//   centered: grad_avg ← alpha · grad_avg + (1 − alpha) · g,  variance = square_avg − grad_avg²;  else variance = square_avg
//   d = g / (√variance + eps);  with momentum: momentum_buffer ← momentum · momentum_buffer + d,  d = momentum_buffer
//   w ← w − lr · d
// scalars: lr, alpha, 1 − alpha, weight_decay, eps, momentum, centered. State: square_avg, then momentum_buffer and grad_avg if used.
// Rounding can leave a variance just below 0: it counts as 0. 0 / 0 (eps = 0) counts as 0.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html

import constants::{P4};
import package::lib::grid::group_index;
import package::lib::update::{params, grads, state, lanes, frozen, scalar, move_by};

@compute @workgroup_size(64)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = lanes[group.z].x;
  let block = group_index(group, groups);
  if (frozen(lane, block)) { return; }
  let i = block * 64u + local;
  var at = lanes[group.z].y + i;
  let alpha = scalar(lane, 1u);
  let rest = scalar(lane, 2u);
  let momentum = scalar(lane, 5u);
  let g = grads[lane * P4 + i] + scalar(lane, 3u) * params[lane * P4 + i];

  var variance = alpha * state[at] + rest * g * g;
  state[at] = variance;
  if (scalar(lane, 6u) != 0.0) {
    let mean_at = at + select(P4, 2u * P4, momentum > 0.0);
    let mean = alpha * state[mean_at] + rest * g;
    state[mean_at] = mean;
    variance = max(variance - mean * mean, vec4f());
  }
  let root = sqrt(variance) + scalar(lane, 4u);
  var d = select(g / root, vec4f(), root == vec4f());
  if (momentum > 0.0) {
    d += momentum * state[at + P4];
    state[at + P4] = d;
  }
  move_by(-scalar(lane, 0u) * d, lane, block, local);
}
