// Pictures of one layer's activation for one sample: min–max over the layer, then viridis, as packed RGBA.
//   minmax   range[lane] = (smallest, largest, 0, 0) over x [HW][C4] vec4, padding left out
//   paint    tiles[lane][k][hw] = table[ 255 · (x[hw][k] − smallest) / (largest − smallest) ],  k < CHANNELS
// minmax is one workgroup a lane; a constant activation is painted with entry 0.

import package::lib::grid::thread_index;
import constants::{HW, C, C4, CHANNELS, THREADS, X_LANE, TILES_LANE};

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@if(minmax) @group(0) @binding(1) var<storage, read_write> range: array<vec4f>;
@if(!minmax) @group(0) @binding(1) var<storage, read> range: array<vec4f>;
@if(!minmax) @group(0) @binding(2) var<storage, read> colours: array<u32>;
@if(!minmax) @group(0) @binding(3) var<storage, read_write> tiles: array<u32>;

@if(minmax) var<workgroup> low: array<f32, 64>;
@if(minmax) var<workgroup> high: array<f32, 64>;

@if(minmax)
@compute @workgroup_size(64)
fn minmax(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  var least = 3.0e38;
  var most = -3.0e38;
  for (var i = local; i < HW * C4; i += 64u) {
    let v = x[lane * X_LANE + i];
    for (var q = 0u; q < 4u; q++) { // @unroll
      if (4u * (i % C4) + q < C) {
        least = min(least, v[q]);
        most = max(most, v[q]);
      }
    }
  }
  low[local] = least;
  high[local] = most;
  workgroupBarrier();
  if (local == 0u) {
    for (var i = 1u; i < 64u; i++) {
      least = min(least, low[i]);
      most = max(most, high[i]);
    }
    range[lane] = vec4f(least, most, 0.0, 0.0);
  }
}

@if(!minmax)
@compute @workgroup_size(64)
fn paint(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let id = thread_index(group, groups, local);
  if (id >= THREADS) { return; }
  let lane = group.z;
  let channel = id / HW;
  let v = x[lane * X_LANE + (id % HW) * C4 + channel / 4u][channel % 4u];
  let span = range[lane].y - range[lane].x;
  let t = select(0.0, (v - range[lane].x) / span, span > 0.0);
  tiles[4u * TILES_LANE * lane + id] = colours[u32(clamp(255.0 * t + 0.5, 0.0, 255.0))];
}
