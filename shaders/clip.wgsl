// The factor that shortens a lane's gradient to clip_grad_norm (torch.nn.utils.clip_grad_norm_):
//   factor = min(1, clip_norm / (√Σg² + 1e-6)),  g: what the update would go by without it
// `squares`: Σg² of each block, where the update leaves it later (lib/update, `report`). `factor`: one workgroup a lane adds them up in the
// order of lib/metrics. A norm that is not finite shortens nothing: the update then finds the weights to blame.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html

import constants::{BLOCKS, NORMS, REPORT_WORDS, SIZE, PER};
import package::lib::grid::group_index;
@if(!serial) import package::lib::reduce::workgroup_sum;
import package::lib::update::{report, step, lane_of, non_finite, unclipped};
@if(serial) import package::lib::update::unused;

@compute @workgroup_size(SIZE)
fn squares(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = lane_of(group.z);
  let block = group_index(group, groups);
  if (block >= BLOCKS) { return; }
  let at = lane * REPORT_WORDS + 4u;
  @if(serial) {
    var sum = 0.0;
    for (var k = 0u; k < PER; k++) { // @some
      let local = PER * thread + k;
      if (unused(block, local)) { break; }
      let g = unclipped(lane, block, local);
      sum += dot(g, g);
    }
    atomicStore(&report[at + block * 8u + thread], bitcast<u32>(sum));
  }
  @if(!serial) {
    let g = unclipped(lane, block, thread);
    let sum = workgroup_sum(thread, vec4f(dot(g, g)));
    if (thread == 0u) { atomicStore(&report[at + block], bitcast<u32>(sum.x)); }
  }
}

fn left_at(at: u32) -> f32 {
  return bitcast<f32>(atomicLoad(&report[at]));
}

fn square_of(base: u32, block: u32) -> f32 {
  @if(!serial) return left_at(base + block);
  @if(serial) {
    var total = 0.0;
    for (var e = 0u; e < 8u; e++) { // @some
      total += left_at(base + 8u * block + e);
    }
    return total;
  }
}

@if(!serial) var<workgroup> sums: array<f32, 64>;

// Every 64th block, from the first one on.
fn strand(base: u32, first: u32) -> f32 {
  var sum = 0.0;
  for (var b = first; b < BLOCKS; b += 64u) { sum += square_of(base, b); }
  return sum;
}

@compute @workgroup_size(SIZE)
fn factor(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = lane_of(group.z);
  let base = lane * REPORT_WORDS;
  @if(!serial) {
    sums[local] = strand(base + 4u, local);
    workgroupBarrier();
  }
  if (local == 0u) {
    var all = 0.0;
    for (var i = 0u; i < min(BLOCKS, 64u); i++) { // @some
      @if(!serial) all += sums[i];
      @if(serial) all += strand(base + 4u, i);
    }
    let norm = sqrt(all);
    let short = min(1.0, step[lane].clip_norm / (norm + 1e-6));
    let wrong = non_finite(vec4f(norm)).x;
    atomicStore(&report[base + 3u], bitcast<u32>(select(short, 1.0, wrong)));
  }
}
