// BatchNorm per channel over its ROWS = N·H·W values (BatchNorm1d on a flat tensor: ROWS = N, every word of a sample a channel):
//   y = act((x − mean) · rstd · γ + β + residual),  rstd = 1 / √(var + eps);  y = max of a window of these, where a pool follows
//   dx = γ · rstd · (dy − Σdy / M − x̂ · Σ(dy·x̂) / M),  dγ = Σ dy·x̂,  dβ = Σ dy,  x̂ = (x − mean) · rstd
// x is a matrix [ROWS][C4] of vec4s; parameters are rows γ, β and running statistics rows mean, var of C4 vec4s.
//
// Two dispatches each way. `stats` and `grad_stats`: a workgroup owns TC columns of one slab of rows; its TR strands of threads read rows
// in turn (consecutive threads, consecutive memory). `normalize` and `grad_input`: a workgroup owns TC columns and CHUNK rows of what it
// writes; it first adds up the at most 64 slabs for itself, which costs less than a dispatch. Statistics are sums of differences from the
// slab's first row, merged by Chan's formula: Σx² would lose the variance of a channel whose mean is large. All sums in fixed order,
// whatever CHUNK is. In evaluation `normalize` alone, from the running statistics.
// Sources: Ioffe and Szegedy, ICML 2015; Chan, Golub and LeVeque, 1979 (merging); https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html

import constants::{C4, XC, XC4, ROWS, TC, TR, SLABS, SLAB_ROWS, CHUNK, CHUNKS, INVERSE_ROWS, UNBIASED, MOMENTUM, EPS, ACT, SLOPE};
import constants::{X_LANE, MOMENTS_LANE, SAVED_LANE, PARAM_LANE, RUNNING_LANE, Y_LANE, GY_LANE, GX_LANE, RESIDUAL_LANE, PARTIALS_LANE, SUMS_LANE};
import constants::{RUNNING_AT, PARAM_AT, OTHER_RUNNING_AT, OTHER_PARAM_AT, OTHER_MOMENTUM, OTHER_EPS, OTHER_MOMENTS_LANE};
import constants::{ACCUMULATE, IN_ACT, IN_SLOPE, OUT_ROWS, FULL_H, FULL_W, POOL_H, POOL_W, TAPS_LANE};
import package::lib::activation::{activate, activation_gradient, mask_padding};
import package::lib::grid::group_index;
import package::lib::through_pool::{window_of, through_pool};

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
// [SLABS + 1][2][C4]: mean and M2 of every slab, last mean and rstd of the batch.
@if(train && !backward) @group(0) @binding(1) var<storage, read_write> moments: array<vec4f>;

const COLUMNS = (C4 + TC - 1u) / TC;
var<workgroup> strand_a: array<vec4f, 64>;
var<workgroup> strand_b: array<vec4f, 64>;

// Where a thread works: its column, its strand, and number g / COLUMNS of its workgroup.
struct Place {
  part: u32,
  c4: u32,
  strand: u32,
  live: bool,
}

fn place(group: vec3u, groups: vec3u, local: u32, parts: u32) -> Place {
  let g = group_index(group, groups);
  let c4 = (g % COLUMNS) * TC + local % TC;
  let strand = local / TC;
  return Place(g / COLUMNS, min(c4, C4 - 1u), strand, g / COLUMNS < parts && strand < TR && c4 < C4);
}

// Adds the strands of a column in order, into its first one.
fn add_strands(local: u32, a: vec4f, b: vec4f) -> array<vec4f, 2> {
  strand_a[local] = a;
  strand_b[local] = b;
  workgroupBarrier();
  var sum_a = a;
  var sum_b = b;
  if (local < TC) {
    for (var k = 1u; k < TR; k++) {
      sum_a += strand_a[k * TC + local];
      sum_b += strand_b[k * TC + local];
    }
  }
  return array(sum_a, sum_b);
}

// The same for all threads of the column. Call in uniform control flow.
fn share_strands(local: u32, a: vec4f, b: vec4f) -> array<vec4f, 2> {
  let sums = add_strands(local, a, b);
  if (local < TC) {
    strand_a[local] = sums[0];
    strand_b[local] = sums[1];
  }
  workgroupBarrier();
  return array(strand_a[local % TC], strand_b[local % TC]);
}

@if(stats)
@compute @workgroup_size(64)
fn stats(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let p = place(group, groups, local, SLABS);
  let first = p.part * SLAB_ROWS;
  let last = min(first + SLAB_ROWS, ROWS);
  var shift = vec4f();
  var sum = vec4f();
  var squares = vec4f();
  if (p.live) {
    shift = x[group.z * X_LANE + first * C4 + p.c4];
    for (var row = first + p.strand; row < last; row += TR) {
      let d = x[group.z * X_LANE + row * C4 + p.c4] - shift;
      sum += d;
      squares += d * d;
    }
  }
  let sums = add_strands(local, sum, squares);
  if (p.live && p.strand == 0u) {
    let difference = sums[0] / f32(last - first);
    let at = group.z * MOMENTS_LANE + p.part * 2u * C4 + p.c4;
    moments[at] = shift + difference;
    moments[at + C4] = max(sums[1] - difference * sums[0], vec4f());
  }
}

// ---- output ------------------------------------------------------------------------------------------------------------------------

@if((normalize && !train) || backward) @group(0) @binding(1) var<storage, read> saved: array<vec4f>;
@group(0) @binding(2) var<storage, read> param: array<vec4f>;
@if(normalize) @group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@if(normalize && train) @group(0) @binding(4) var<storage, read_write> running: array<vec4f>;
@if(normalize && train) @group(0) @binding(5) var<storage, read> bad: array<u32>;
// The other summand; `paired`: what its batch norm reads, with that layer's slabs, so that it is normalised here, too.
@if(residual) @group(0) @binding(6) var<storage, read> residual: array<vec4f>;
@if(normalize && train && paired) @group(0) @binding(7) var<storage, read_write> other_moments: array<vec4f>;
// Which tap won, as max_pool2d.wgsl keeps it.
@if(normalize && train && pooled) @group(0) @binding(6) var<storage, read_write> taps: array<u32>;

// Of the thread's column: mean and rstd.
struct Moments {
  mean: vec4f,
  rstd: vec4f,
}

fn finite(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
}

// From sums over the slabs of differences from `shift`: mean, variance and their rstd.
struct Merged {
  mean: vec4f,
  variance: vec4f,
  rstd: vec4f,
}

fn merged(shift: vec4f, sums: array<vec4f, 2>) -> Merged {
  let difference = sums[0] * bitcast<f32>(INVERSE_ROWS);
  let variance = max(sums[1] * bitcast<f32>(INVERSE_ROWS) - difference * difference, vec4f());
  return Merged(shift + difference, variance, inverseSqrt(variance + bitcast<f32>(EPS)));
}

fn slab_count(s: u32) -> f32 {
  return f32(min((s + 1u) * SLAB_ROWS, ROWS) - s * SLAB_ROWS);
}

// Moves running statistics that begin at `to`, unless the lane is frozen.
@if(normalize && train)
fn move_running(m: Merged, to: u32, lane: u32, momentum: f32) {
  let keep = finite(m.mean) & finite(m.variance) & vec4<bool>(bad[lane] == 0xffffffffu);
  running[to] = select(running[to], (1.0 - momentum) * running[to] + momentum * m.mean, keep);
  let old = running[to + C4];
  running[to + C4] = select(old, (1.0 - momentum) * old + momentum * bitcast<f32>(UNBIASED) * m.variance, keep);
}

// The first workgroup of a column also leaves the result for backward and moves the running statistics.
@if(normalize && train)
fn merge(p: Place, lane: u32, local: u32) -> Moments {
  let base = lane * MOMENTS_LANE + p.c4;
  let shift = moments[base];
  var sum = vec4f();
  var squares = vec4f();
  for (var s = p.strand; s < SLABS; s += TR) {
    let d = moments[base + s * 2u * C4] - shift;
    sum += slab_count(s) * d;
    squares += moments[base + s * 2u * C4 + C4] + slab_count(s) * d * d;
  }
  let m = merged(shift, share_strands(local, sum, squares));
  if (p.live && p.part == 0u && p.strand == 0u) {
    moments[base + SLABS * 2u * C4] = m.mean;
    moments[base + SLABS * 2u * C4 + C4] = m.rstd;
    move_running(m, lane * RUNNING_LANE + RUNNING_AT + p.c4, lane, bitcast<f32>(MOMENTUM));
  }
  return Moments(m.mean, m.rstd);
}

// The same for the other summand's batch norm.
@if(normalize && train && paired)
fn merge_other(p: Place, lane: u32, local: u32) -> Moments {
  let base = lane * OTHER_MOMENTS_LANE + p.c4;
  let shift = other_moments[base];
  var sum = vec4f();
  var squares = vec4f();
  for (var s = p.strand; s < SLABS; s += TR) {
    let d = other_moments[base + s * 2u * C4] - shift;
    sum += slab_count(s) * d;
    squares += other_moments[base + s * 2u * C4 + C4] + slab_count(s) * d * d;
  }
  workgroupBarrier();
  var m = merged(shift, share_strands(local, sum, squares));
  m.rstd = inverseSqrt(m.variance + bitcast<f32>(OTHER_EPS));
  if (p.live && p.part == 0u && p.strand == 0u) {
    other_moments[base + SLABS * 2u * C4] = m.mean;
    other_moments[base + SLABS * 2u * C4 + C4] = m.rstd;
    move_running(m, lane * RUNNING_LANE + OTHER_RUNNING_AT + p.c4, lane, bitcast<f32>(OTHER_MOMENTUM));
  }
  return Moments(m.mean, m.rstd);
}

@if(normalize && !train)
fn merge(p: Place, lane: u32, local: u32) -> Moments {
  let at = lane * SAVED_LANE + RUNNING_AT + p.c4;
  return Moments(saved[at], inverseSqrt(saved[at + C4] + bitcast<f32>(EPS)));
}

@if(normalize && !train && paired)
fn merge_other(p: Place, lane: u32, local: u32) -> Moments {
  let at = lane * SAVED_LANE + OTHER_RUNNING_AT + p.c4;
  return Moments(saved[at], inverseSqrt(saved[at + C4] + bitcast<f32>(OTHER_EPS)));
}

@if(normalize)
@compute @workgroup_size(64)
fn normalize(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let p = place(group, groups, local, CHUNKS);
  let lane = group.z;
  let m = merge(p, lane, local);
  @if(paired) let o = merge_other(p, lane, local);
  if (!p.live) { return; }
  let at = lane * PARAM_LANE + PARAM_AT + p.c4;
  let scale = m.rstd * param[at];
  let bias = param[at + C4];
  @if(paired) let other_at = lane * PARAM_LANE + OTHER_PARAM_AT + p.c4;
  @if(paired) let other_scale = o.rstd * param[other_at];
  @if(paired) let other_bias = param[other_at + C4];
  let last = min((p.part + 1u) * CHUNK, OUT_ROWS);
  for (var row = p.part * CHUNK + p.strand; row < last; row += TR) {
    let i = row * C4 + p.c4;
    @if(!pooled) {
      var v = (x[lane * X_LANE + i] - m.mean) * scale + bias;
      @if(residual && !paired) v += residual[lane * RESIDUAL_LANE + i];
      @if(residual && paired) v += (residual[lane * RESIDUAL_LANE + i] - o.mean) * other_scale + other_bias;
      y[lane * Y_LANE + i] = mask_padding(activate(ACT, SLOPE, v), p.c4 % XC4, XC);
    }
    @if(pooled) {
      var best = vec4f(-3.4028234e38);
      var winner = vec4u();
      let out = row / (FULL_W / POOL_W);
      let top = out / (FULL_H / POOL_H) * FULL_H + out % (FULL_H / POOL_H) * POOL_H;
      let corner = lane * X_LANE + (top * FULL_W + row % (FULL_W / POOL_W) * POOL_W) * C4 + p.c4;
      for (var ky = 0u; ky < POOL_H; ky++) { // @unroll
        for (var kx = 0u; kx < POOL_W; kx++) { // @unroll
          let v = activate(ACT, SLOPE, (x[corner + (ky * FULL_W + kx) * C4] - m.mean) * scale + bias);
          winner = select(winner, vec4u(ky * POOL_W + kx), v > best);
          best = select(best, v, v > best);
        }
      }
      y[lane * Y_LANE + i] = mask_padding(best, p.c4 % XC4, XC);
      @if(train) taps[4u * lane * TAPS_LANE + i] = winner.x | (winner.y << 8u) | (winner.z << 16u) | (winner.w << 24u);
    }
  }
}

// ---- backward ----------------------------------------------------------------------------------------------------------------------

@if(backward) @group(0) @binding(3) var<storage, read> gy: array<vec4f>;
// [SLABS][2][C4]: Σdy·x̂ and Σdy, the gradients of γ and β; the optimizer adds up the slabs, too.
@if(grad_stats) @group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;
@if(grad_input) @group(0) @binding(4) var<storage, read> sums: array<vec4f>;
@if(grad_input) @group(0) @binding(5) var<storage, read_write> gx: array<vec4f>;

@if(backward)
fn gradient(lane: u32, row: u32, c4: u32) -> vec4f {
  @if(!pooled) return gy[lane * GY_LANE + row * C4 + c4];
  @if(pooled) {
    let window = window_of(row / FULL_W, row % FULL_W, c4);
    return through_pool(lane, window, row / FULL_W, row % FULL_W, c4, gy[lane * GY_LANE + window.at]);
  }
}

@if(backward)
fn batch_moments(lane: u32, c4: u32) -> Moments {
  let at = lane * SAVED_LANE + SLABS * 2u * C4 + c4;
  return Moments(saved[at], saved[at + C4]);
}

@if(grad_stats)
@compute @workgroup_size(64)
fn grad_stats(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let p = place(group, groups, local, SLABS);
  let lane = group.z;
  var sum = vec4f();
  var product = vec4f();
  if (p.live) {
    let last = min((p.part + 1u) * SLAB_ROWS, ROWS);
    let m = batch_moments(lane, p.c4);
    for (var row = p.part * SLAB_ROWS + p.strand; row < last; row += TR) {
      let d = gradient(lane, row, p.c4);
      sum += d;
      product += d * (x[lane * X_LANE + row * C4 + p.c4] - m.mean);
    }
    product *= m.rstd;
  }
  let total = add_strands(local, product, sum);
  if (p.live && p.strand == 0u) {
    let at = lane * PARTIALS_LANE + p.part * 2u * C4 + p.c4;
    partials[at] = total[0];
    partials[at + C4] = total[1];
  }
}

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let p = place(group, groups, local, CHUNKS);
  let lane = group.z;
  var sum = vec4f();
  var product = vec4f();
  for (var s = p.strand; s < SLABS; s += TR) {
    let at = lane * SUMS_LANE + s * 2u * C4 + p.c4;
    product += sums[at];
    sum += sums[at + C4];
  }
  let total = share_strands(local, product, sum);
  if (!p.live) { return; }
  let m = batch_moments(lane, p.c4);
  let scale = m.rstd * param[lane * PARAM_LANE + p.c4];
  let slope = m.rstd * total[0] * bitcast<f32>(INVERSE_ROWS);
  let mean_gy = total[1] * bitcast<f32>(INVERSE_ROWS);
  let last = min((p.part + 1u) * CHUNK, ROWS);
  for (var row = p.part * CHUNK + p.strand; row < last; row += TR) {
    let i = row * C4 + p.c4;
    let v = x[lane * X_LANE + i];
    var g = activation_gradient(IN_ACT, IN_SLOPE, scale * (gradient(lane, row, p.c4) - mean_gy - (v - m.mean) * slope), v);
    if (ACCUMULATE == 1u) { g += gx[lane * GX_LANE + i]; }
    gx[lane * GX_LANE + i] = g;
  }
}
