// What Muon orthogonalises, and its norm:
//   mix   momentum_buffer' = momentum · momentum_buffer + (1 − momentum) · grad
//         X = (1 − momentum) · grad + momentum · momentum_buffer' with nesterov, else momentum_buffer'
//   norm  scale = 1 / max(‖X‖, eps)
// A thread of `mix` has a tile of 4 × 4 weights, so that it stores whole vec4s of the transpose, too; it leaves the squares of its rows
// where X will stand after the first iteration. One workgroup of `norm` adds a matrix' squares in fixed order. The new momentum is only
// kept by the update (muon.wgsl), which computes it again.

import constants::{BLOCKS, MIX_AT, MIX_GROUPS, MATRICES, SIZE};
import package::lib::grid::group_index;
import package::lib::muon::{Matrix, matrix_of, flags_of, idle, x_before, NESTEROV};
import package::lib::reduce::workgroup_sum;
import package::lib::update::{tables, state, lane_of, gradient, scalar};

// Four weights of what is orthogonalised, from vec4 i of the lane's parameters. `own`: the lane's entry.
fn mixed(own: vec4u, i: u32, nesterov: bool) -> vec4f {
  let lane = own.x;
  let rest = scalar(lane, 10u) * gradient(lane, i / 64u, i % 64u);
  let momentum = scalar(lane, 9u);
  let mean = momentum * state[own.y + i] + rest;
  return select(mean, rest + momentum * mean, nesterov);
}

@compute @workgroup_size(SIZE)
fn mix(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  if (g >= MIX_GROUPS) { return; }
  // Remembers the entry, for gradient().
  let lane = lane_of(group.z);
  let own = tables[BLOCKS + group.z];
  let job = tables[own.w + MIX_AT + g];
  let flags = flags_of(lane);
  let m = matrix_of(group.z, job.x, flags);
  let id = job.y + local;
  if (idle(lane, m, flags) || id >= (m.rows + 3u) / 4u * m.cols4) { return; }
  let row4 = id / m.cols4;
  let col = id % m.cols4;

  var u: array<vec4f, 4>;
  var squares = vec4f();
  for (var q = 0u; q < 4u; q++) { // @unroll
    u[q] = vec4f();
    if (4u * row4 + q < m.rows) { u[q] = mixed(own, m.start + (4u * row4 + q) * m.cols4 + col, (flags & NESTEROV) != 0u); }
    squares[q] = dot(u[q], u[q]);
  }
  for (var q = 0u; q < 4u; q++) { // @unroll
    if (m.wide) { state[m.x + (4u * col + q) * m.short4 + row4] = vec4f(u[0][q], u[1][q], u[2][q], u[3][q]); }
    else if (4u * row4 + q < m.rows) { state[m.x + (4u * row4 + q) * m.short4 + col] = u[q]; }
  }
  state[x_before(m, 1u) + id] = squares;
}

@compute @workgroup_size(64)
fn norm(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  if (g >= MATRICES) { return; }
  let lane = lane_of(group.z);
  let flags = flags_of(lane);
  let m = matrix_of(group.z, g, flags);
  if (idle(lane, m, flags)) { return; }
  let base = x_before(m, 1u);
  let tiles = (m.rows + 3u) / 4u * m.cols4;
  var sum = vec4f();
  for (var k = local; k < tiles; k += 64u) { sum += state[base + k]; }
  let all = workgroup_sum(local, sum);
  let size = max(sqrt((all.x + all.y) + (all.z + all.w)), scalar(lane, 15u));
  // 0 / 0 (eps = 0, no gradient yet) counts as 0.
  if (local == 0u) { state[m.scale] = vec4f(select(1.0 / size, 0.0, size == 0.0)); }
}
