/** What the microscope is asked for and what it answers: a part of the law between the page and the training worker. Types only. */

/** A weight of a layer of a run, and a run to compare its update with. */
export interface Inspect {
  run: string;
  compare: string | null;
  layer: string;
  /** `weight` or `bias`. */
  param: string;
  /** In PyTorch's order; taken modulo the tensor's length. */
  index: number;
}

/** The update that a run makes next, looked at before it is made. */
export type Inspection =
  | InspectedUpdate
  /** The run was frozen before the update of this step. */
  | { status: 'frozen'; step: number }
  /** This step meets a number that is not finite: it will freeze the run. */
  | { status: 'diverges'; step: number }
  /** Nothing to show; the sentence says why. */
  | { status: 'nothing'; why: string };

export interface InspectedUpdate {
  status: 'seen';
  /** From 1: the step that this update makes. */
  step: number;
  /** PyTorch's class name. */
  optimizer: string;
  /** Trainable tensors of the layer. */
  params: readonly { name: string; shape: readonly number[] }[];
  histograms: readonly { name: HistogramName; histogram: Histogram }[];
  /** ‖Δw‖ / ‖w‖ of the layer; null where the weights are all zero. */
  update_ratio: number | null;
  /** Cosine of the update with the direction straight down the gradient; null where one is zero. */
  descent: number | null;
  /** Cosine of the updates of both runs, or why there is none. */
  compared: number | string | null;
  /** Where Muon orthogonalises the layer's matrix; or why they are not known; null for everything else. */
  singular: SingularValues | string | null;
  heat: HeatMap;
  weight: InspectedWeight;
}

/** Largest first. */
export interface SingularValues {
  /** Of what is orthogonalised, divided by its Frobenius norm. */
  before: Float64Array;
  after: Float64Array;
}

/** `step`: |Δw| / |g|, the learning rate that a weight really had. `first`: m or the momentum buffer. `root`: √v; `largest`: Adamax's u. */
export type HistogramName = 'gradient' | 'update' | 'step' | 'first' | 'root' | 'largest';

/** Bins of equal width in log₁₀|x|, `decades` powers of ten below 10^top. */
export interface Histogram {
  /** The lower half of the bins holds negative numbers, the outermost the largest. Else all numbers count by their size. */
  signed: boolean;
  top: number;
  decades: number;
  counts: Uint32Array;
  /** Zeros, and what is too small for the lowest bin. */
  zero: number;
  /** Of the finite ones. */
  min: number;
  max: number;
  non_finite: number;
}

/** The chosen tensor as a matrix of at most 32 × 64 cells: its first dimension down, the others across. */
export interface HeatMap {
  rows: number;
  cols: number;
  /** The first weight of each cell… */
  values: Float32Array;
  /** …and which one that is. */
  indices: Uint32Array;
}

export interface InspectedWeight {
  index: number;
  gradient: number;
  before: number;
  /** As the GPU writes it. */
  after: number;
  /** In float64; the last line gives the new weight. */
  steps: readonly { label: string; tex: string; numbers: string; value: number }[];
}
