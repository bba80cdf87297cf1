// One lane's row of the step table (src/engine/plan.ts STEP): what changes from step to step, written once per submit.

struct LaneStep {
  seed: u32,      // key of the order of samples
  epoch: u32,     // epoch of the first sample of the batch
  position: u32,  // of the first sample within the epoch
  first: u32,     // index of the subset's first sample in the data set
  count: u32,     // samples in the subset
  flags: u32,     // 1: shuffle, 2: mask samples beyond the subset instead of wrapping
  dropout: u32,   // key of the step's dropout masks
  slot: u32,      // of the metrics ring
  // What all optimizers share (src/model/optimizers/common.ts).
  clip_norm: f32,
  clip_value: f32,
  decay: f32,     // lr · weight_decay where that bypasses the gradient
  share: f32,     // of each batch's gradient in an update: 1 / accumulate_steps
  adding: u32,    // 1: this batch only adds to the gradient of the update to come
  ema_keep: f32,  // share of the averaged weights that stays; 0 at the first update
  spare: u32,
  noise: u32,     // bits of the standard deviation of a surface's gradient noise
  scalars: array<f32, 16>,  // of the lane's optimizer (engine/optim), lr first
}
