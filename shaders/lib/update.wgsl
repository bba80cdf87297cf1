// What every optimizer's kernel shares. Parameters and each state array are flat, so one dispatch serves all layers and all lanes of an
// optimizer type: a workgroup is one block of 256 floats (64 vec4s: a thread's are PER neighbours), z counts the dispatch's list of lanes. It sums the slabs
// of its block's gradient itself, in fixed order.
//
// What freezes a lane is decided without waiting for other workgroups, so that no result depends on who runs first: `bad` is what was
// known when the step began, and only read here; what is found now goes to the lane's report, which lib/metrics merges into `bad`
// before the next step.
// - A frozen lane, and one whose loss is not finite, writes nothing: the run keeps the weights before this step.
// - Four weights (a thread) that meet a non-finite gradient, weight or updated weight are not written, and record their index: the
//   smallest counts. The lane's others take this last step: the run ends with every number finite, those four from before the step.
//
// What every optimizer takes besides (src/model/optimizers/common.ts) is compiled in where a lane uses it: gradient() gives the optimizer
// the average over accumulated batches, clipped; weight() is 0 where nothing decays; move_by() adds a decay that bypasses the gradient, and
// keeps the sum of gradients and the average of weights. Their arrays stand before the optimizer's own, in this order: sum, average.
//
// Condition `serial`, for adapters on which a barrier costs more than sixty additions, and an idle thread as much as a busy one: a thread
// takes eight neighbours that are in use, one after the other, and leaves the sum of their squares; lib/metrics adds those in the order that
// workgroup_sum has. The same bits.

import constants::{P4, PER, BLOCKS, NORMS, PARTIALS_LANE, REPORT_WORDS, LOSSES};
@if(!serial) import package::lib::reduce::workgroup_sum;
import package::lib::step::LaneStep;

@group(0) @binding(0) var<storage, read> partials: array<vec4f>;
// One entry a block: offset and stride of its slabs in `partials`, slabs, vec4s in use (`exempt`: + 256 × vec4s that decay); then one an
// entry of z: lane, where its optimizer's own state begins and, for optimizers with dispatches before the update, where its scratch begins
// in `state`, and their own table in this one (vec4s).
@group(0) @binding(1) var<storage, read> tables: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> params: array<vec4f>;
// State array k of a lane begins at its base + k · P4.
@group(0) @binding(3) var<storage, read_write> state: array<vec4f>;
// Per lane: 0xffffffff, or where a non-finite value was met.
@group(0) @binding(4) var<storage, read> bad: array<u32>;
// [lane][LOSSES] shares of the batch's loss, correct, samples, 0.
@group(0) @binding(5) var<storage, read> step_loss: array<vec4f>;
// Layout: lib/metrics. Atomic for the sake of one word: the smallest index of any block.
@group(0) @binding(6) var<storage, read_write> report: array<atomic<u32>>;
@group(1) @binding(0) var<storage, read> step: array<LaneStep>;

const LOSS_BAD = 0xfffffffeu;

// Of this thread: its entry of z, and the gradient of this batch alone.
var<private> entry: u32;
@if(prepared) var<private> raw: vec4f;
// What the thread leaves, and whether the batch's loss is not finite.
@if(serial) var<private> left: vec3f;
@if(serial) var<private> lost: bool;

fn non_finite(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

fn lane_of(z: u32) -> u32 {
  entry = z;
  return tables[BLOCKS + z].x;
}

// Index of the thread's first vec4 of state.
fn state_of(z: u32, block: u32, local: u32) -> u32 {
  return tables[BLOCKS + z].y + block * 64u + local;
}

// What a thread adds to the batch's loss: every 64th share.
fn share_of_loss(lane: u32, local: u32) -> vec4f {
  var sum = vec4f();
  for (var k = local; k < LOSSES; k += 64u) { sum += step_loss[lane * LOSSES + k]; }
  return sum;
}

// The batch's loss by one thread, in the order of lib/reduce.
@if(serial)
fn serial_loss(lane: u32) -> vec4f {
  var total = vec4f();
  for (var eight = 0u; eight < min(LOSSES, 64u); eight += 8u) { // @some
    var sum = vec4f();
    for (var k = 0u; k < 8u; k++) { // @some
      sum += share_of_loss(lane, eight + k);
    }
    total += sum;
  }
  return total;
}

// Whether there is nothing to do. Uniform over the workgroup. The first block also passes on what the loss kernel found.
fn frozen(lane: u32, block: u32, thread: u32) -> bool {
  if (block == 0u) {
    @if(!serial) let result = workgroup_sum(thread, share_of_loss(lane, thread));
    if (thread == 0u) {
      @if(serial) let result = serial_loss(lane);
      atomicStore(&report[lane * REPORT_WORDS], bitcast<u32>(result.x));
      atomicStore(&report[lane * REPORT_WORDS + 1u], bitcast<u32>(result.y));
      if (non_finite(result).x) { atomicMin(&report[lane * REPORT_WORDS + 2u], LOSS_BAD); }
    }
  }
  @if(serial) {
    var loss = 0.0;
    for (var k = 0u; k < LOSSES; k++) { // @some
      loss += step_loss[lane * LOSSES + k].x;
    }
    lost = non_finite(vec4f(loss)).x;
  }
  return block >= BLOCKS || bad[lane] != 0xffffffffu;
}

// Whether no weight stands there or behind it in the block.
@if(serial)
fn unused(block: u32, local: u32) -> bool {
  return local >= (tables[block].w & 0xffu);
}

// Number k of what the optimizer's scalars() computed for this step.
fn scalar(lane: u32, k: u32) -> f32 {
  return step[lane].scalars[k];
}

// As weight decay sees it: 0 where nothing decays.
fn weight(lane: u32, block: u32, local: u32) -> vec4f {
  let w = params[lane * P4 + block * 64u + local];
  @if(!exempt) return w;
  @if(exempt) return select(vec4f(), w, local < (tables[block].w / 256u));
}

// Index of the thread's vec4 in the sum of gradients.
@if(accumulate)
fn sum_at(block: u32, local: u32) -> u32 {
  @if(ema) return state_of(entry, block, local) - 2u * P4;
  @if(!ema) return state_of(entry, block, local) - P4;
}

// What the update goes by.
fn gradient(lane: u32, block: u32, local: u32) -> vec4f {
  @if(!prepared) return batch_gradient(lane, block, local);
  @if(prepared) {
    var g = unclipped(lane, block, local);
    @if(clip_norm) { g *= bitcast<f32>(atomicLoad(&report[lane * REPORT_WORDS + 3u])); }
    @if(clip_value) { g = clamp(g, vec4f(-step[lane].clip_value), vec4f(step[lane].clip_value)); }
    return g;
  }
}

// Its average over the batches of an update.
fn unclipped(lane: u32, block: u32, local: u32) -> vec4f {
  let g = batch_gradient(lane, block, local);
  @if(prepared) { raw = g; }
  @if(!accumulate) return g;
  @if(accumulate) return (state[sum_at(block, local)] + g) * step[lane].share;
}

fn batch_gradient(lane: u32, block: u32, local: u32) -> vec4f {
  let b = tables[block];
  var sum = vec4f();
  @if(exempt) let used = b.w & 0xffu;
  @if(!exempt) let used = b.w;
  if (local < used) {
    for (var s = 0u; s < b.z; s++) {
      sum += partials[lane * PARTIALS_LANE + b.x + s * b.y + local];
    }
  }
  return sum;
}

// Moves the thread's four weights by `delta`, which came of gradient() `g`, and leaves their norms, unless something in them is not
// finite. Returns whether it did: only then may the caller write state. Call in uniform control flow.
fn move_by(delta: vec4f, g: vec4f, lane: u32, block: u32, local: u32) -> bool {
  let i = block * 64u + local;
  let old = params[lane * P4 + i];
  @if(prepared) let grad = raw;
  @if(!prepared) let grad = g;
  var change = delta;
  @if(decoupled) { change -= step[lane].decay * weight(lane, block, local); }
  @if(accumulate) { change = select(change, vec4f(), step[lane].adding != 0u); }
  let moved = old + change;
  let wrong = any(non_finite(grad) | non_finite(old) | non_finite(moved));
  let at = lane * REPORT_WORDS;
  if (wrong) { atomicMin(&report[at + 2u], 4u * i); }
  // What is not written counts as nothing.
  let squares = select(vec3f(dot(grad, grad), dot(change, change), dot(moved, moved)), vec3f(), wrong);
  @if(!serial) {
    let lost = non_finite(share_of_loss(lane, local)).x;
    let sums = workgroup_sum(local, vec4f(squares, select(0.0, 1.0, lost)));
    if (sums.w > 0.0) { return false; }
    if (local == 0u) { leave(sums.xyz, at + 4u + block); }
  }
  @if(serial) {
    if (lost) { return false; }
    left += squares;
  }
  if (wrong) { return false; }
  @if(accumulate) {
    let at = sum_at(block, local);
    if (step[lane].adding != 0u) {
      state[at] += raw;
      return false;
    }
    state[at] = vec4f();
  }
  params[lane * P4 + i] = moved;
  @if(ema) {
    let average = state_of(entry, block, local) - P4;
    let keep = step[lane].ema_keep;
    state[average] = keep * state[average] + (1.0 - keep) * moved;
  }
  return true;
}

@if(serial)
fn report_squares(lane: u32, block: u32, thread: u32) {
  if (!lost) { leave(left, lane * REPORT_WORDS + 4u + 8u * block + thread); }
}

fn leave(squares: vec3f, at: u32) {
  atomicStore(&report[at], bitcast<u32>(squares.x));
  atomicStore(&report[at + NORMS], bitcast<u32>(squares.y));
  atomicStore(&report[at + 2u * NORMS], bitcast<u32>(squares.z));
}
