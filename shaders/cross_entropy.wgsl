// CrossEntropyLoss over logits z [N][Z4] vec4 with mean reduction and label smoothing s (PyTorch):
//   t_k = (1 − s)·[k = label] + s/C      loss = mean_n( logsumexp(z) − Σ_k t_k·z_k )      grad_z = (softmax(z) − t) / N
// The largest logit is subtracted first, so exp never overflows. One workgroup a lane: threads take samples in turn, thread 0 adds the
// 64 sums in order. A non-finite logit (found on its bits: max and clamp may swallow a NaN) makes the loss NaN, which freezes the lane.
// Logits may be a flattened image [HW][CS]: class k stands at word (k mod HW)·CS + k div HW, and words beyond ZC of a pixel are padding.
// `evaluate` adds loss, hits and number of samples to the lane's totals instead; label 0xffffffff marks a masked sample.

import package::lib::activation::activation_gradient;
import constants::{N, C, Z4, ZC, CS, HW, SMOOTHING, IN_ACT, IN_SLOPE, Z_LANE, LABELS_LANE};

@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@if(!evaluate) @group(0) @binding(2) var<storage, read_write> gz: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

var<workgroup> sums: array<vec3f, 64>;

struct Sample {
  loss: f32,
  hit: f32,
}

fn non_finite(v: vec4f) -> bool {
  let exponent = bitcast<vec4u>(v) & vec4u(0x7f800000u);
  return any(exponent == vec4u(0x7f800000u));
}

fn valid(c4: u32) -> vec4<bool> {
  return vec4u(4u * c4 % CS) + vec4u(0u, 1u, 2u, 3u) < vec4u(ZC);
}

fn one_sample(row: u32, label: u32) -> Sample {
  let at = label % HW * CS + label / HW;
  var top = -3.0e38;
  var best = 0u;
  var total = 0.0;
  var bad = false;
  for (var c = 0u; c < Z4; c++) {
    let v = z[row + c];
    bad = bad || non_finite(v);
    for (var q = 0u; q < 4u; q++) { // @unroll
      if (4u * c % CS + q < ZC) {
        total += v[q];
        if (v[q] > top) { top = v[q]; best = 4u * c + q; }
      }
    }
  }
  var sum = 0.0;
  for (var c = 0u; c < Z4; c++) {
    let e = select(vec4f(), exp(max(z[row + c] - top, vec4f(-80.0))), valid(c));
    sum += e.x + e.y + e.z + e.w;
  }
  let s = bitcast<f32>(SMOOTHING);
  let target_logit = z[row + at / 4u][at % 4u];
  // Relative to the top logit, so that large logits do not cancel.
  var loss = log(sum) - (1.0 - s) * (target_logit - top) - s * (total / f32(C) - top);
  if (bad) { loss = bitcast<f32>(0x7fc00000u | min(label, 1u)); }
  @if(!evaluate) {
    for (var c = 0u; c < Z4; c++) {
      let v = z[row + c];
      let p = exp(max(v - top, vec4f(-80.0))) / sum;
      let hot = select(vec4f(), vec4f(1.0 - s), vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u) == vec4u(at));
      let g = select(vec4f(), (p - hot - s / f32(C)) / f32(N), valid(c));
      gz[row + c] = activation_gradient(IN_ACT, IN_SLOPE, g, v);
    }
  }
  return Sample(loss, select(0.0, 1.0, best == at));
}

@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  var sum = vec3f();
  for (var n = local; n < N; n += 64u) {
    let label = labels[lane * 4u * LABELS_LANE + n];
    if (label != 0xffffffffu) {
      let one = one_sample(lane * Z_LANE + n * Z4, label);
      sum += vec3f(one.loss, one.hit, 1.0);
    }
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local == 0u) {
    var all = vec3f();
    for (var i = 0u; i < 64u; i++) { all += sums[i]; }
    @if(evaluate) { result[lane] += vec4f(all, 0.0); }
    @if(!evaluate) { result[lane] = vec4f(all.x / f32(N), all.y, all.z, 0.0); }
  }
}
