// Numbering of threads: a dispatch may need more than 65,535 workgroups, so they fill x, then y; z is the lane.

// Index of the calling thread among all threads of its lane, 64 a workgroup.
fn thread_index(group: vec3u, groups: vec3u, local: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + local;
}

// Index of the calling workgroup among those of its lane.
fn group_index(group: vec3u, groups: vec3u) -> u32 {
  return group.y * groups.x + group.x;
}
