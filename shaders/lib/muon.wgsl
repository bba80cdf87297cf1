// Muon's matrices, as src/engine/optim/muon.ts lists them behind the lanes' entries in `tables`: [BLOCKS] index of the block's matrix + 1,
// then three entries a matrix. Newton–Schulz works on X, `long` rows of `short4` vec4s: the weights as they stand (rows = inputs, columns =
// outputs) or, where they have fewer rows than columns, transposed. Its scratch lies in `state` behind all optimizers' states: X, X after
// every other iteration, A = XᵀX, B = bA + cA², the scale of the first X.
//
// scalars: lr, AdamW's step, β₁, 1 − β₁, β₂, 1 − β₂, eps, rate · weight_decay, Muon's lr · weight_decay, momentum, 1 − momentum, flags, a,
// b, c, eps. flags: 1 nesterov, 2 match_rms_adamw, 4 hidden_only, then ns_steps from bit 3 on.

import constants::{BLOCKS};
import package::lib::update::{tables, bad, scalar};
@if(accumulate) import package::lib::update::step;

struct Matrix {
  start: u32,    // in the lane's parameters; this and all below in vec4s
  cols4: u32,
  rows: u32,
  wide: bool,    // X is the transpose
  edge: bool,    // the first or the last layer's
  short4: u32,
  long: u32,
  x: u32,        // X in `state`; its other place follows
  a: u32,
  b: u32,
  scale: u32,
  ratio: f32,    // factor of lr
}

const NESTEROV = 1u;
const MATCH_RMS = 2u;
const HIDDEN_ONLY = 4u;

fn flags_of(lane: u32) -> u32 {
  return u32(scalar(lane, 11u));
}

// Matrix `index` of the lane that entry z of the dispatch's list is.
fn matrix_of(z: u32, index: u32, flags: u32) -> Matrix {
  let own = tables[BLOCKS + z];
  let at = own.w + BLOCKS + 3u * index;
  let place = tables[at];
  let shape = tables[at + 1u];
  let ratios = bitcast<vec2f>(tables[at + 2u].xy);
  let x = own.z + shape.x;
  let a = x + 2u * shape.y * shape.z;
  let b = a + 4u * shape.y * shape.y;
  let scale = b + 4u * shape.y * shape.y;
  let ratio = select(ratios.x, ratios.y, (flags & MATCH_RMS) != 0u);
  return Matrix(place.x, place.y, place.z, (place.w & 1u) != 0u, (place.w & 2u) != 0u, shape.y, shape.z, x, a, b, scale, ratio);
}

// Whether AdamW updates it.
fn left_out(m: Matrix, flags: u32) -> bool {
  return m.edge && (flags & HIDDEN_ONLY) != 0u;
}

// Nothing is prepared for a frozen lane, nor for a batch that only adds to the gradient.
fn idle(lane: u32, m: Matrix, flags: u32) -> bool {
  @if(accumulate) { if (step[lane].adding != 0u) { return true; } }
  return bad[lane] != 0xffffffffu || left_out(m, flags);
}

// Where X stands before iteration k (or after k of them).
fn x_before(m: Matrix, k: u32) -> u32 {
  return m.x + (k & 1u) * m.long * m.short4;
}
