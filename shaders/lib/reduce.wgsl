// Sum over the 64 threads of a workgroup in fixed order: each of eight threads adds eight neighbours, then every thread adds the eight
// sums. Two barriers instead of a tree's six: on software adapters a barrier costs more than the additions it saves.
// Call in uniform control flow; `local` is local_invocation_index. May be called again at once.

var<workgroup> reduce_all: array<vec4f, 64>;
var<workgroup> reduce_eights: array<vec4f, 8>;

fn workgroup_sum(local: u32, value: vec4f) -> vec4f {
  reduce_all[local] = value;
  workgroupBarrier();
  if (local < 8u) {
    var sum = reduce_all[8u * local];
    for (var k = 1u; k < 8u; k++) { sum += reduce_all[8u * local + k]; }
    reduce_eights[local] = sum;
  }
  workgroupBarrier();
  var total = reduce_eights[0];
  for (var k = 1u; k < 8u; k++) { total += reduce_eights[k]; }
  return total;
}
