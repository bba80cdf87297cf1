// Last kernel of a step: one entry of the metrics ring a lane. One workgroup a lane; sums of block norms in fixed order.
//   ring[slot][lane] = (loss, correct, Σg², ΣΔ², Σw², bad, 0, 0)

import package::lib::step::LaneStep;
import constants::{BLOCKS};

@group(0) @binding(0) var<storage, read> norms: array<f32>;
@group(0) @binding(1) var<storage, read> step_loss: array<vec4f>;
@group(0) @binding(2) var<storage, read> bad: array<u32>;
@group(0) @binding(3) var<storage, read_write> ring: array<vec4u>;
@group(1) @binding(0) var<storage, read> step: array<LaneStep>;

var<workgroup> sums: array<vec3f, 64>;

@compute @workgroup_size(64)
fn metrics(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  let base = lane * 3u * BLOCKS;
  var sum = vec3f();
  for (var b = local; b < BLOCKS; b += 64u) {
    sum += vec3f(norms[base + b], norms[base + BLOCKS + b], norms[base + 2u * BLOCKS + b]);
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local == 0u) {
    var all = vec3f();
    for (var i = 0u; i < 64u; i++) { all += sums[i]; }
    let at = 2u * (step[lane].slot * groups.z + lane);
    ring[at] = bitcast<vec4u>(vec4f(step_loss[lane].xy, all.xy));
    ring[at + 1u] = vec4u(bitcast<u32>(all.z), bad[lane], 0u, 0u);
  }
}
