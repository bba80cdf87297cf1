// Last kernel of a submit: the entries of its last step in the metrics ring, one workgroup a lane.

import constants::SIZE;
import package::lib::metrics::write_entry;
import package::lib::step::LaneStep;

@group(1) @binding(0) var<storage, read> step: array<LaneStep>;

@compute @workgroup_size(SIZE)
fn metrics(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  write_entry(step[group.z].slot, group.z, groups.z, local);
}
