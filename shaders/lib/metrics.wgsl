// What a step leaves for the page: one entry of the metrics ring a lane, from what the blocks of the update reported. The first kernel of
// the next step writes it (gather.wgsl), or after the last step of a submit metrics.wgsl: no dispatch a step for it.
//   ring[slot][lane] = (loss, correct, Σg², ΣΔ², Σw², bad, 0, 0)
// A lane's report: loss, correct (bits), smallest index of a non-finite value met since the lane was started, 0; then [3][NORMS] Σg²,
// Σ(Δw)², Σw² of each block or, `serial`, of each eighth of a block (bits). Sums in fixed order.

import constants::{BLOCKS, NORMS, REPORT_WORDS};

@group(0) @binding(0) var<storage, read> report: array<u32>;
@group(0) @binding(1) var<storage, read_write> bad: array<u32>;
@group(0) @binding(2) var<storage, read_write> ring: array<vec4u>;

@if(!serial) var<workgroup> sums: array<vec3f, 64>;

// Squares that stand from `at` on.
fn squares(at: u32) -> vec3f {
  return bitcast<vec3f>(vec3u(report[at], report[at + NORMS], report[at + 2u * NORMS]));
}

// Of a block. `serial`: what its eight threads left, in the order of lib/reduce.
fn squares_of(base: u32, block: u32) -> vec3f {
  @if(!serial) return squares(base + 4u + block);
  @if(serial) {
    var total = vec3f();
    for (var e = 0u; e < 8u; e++) { // @some
      total += squares(base + 4u + 8u * block + e);
    }
    return total;
  }
}

// Every 64th block, from the first one on.
fn strand(base: u32, first: u32) -> vec3f {
  var sum = vec3f();
  for (var b = first; b < BLOCKS; b += 64u) { sum += squares_of(base, b); }
  return sum;
}

// Entry of a lane, by one workgroup. From now on `bad` says what the step found. Call in uniform control flow.
fn write_entry(slot: u32, lane: u32, lanes: u32, local: u32) {
  let base = lane * REPORT_WORDS;
  // `serial`: one thread adds what 64 would, in the same order; on software adapters a barrier costs all workgroups more than that.
  @if(!serial) {
    sums[local] = strand(base, local);
    workgroupBarrier();
  }
  if (local == 0u) {
    var all = vec3f();
    for (var i = 0u; i < min(BLOCKS, 64u); i++) { // @some
      @if(!serial) all += sums[i];
      @if(serial) all += strand(base, i);
    }
    let worst = min(bad[lane], report[base + 2u]);
    bad[lane] = worst;
    let at = 2u * (slot * lanes + lane);
    ring[at] = vec4u(report[base], report[base + 1u], bitcast<vec2u>(all.xy));
    ring[at + 1u] = vec4u(bitcast<u32>(all.z), worst, 0u, 0u);
  }
}
