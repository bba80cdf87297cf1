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
  spare0: u32, spare1: u32, spare2: u32, spare3: u32, spare4: u32, spare5: u32, spare6: u32,
  noise: u32,     // bits of the standard deviation of a surface's gradient noise
  scalars: array<f32, 16>,  // of the lane's optimizer (engine/optim), lr first
}
