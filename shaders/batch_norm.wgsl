// BatchNorm per channel over its ROWS = N·H·W values (BatchNorm1d on a flat tensor: ROWS = N, every word of a sample a channel):
//   y = act((x − mean) · rstd · γ + β),  rstd = 1 / √(var + eps)
//   dx = γ · rstd · (dy − Σdy / M − x̂ · Σ(dy·x̂) / M),  dγ = Σ dy·x̂,  dβ = Σ dy,  x̂ = (x − mean) · rstd
// x is a matrix [ROWS][C4] of vec4s; parameters are rows γ, β and running statistics rows mean, var of C4 vec4s.
//
// Training takes three dispatches each way. `stats`: a workgroup owns TC columns of one slab of rows; its TR strands of threads read rows in
// turn (consecutive threads, consecutive memory) and sum differences from the slab's first row: Σx² would lose the variance of a
// channel whose mean is large. `finalize`: a workgroup merges the (mean, M2) of up to 64 slabs by Chan's formula. `normalize`: a thread
// takes four rows of one column, so that the channel's numbers are read once. Backward has the same shape. All sums in fixed order.
// In evaluation `normalize` alone, from the running statistics.
// Sources: Ioffe and Szegedy, ICML 2015; Chan, Golub and LeVeque, 1979 (merging); https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html

import constants::{THREADS, C4, XC, XC4, ROWS, TC, TR, SLABS, SLAB_ROWS, INVERSE_ROWS, UNBIASED, MOMENTUM, EPS, ACT, SLOPE};
import constants::{X_LANE, SLAB_SUMS_LANE, SLAB_STATS_LANE, SAVED_LANE, MOMENTS_LANE, PARAM_LANE, RUNNING_LANE, Y_LANE, GY_LANE, GX_LANE};
import constants::{TOTALS_LANE, MEANS_LANE, PARTIALS_LANE, ACCUMULATE, IN_ACT, IN_SLOPE};
import package::lib::activation::{activate, activation_gradient, mask_padding};
import package::lib::grid::{group_index, thread_index};
import package::lib::reduce::workgroup_sum;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;

// ---- sums over slabs of rows -------------------------------------------------------------------------------------------------------

const COLUMNS = (C4 + TC - 1u) / TC;
var<workgroup> strand_a: array<vec4f, 64>;
var<workgroup> strand_b: array<vec4f, 64>;

// [SLABS][2][C4]: written by stats (mean, M2) and grad_stats (Σdy, Σdy·x̂).
@group(0) @binding(1) var<storage, read_write> slab_sums: array<vec4f>;

// Adds the strands of a column in order; valid in the first TC threads.
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

@if(stats)
@compute @workgroup_size(64)
fn stats(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  let slab = g / COLUMNS;
  let c4 = (g % COLUMNS) * TC + local % TC;
  let strand = local / TC;
  let first = slab * SLAB_ROWS;
  let last = min(first + SLAB_ROWS, ROWS);
  let live = slab < SLABS && strand < TR && c4 < C4;
  var shift = vec4f();
  var sum = vec4f();
  var squares = vec4f();
  if (live) {
    shift = x[group.z * X_LANE + first * C4 + c4];
    for (var row = first + strand; row < last; row += TR) {
      let d = x[group.z * X_LANE + row * C4 + c4] - shift;
      sum += d;
      squares += d * d;
    }
  }
  let sums = add_strands(local, sum, squares);
  if (live && local < TC) {
    let difference = sums[0] / f32(last - first);
    let at = group.z * SLAB_SUMS_LANE + slab * 2u * C4 + c4;
    slab_sums[at] = shift + difference;
    slab_sums[at + C4] = max(sums[1] - difference * sums[0], vec4f());
  }
}

// ---- merging slabs: one workgroup a vec4 of channels, one thread a slab --------------------------------------------------------------

@group(0) @binding(2) var<storage, read> slab_stats: array<vec4f>;
// [2][C4]: mean, rstd of the batch.
@group(0) @binding(3) var<storage, read_write> saved: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> running: array<vec4f>;

fn finite(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
}

@if(finalize)
@compute @workgroup_size(64)
fn finalize(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  let c4 = min(g, C4 - 1u);
  let base = group.z * SLAB_STATS_LANE + c4;
  let shift = slab_stats[base];
  let at = base + min(local, SLABS - 1u) * 2u * C4;
  let count = select(0.0, f32(min((local + 1u) * SLAB_ROWS, ROWS) - min(local * SLAB_ROWS, ROWS)), local < SLABS);
  let slab_mean = slab_stats[at];
  let mean = shift + workgroup_sum(local, count * (slab_mean - shift)) * bitcast<f32>(INVERSE_ROWS);
  let off = slab_mean - mean;
  let within = select(vec4f(), slab_stats[at + C4], local < SLABS);
  let variance = workgroup_sum(local, within + count * off * off) * bitcast<f32>(INVERSE_ROWS);
  if (local == 0u && g < C4) {
    let row = group.z * SAVED_LANE + c4;
    saved[row] = mean;
    saved[row + C4] = inverseSqrt(variance + bitcast<f32>(EPS));
    let to = group.z * RUNNING_LANE + c4;
    let old_mean = running[to];
    let old_var = running[to + C4];
    let momentum = bitcast<f32>(MOMENTUM);
    let keep = finite(mean) & finite(variance);
    running[to] = select(old_mean, (1.0 - momentum) * old_mean + momentum * mean, keep);
    running[to + C4] = select(old_var, (1.0 - momentum) * old_var + momentum * bitcast<f32>(UNBIASED) * variance, keep);
  }
}

// ---- output ------------------------------------------------------------------------------------------------------------------------

// Training: saved mean and rstd. Evaluation: running mean and variance.
@group(0) @binding(5) var<storage, read> moments: array<vec4f>;
@group(0) @binding(6) var<storage, read> param: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4f>;

@if(normalize)
@compute @workgroup_size(64)
fn normalize(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = thread_index(group, groups, local);
  if (t >= THREADS) { return; }
  let lane = group.z;
  let c4 = t % C4;
  let mean = moments[lane * MOMENTS_LANE + c4];
  var rstd = moments[lane * MOMENTS_LANE + C4 + c4];
  @if(!train) rstd = inverseSqrt(rstd + bitcast<f32>(EPS));
  let scale = rstd * param[lane * PARAM_LANE + c4];
  let bias = param[lane * PARAM_LANE + C4 + c4];
  for (var k = 0u; k < 4u; k++) { // @unroll
    let i = t + k * THREADS;
    if (i < ROWS * C4) {
      let v = (x[lane * X_LANE + i] - mean) * scale + bias;
      y[lane * Y_LANE + i] = mask_padding(activate(ACT, SLOPE, v), c4 % XC4, XC);
    }
  }
}

// ---- backward ----------------------------------------------------------------------------------------------------------------------

@group(0) @binding(8) var<storage, read> gy: array<vec4f>;

@if(grad_stats)
@compute @workgroup_size(64)
fn grad_stats(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  let slab = g / COLUMNS;
  let c4 = (g % COLUMNS) * TC + local % TC;
  let strand = local / TC;
  let live = slab < SLABS && strand < TR && c4 < C4;
  var sum = vec4f();
  var product = vec4f();
  if (live) {
    let last = min((slab + 1u) * SLAB_ROWS, ROWS);
    let mean = moments[group.z * MOMENTS_LANE + c4];
    for (var row = slab * SLAB_ROWS + strand; row < last; row += TR) {
      let d = gy[group.z * GY_LANE + row * C4 + c4];
      sum += d;
      product += d * (x[group.z * X_LANE + row * C4 + c4] - mean);
    }
    product *= moments[group.z * MOMENTS_LANE + C4 + c4];
  }
  let sums = add_strands(local, sum, product);
  if (live && local < TC) {
    let at = group.z * SLAB_SUMS_LANE + slab * 2u * C4 + c4;
    slab_sums[at] = sums[0];
    slab_sums[at + C4] = sums[1];
  }
}

// [2][C4]: Σdy / M, Σdy·x̂ / M.
@group(0) @binding(9) var<storage, read_write> totals: array<vec4f>;
// Rows γ, β.
@group(0) @binding(10) var<storage, read_write> partials: array<vec4f>;

@if(grad_finalize)
@compute @workgroup_size(64)
fn grad_finalize(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group_index(group, groups);
  let c4 = min(g, C4 - 1u);
  let at = group.z * SLAB_STATS_LANE + min(local, SLABS - 1u) * 2u * C4 + c4;
  let sum = workgroup_sum(local, select(vec4f(), slab_stats[at], local < SLABS));
  let product = workgroup_sum(local, select(vec4f(), slab_stats[at + C4], local < SLABS));
  if (local == 0u && g < C4) {
    partials[group.z * PARTIALS_LANE + c4] = product;
    partials[group.z * PARTIALS_LANE + C4 + c4] = sum;
    totals[group.z * TOTALS_LANE + c4] = sum * bitcast<f32>(INVERSE_ROWS);
    totals[group.z * TOTALS_LANE + C4 + c4] = product * bitcast<f32>(INVERSE_ROWS);
  }
}

@group(0) @binding(11) var<storage, read> means: array<vec4f>;
@group(0) @binding(12) var<storage, read_write> gx: array<vec4f>;

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = thread_index(group, groups, local);
  if (t >= THREADS) { return; }
  let lane = group.z;
  let c4 = t % C4;
  let mean = moments[lane * MOMENTS_LANE + c4];
  let rstd = moments[lane * MOMENTS_LANE + C4 + c4];
  let scale = rstd * param[lane * PARAM_LANE + c4];
  let mean_gy = means[lane * MEANS_LANE + c4];
  let slope = rstd * means[lane * MEANS_LANE + C4 + c4];
  for (var k = 0u; k < 4u; k++) { // @unroll
    let i = t + k * THREADS;
    if (i < ROWS * C4) {
      let v = x[lane * X_LANE + i];
      var g = activation_gradient(IN_ACT, IN_SLOPE, scale * (gy[lane * GY_LANE + i] - mean_gy - (v - mean) * slope), v);
      if (ACCUMULATE == 1u) { g += gx[lane * GX_LANE + i]; }
      gx[lane * GX_LANE + i] = g;
    }
  }
}
