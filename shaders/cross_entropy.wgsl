// CrossEntropyLoss over logits z [N][Z4] vec4 with mean reduction and label smoothing s (PyTorch):
//   t_k = (1 − s)·[k = label] + s/C      loss = mean_n( logsumexp(z) − Σ_k t_k·z_k )      grad_z = (softmax(z) − t) / N
// One workgroup a lane: threads take samples in turn, thread 0 adds the 64 sums in order. A non-finite logit makes the loss NaN, which
// freezes the lane.
// Logits may be a flattened image [HW][CS]: class k stands at word (k mod HW)·CS + k div HW, and words beyond ZC of a pixel are padding.
// `evaluate` adds loss, hits and number of samples to the lane's totals instead; label 0xffffffff marks a masked sample.

import package::lib::activation::activation_gradient;
import package::lib::softmax::{no_logits, see, add, loss_of, gradient_of};
import constants::{N, C, Z4, ZC, CS, HW, SMOOTHING, IN_ACT, IN_SLOPE, Z_LANE, LABELS_LANE};

@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@if(!evaluate) @group(0) @binding(2) var<storage, read_write> gz: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

var<workgroup> sums: array<vec3f, 64>;

// Real words of a vec4, or more.
fn real(c4: u32) -> u32 {
  return max(ZC, 4u * c4 % CS) - 4u * c4 % CS;
}

fn one_sample(row: u32, label: u32) -> vec3f {
  let at = label % HW * CS + label / HW;
  let s = bitcast<f32>(SMOOTHING);
  var l = no_logits();
  for (var c = 0u; c < Z4; c++) { l = see(l, z[row + c], c, real(c)); }
  for (var c = 0u; c < Z4; c++) { l = add(l, z[row + c], real(c)); }
  @if(!evaluate) {
    for (var c = 0u; c < Z4; c++) {
      let v = z[row + c];
      gz[row + c] = activation_gradient(IN_ACT, IN_SLOPE, gradient_of(l, v, c, at, C, s, real(c)) / f32(N), v);
    }
  }
  return vec3f(loss_of(l, z[row + at / 4u][at % 4u], label, C, s), select(0.0, 1.0, l.best == at), 1.0);
}

@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  var sum = vec3f();
  for (var n = local; n < N; n += 64u) {
    let label = labels[lane * 4u * LABELS_LANE + n];
    if (label != 0xffffffffu) { sum += one_sample(lane * Z_LANE + n * Z4, label); }
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
