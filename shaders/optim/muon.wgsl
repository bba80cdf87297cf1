// Muon (PyTorch), the last dispatch of its step. Weights of a matrix that newton_schulz.wgsl has orthogonalised:
//   momentum_buffer ← momentum · momentum_buffer + (1 − momentum) · grad
//   w ← w − lr · weight_decay · w − lr · ratio · X
// Everything else takes AdamW's step, with exp_avg in the place of momentum_buffer:
//   w ← w − rate · weight_decay · w − step · exp_avg / (√exp_avg_sq + eps), whose step and eps hold the corrections of both means.
// scalars: lib/muon. State: momentum_buffer, exp_avg_sq. 0 / 0 (eps = 0, no gradient yet) counts as 0.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html

import constants::{P4, BLOCKS, PER, SIZE};
import package::lib::grid::group_index;
import package::lib::muon::{Matrix, matrix_of, flags_of, left_out, x_before};
import package::lib::update::{tables, state, lane_of, state_of, frozen, scalar, weight, gradient, move_by};
@if(serial) import package::lib::update::{unused, report_squares};

// X for the four weights `col` of row `row`.
fn direction(m: Matrix, row: u32, col: u32, steps: u32) -> vec4f {
  let x = x_before(m, steps);
  if (!m.wide) { return state[x + row * m.short4 + col]; }
  let at = x + 4u * col * m.short4 + row / 4u;
  let q = row % 4u;
  return vec4f(state[at][q], state[at + m.short4][q], state[at + 2u * m.short4][q], state[at + 3u * m.short4][q]);
}

@compute @workgroup_size(SIZE)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = lane_of(group.z);
  let block = group_index(group, groups);
  if (frozen(lane, block, thread)) { return; }
  for (var k = 0u; k < PER; k++) { // @some
    let local = PER * thread + k;
    @if(serial) if (unused(block, local)) { break; }
    let grad = gradient(lane, block, local);
    let w = weight(lane, block, local);
    let at = state_of(group.z, block, local);
    let flags = flags_of(lane);

    var orthogonal = false;
    var mean = vec4f();
    var square = vec4f();
    var delta = vec4f();
    let owner = tables[tables[BLOCKS + group.z].w + block].x;
    if (owner > 0u) {
      let m = matrix_of(group.z, owner - 1u, flags);
      let place = block * 64u + local - m.start;
      let row = place / m.cols4;
      orthogonal = row < m.rows && !left_out(m, flags);
      if (orthogonal) {
        mean = scalar(lane, 9u) * state[at] + scalar(lane, 10u) * grad;
        delta = -(scalar(lane, 0u) * m.ratio) * direction(m, row, place % m.cols4, flags >> 3u) - scalar(lane, 8u) * w;
      }
    }
    if (!orthogonal) {
      mean = scalar(lane, 2u) * state[at] + scalar(lane, 3u) * grad;
      square = scalar(lane, 4u) * state[at + P4] + scalar(lane, 5u) * grad * grad;
      let root = sqrt(square) + scalar(lane, 6u);
      delta = -scalar(lane, 1u) * select(mean / root, vec4f(), root == vec4f()) - scalar(lane, 7u) * w;
    }
    if (move_by(delta, grad, lane, block, local)) {
      state[at] = mean;
      if (!orthogonal) { state[at + P4] = square; }
    }
  }
  @if(serial) report_squares(lane, block, thread);
}
