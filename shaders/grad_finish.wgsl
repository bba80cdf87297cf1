// Last kernel before the update: sums the slabs of every weight gradient in fixed order, and looks for values that are not finite.
//
//   grads[i] = Σ_s partials[offset + s·stride + i]          norms[lane][0][block] = Σ grads² over the block of 256 floats
//   bad[lane] = smallest index of a non-finite gradient or parameter; LOSS_BAD when only the loss is not finite
//
// One workgroup a block; `blocks[b]` = (offset, stride, slabs, vec4s in use). bad is never reset here: a frozen lane stays frozen.
// atomicMin on integers gives the same result in any order.

import package::lib::grid::group_index;
import constants::{P4, BLOCKS, PARTIALS_LANE};

@group(0) @binding(0) var<storage, read> partials: array<vec4f>;
@group(0) @binding(1) var<storage, read> blocks: array<vec4u>;
@group(0) @binding(2) var<storage, read> params: array<vec4f>;
@group(0) @binding(3) var<storage, read> step_loss: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> grads: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> norms: array<f32>;
@group(0) @binding(6) var<storage, read_write> bad: array<atomic<u32>>;

const LOSS_BAD = 0xfffffffeu;

var<workgroup> squares: array<f32, 64>;

fn non_finite(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

@compute @workgroup_size(64)
fn grad_finish(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let block = group_index(group, groups);
  let lane = group.z;
  var sum = vec4f();
  if (block < BLOCKS) {
    let b = blocks[block];
    if (local < b.w) {
      for (var s = 0u; s < b.z; s++) {
        sum += partials[lane * PARTIALS_LANE + b.x + s * b.y + local];
      }
    }
    let i = block * 64u + local;
    grads[lane * P4 + i] = sum;
    let wrong = non_finite(sum) | non_finite(params[lane * P4 + i]);
    if (any(wrong)) { atomicMin(&bad[lane], 4u * i); }
    if (block == 0u && local == 0u && non_finite(step_loss[lane]).x) { atomicMin(&bad[lane], LOSS_BAD); }
  }
  squares[local] = dot(sum, sum);
  workgroupBarrier();
  if (local == 0u && block < BLOCKS) {
    var total = 0.0;
    for (var i = 0u; i < 64u; i++) { total += squares[i]; }
    norms[lane * 3u * BLOCKS + block] = total;
  }
}
