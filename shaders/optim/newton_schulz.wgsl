// Newton–Schulz: from X with singular values up to 1 towards the nearest matrix whose are all 1. Iteration k of all matrices of all lanes:
//   gram            A = XᵀX
//   gram (square)   B = b · A + c · AᵀA (A is symmetric)
//   grow            X' = a · X + X · B
// X has `long` rows of `short4` vec4s, A and B 4 · short4 rows of as many; X and X' change places. A thread owns 4 · TILE rows × TILE vec4s
// in registers, straight from storage; a workgroup is on one matrix. The first X is multiplied by its scale while it is read: nothing is as
// large as the square of a gradient. Padding stays 0. A lane with fewer iterations, or frozen, does nothing.
// Source: https://kellerjordan.github.io/posts/muon/

import constants::{BLOCKS, GRAM_AT, GRAM_GROUPS, GROW_AT, GROW_GROUPS, SIZE, TILE};
import package::lib::grid::group_index;
import package::lib::muon::{Matrix, matrix_of, flags_of, idle, x_before};
import package::lib::update::{tables, state, scalar};

@group(0) @binding(7) var<storage, read> iteration: array<vec4u>;

fn across(m: Matrix) -> u32 {
  return (m.short4 + TILE - 1u) / TILE;
}

// What X is multiplied by while it is read.
fn scale_of(m: Matrix, k: u32) -> f32 {
  if (k > 0u) { return 1.0; }
  return state[m.scale].x;
}

@compute @workgroup_size(SIZE)
fn gram(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  if (g >= GRAM_GROUPS) { return; }
  let own = tables[BLOCKS + group.z];
  let job = tables[own.w + GRAM_AT + g];
  let flags = flags_of(own.x);
  let m = matrix_of(group.z, job.x, flags);
  let k = iteration[0].x;
  let id = job.y + local;
  if (idle(own.x, m, flags) || k >= flags >> 3u || id >= across(m) * across(m)) { return; }
  let row = id / across(m) * TILE;
  let col = id % across(m) * TILE;
  @if(!square) let base = x_before(m, k);
  @if(!square) let rows = m.long;
  @if(!square) let scale = scale_of(m, k);
  @if(square) let base = m.a;
  @if(square) let rows = 4u * m.short4;

  var acc: array<vec4f, 4u * TILE * TILE>;
  for (var i = 0u; i < TILE; i++) { // @unroll
    for (var q = 0u; q < 4u; q++) { // @unroll
      for (var j = 0u; j < TILE; j++) { // @unroll
        acc[(4u * i + q) * TILE + j] = vec4f();
      }
    }
  }
  for (var n = 0u; n < rows; n++) { // @some
    var left: array<vec4f, TILE>;
    var right: array<vec4f, TILE>;
    for (var i = 0u; i < TILE; i++) { // @unroll
      left[i] = state[base + n * m.short4 + min(row + i, m.short4 - 1u)];
      right[i] = state[base + n * m.short4 + min(col + i, m.short4 - 1u)];
      @if(!square) {
        left[i] *= scale;
        right[i] *= scale;
      }
    }
    for (var i = 0u; i < TILE; i++) { // @unroll
      for (var q = 0u; q < 4u; q++) { // @unroll
        for (var j = 0u; j < TILE; j++) { // @unroll
          acc[(4u * i + q) * TILE + j] += left[i][q] * right[j];
        }
      }
    }
  }
  for (var i = 0u; i < TILE; i++) { // @unroll
    for (var q = 0u; q < 4u; q++) { // @unroll
      for (var j = 0u; j < TILE; j++) { // @unroll
        if (row + i < m.short4 && col + j < m.short4) {
          let at = (4u * (row + i) + q) * m.short4 + col + j;
          @if(!square) { state[m.a + at] = acc[(4u * i + q) * TILE + j]; }
          @if(square) { state[m.b + at] = scalar(own.x, 13u) * state[m.a + at] + scalar(own.x, 14u) * acc[(4u * i + q) * TILE + j]; }
        }
      }
    }
  }
}

@compute @workgroup_size(SIZE)
fn grow(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  if (g >= GROW_GROUPS) { return; }
  let own = tables[BLOCKS + group.z];
  let job = tables[own.w + GROW_AT + g];
  let flags = flags_of(own.x);
  let m = matrix_of(group.z, job.x, flags);
  let k = iteration[0].x;
  let row = (job.y + local) / across(m) * 4u * TILE;
  let col = (job.y + local) % across(m) * TILE;
  if (idle(own.x, m, flags) || k >= flags >> 3u || row >= m.long) { return; }
  let base = x_before(m, k);
  let to = x_before(m, k + 1u);
  let scale = scale_of(m, k);

  var acc: array<vec4f, 4u * TILE * TILE>;
  for (var i = 0u; i < 4u * TILE; i++) { // @unroll
    for (var j = 0u; j < TILE; j++) { // @unroll
      acc[i * TILE + j] = vec4f();
    }
  }
  for (var n = 0u; n < m.short4; n++) { // @some
    var x: array<vec4f, 4u * TILE>;
    for (var i = 0u; i < 4u * TILE; i++) { // @unroll
      x[i] = scale * state[base + min(row + i, m.long - 1u) * m.short4 + n];
    }
    for (var q = 0u; q < 4u; q++) { // @unroll
      for (var j = 0u; j < TILE; j++) { // @unroll
        let b = state[m.b + (4u * n + q) * m.short4 + min(col + j, m.short4 - 1u)];
        for (var i = 0u; i < 4u * TILE; i++) { // @unroll
          acc[i * TILE + j] += x[i][q] * b;
        }
      }
    }
  }
  let a = scalar(own.x, 12u) * scale;
  for (var i = 0u; i < 4u * TILE; i++) { // @unroll
    for (var j = 0u; j < TILE; j++) { // @unroll
      if (row + i < m.long && col + j < m.short4) {
        let at = (row + i) * m.short4 + col + j;
        state[to + at] = a * state[base + at] + acc[i * TILE + j];
      }
    }
  }
}
