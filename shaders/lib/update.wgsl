// What every optimizer's kernel shares. Parameters, gradients and each state array are flat, so one dispatch serves all layers and all
// lanes of an optimizer type: a workgroup is one block of 256 floats (64 threads × vec4), z counts the dispatch's list of lanes.
// A lane with a recorded non-finite value (lib/finite) is frozen: its kernel writes nothing.

import constants::{P4, BLOCKS};
import package::lib::reduce::workgroup_sum;
import package::lib::step::LaneStep;

@group(0) @binding(0) var<storage, read_write> params: array<vec4f>;
@group(0) @binding(1) var<storage, read> grads: array<vec4f>;
// State array k of a lane begins at its base + k · P4.
@group(0) @binding(2) var<storage, read_write> state: array<vec4f>;
// (lane, index of its first state vec4).
@group(0) @binding(3) var<storage, read> lanes: array<vec2u>;
// Per lane: 0xffffffff, or where a non-finite value was met.
@group(0) @binding(4) var<storage, read> bad: array<u32>;
// [lane][3][BLOCKS]: Σg² (written elsewhere), Σ(Δw)², Σw² of each block.
@group(0) @binding(5) var<storage, read_write> norms: array<f32>;
@group(1) @binding(0) var<storage, read> step: array<LaneStep>;

// Uniform over the workgroup.
fn frozen(lane: u32, block: u32) -> bool {
  return block >= BLOCKS || bad[lane] != 0xffffffffu;
}

// Number k of what the optimizer's scalars() computed for this step.
fn scalar(lane: u32, k: u32) -> f32 {
  return step[lane].scalars[k];
}

// Moves the thread's four weights and leaves the block's norms.
fn move_by(delta: vec4f, lane: u32, block: u32, local: u32) {
  let at = lane * P4 + block * 64u + local;
  let moved = params[at] + delta;
  params[at] = moved;
  let sums = workgroup_sum(local, vec4f(dot(delta, delta), dot(moved, moved), 0.0, 0.0));
  if (local == 0u) {
    norms[(lane * 3u + 1u) * BLOCKS + block] = sums.x;
    norms[(lane * 3u + 2u) * BLOCKS + block] = sums.y;
  }
}
