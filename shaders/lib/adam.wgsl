// Adam's step, shared by Adam and AdamW, from the gradient g that already holds what weight decay adds to it:
//   exp_avg ← β₁ · exp_avg + (1 − β₁) · g
//   exp_avg_sq ← β₂ · exp_avg_sq + (1 − β₂) · g²
//   v = exp_avg_sq; with amsgrad max_exp_avg_sq ← max(max_exp_avg_sq, exp_avg_sq), v = max_exp_avg_sq
//   Δw = −lr / (1 − β₁ᵗ) · exp_avg / (√v / √(1 − β₂ᵗ) + eps)
// scalars: lr, lr / (1 − β₁ᵗ), β₁, 1 − β₁, β₂, 1 − β₂, 1 / √(1 − β₂ᵗ), eps, weight_decay (AdamW: lr · weight_decay), amsgrad.
// Without bias correction both (1 − βᵗ) are 1. The differences from 1 are taken in float64 before they become float32.
// 0 / 0 (eps = 0, no gradient yet) counts as 0.

import constants::{P4};
import package::lib::update::{state, scalar};

struct AdamStep {
  delta: vec4f,
  exp_avg: vec4f,
  exp_avg_sq: vec4f,
  v: vec4f,
}

// `at`: the thread's vec4 in the lane's first state array.
fn adam_step(g: vec4f, at: u32, lane: u32) -> AdamStep {
  let mean = scalar(lane, 2u) * state[at] + scalar(lane, 3u) * g;
  let square = scalar(lane, 4u) * state[at + P4] + scalar(lane, 5u) * g * g;
  var v = square;
  if (scalar(lane, 9u) != 0.0) { v = max(v, state[at + 2u * P4]); }
  let root = sqrt(v) * scalar(lane, 6u) + scalar(lane, 7u);
  return AdamStep(-scalar(lane, 1u) * select(mean / root, vec4f(), root == vec4f()), mean, square, v);
}

fn keep_moments(s: AdamStep, at: u32, lane: u32) {
  state[at] = s.exp_avg;
  state[at + P4] = s.exp_avg_sq;
  if (scalar(lane, 9u) != 0.0) { state[at + 2u * P4] = s.v; }
}
