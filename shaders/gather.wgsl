// First kernel of a step: builds the batch of every lane from the data set that lives on the GPU.
//
//   x[lane][n][hw][c] = scale[c][ images[s][c][hw] ]   (u8: scale holds (v/255 − mean_c)/std_c, rounded once)
//   x[lane][n][hw][c] = images[s][c][hw]               (condition `floats`)
//   labels[lane][n]   = label of s, 0xffffffff for a masked sample
//
// s = first + permute(p mod count, count, hash2(seed, epoch + p div count)) with p = position + n; without shuffling p mod count itself.
// Each thread fills CHUNK pixels of one sample, so that the permutation is walked once for many stores.
// In training the last workgroup first closes the step before (lib/metrics), unless this is the first of a submit.

import package::lib::grid::group_index;
import package::lib::metrics::write_entry;
import package::lib::random::{hash2, permute};
import package::lib::step::LaneStep;
import constants::{N, XC, HW, XC4, CHUNK, CHUNKS, THREADS, GROUPS, SIZE, X_LANE, LABELS_LANE};

@group(0) @binding(3) var<storage, read> images: array<u32>;
// u8: scale, floats [XC][256]; then the label of every sample.
@group(0) @binding(4) var<storage, read> table: array<u32>;
@group(0) @binding(5) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> labels: array<u32>;
@group(1) @binding(0) var<storage, read> step: array<LaneStep>;

fn value(sample: u32, c: u32, hw: u32) -> f32 {
  let at = (sample * XC + c) * HW + hw;
  @if(floats) { return bitcast<f32>(images[at]); }
  @if(!floats) { return bitcast<f32>(table[256u * c + ((images[at >> 2u] >> (8u * (at & 3u))) & 255u)]); }
}

@compute @workgroup_size(SIZE)
fn gather(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  @if(train) {
    if (group_index(group, groups) == GROUPS - 1u) {
      if (step[lane].slot > 0u) { write_entry(step[lane].slot - 1u, lane, groups.z, local); }
      return;
    }
  }
  let id = group_index(group, groups) * SIZE + local;
  if (id >= THREADS) { return; }
  let n = id / CHUNKS;
  let chunk = id % CHUNKS;
  let p = step[lane].position + n;
  let count = step[lane].count;
  let masked = (step[lane].flags & 2u) != 0u && p >= count;
  var s = p % count;
  if ((step[lane].flags & 1u) != 0u) {
    s = permute(s, count, hash2(step[lane].seed, step[lane].epoch + p / count));
  }
  s += step[lane].first;
  @if(floats) const FIRST_LABEL = 0u;
  @if(!floats) const FIRST_LABEL = 256u * XC;
  if (chunk == 0u) { labels[lane * 4u * LABELS_LANE + n] = select(table[FIRST_LABEL + s], 0xffffffffu, masked); }

  let last = min((chunk + 1u) * CHUNK, HW);
  for (var hw = chunk * CHUNK; hw < last; hw++) { // @some
    for (var c4 = 0u; c4 < XC4; c4++) { // @some
      var v = vec4f();
      if (!masked) {
        for (var q = 0u; q < 4u; q++) { // @unroll
          if (4u * c4 + q < XC) { v[q] = value(s, 4u * c4 + q, hw); }
        }
      }
      x[lane * X_LANE + (n * HW + hw) * XC4 + c4] = v;
    }
  }
}
