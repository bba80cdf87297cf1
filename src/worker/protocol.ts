/**
 * The law between the page and the training worker: two discriminated unions. Types only; imports only `model` and the data type.
 * A run is known by an id that the page gives it (names may repeat). `load` counts experiments: events of an older one are dropped.
 */
import type { Dataset } from '../data/types.ts';
import type { Room } from '../model/turns.ts';
import type { Experiment } from '../model/types.ts';
import type { Inspect, Inspection } from './inspection.ts';

/** Page → training worker. */
export type Command =
  /** Make ready for this experiment: data, weights, compiled step. Forgets the one before. `dataset`: dropped files, instead of `experiment.data`. */
  | { type: 'load'; load: number; experiment: Experiment; runs: readonly string[]; dataset?: Dataset }
  /**
   * The same experiment with other runs or settings of runs. Scalars of an optimizer or schedule change in flight; a new run, or one whose
   * optimizer type, seed, init or model changed, starts at step 0 and catches up alone, then joins its lane group. Removed runs go.
   */
  | { type: 'update_runs'; load: number; experiment: Experiment; runs: readonly string[] }
  | { type: 'start' }
  | { type: 'pause' }
  /** n steps, then `done` with the same request once their metrics have been sent. */
  | { type: 'step'; n: number; request: number }
  /** Back to step 0 with the same initial weights and batches. */
  | { type: 'reset'; load: number }
  /** Which feature maps to stream (while training at most 10 a second and 2.5 % of the time, at once when paused); null stops. `sample`: index into the validation set. */
  | { type: 'watch'; watch: Watch | null }
  /**
   * What the microscope looks at (while training at most four times a second and 5 % of the time, at once when paused); null stops.
   * Training is not changed by it.
   */
  | { type: 'inspect'; inspect: Inspect | null }
  /** The page became hidden or visible: pacing. */
  | { type: 'visibility'; visible: boolean }
  /** The visitor wants speed more than a lively page: pacing. Off in a new worker. */
  | { type: 'max_speed'; on: boolean }
  /** Run every operation's cases on this GPU. */
  | { type: 'self_test' }
  /** The loss on a plane through the weights of a run, row by row; an earlier request is given up. Training has its turn between two rows. */
  | ({ type: 'landscape'; request: number } & LandscapeRequest)
  /** What is computed stays. */
  | { type: 'cancel_landscape'; request: number }
  /** How many lanes like these one program can hold; answered with `fit`. All of one network; the data are those of the experiment loaded. */
  | { type: 'fit'; request: number; experiment: Experiment }
  /** Whether tiles that were found to be fast on this GPU are looked for and taken. */
  | { type: 'autotune'; on: boolean }
  /** For tests and for teaching: destroys the device as a driver reset would. */
  | { type: 'lose_device' };

export interface Watch {
  /** Layer id. */
  layer: string;
  sample: number;
  /** At most so many channels of each run. */
  channels: number;
}

export interface LandscapeRequest {
  /** Whose weights the plane goes through. */
  run: string;
  /** Two random filter-normalised directions, or the plane closest to the runs' paths. */
  mode: 'random' | 'paths';
  /** Points along a side: odd. */
  size: number;
  /** 'random': the grid ends where a filter has moved by so many of its norms. 'paths': 1 covers the paths. */
  span: number;
  /** The first so many training samples. */
  samples: number;
  /** Of the random directions. */
  seed: number;
  /** Runs whose paths neither make the plane nor lie on it: one that went astray would leave nothing of the others to be seen. */
  without: readonly string[];
}

/** A plane as it is drawn: weights = those of the run + x·u + y·v. */
export interface LandscapePlane extends LandscapeRequest {
  /** After which step of the run. */
  step: number;
  /** Coordinates of the grid's columns and rows, ascending; the run stands at 0, which is one of each. */
  xs: readonly number[];
  ys: readonly number[];
  /** Share of the paths' squared distances that lies along x and along y; null for random directions. */
  explained: readonly [number, number] | null;
  /** Where each run of the same network has been, on this plane; the last place is where it stands. */
  paths: readonly { run: string; steps: readonly number[]; x: readonly number[]; y: readonly number[] }[];
  /** Paths are not recorded: the runs are too large, together. */
  unrecorded: boolean;
  /** The network has batch norms, whose running statistics are the run's everywhere on the plane. */
  statistics: boolean;
}

export type RunState = 'idle' | 'running' | 'paused';

/** Training worker → page. */
export type Event =
  | { type: 'adapter'; adapter: AdapterSummary }
  /** No WebGPU, no adapter: the sentence says what to do. */
  | { type: 'unavailable'; reason: 'no-webgpu' | 'no-adapter' | 'insecure-context' | 'blocked'; message: string }
  | { type: 'progress'; load: number; phase: 'device' | 'data' | 'compile' | 'self_test'; done: number; total: number }
  | { type: 'ready'; load: number; data: DataSummary; runs: readonly RunSummary[]; plan: PlanSummary }
  /** New points, keyed by (run, step): append-only, sent only after their read-back. */
  | { type: 'points'; load: number; train: readonly TrainPoints[]; validation: readonly ValidationPoints[] }
  | { type: 'status'; load: number; state: RunState; step: number; epoch: number; steps_per_second: number }
  | { type: 'maps'; load: number; layer: string; sample: number; label: number; maps: readonly FeatureMaps[] }
  | { type: 'inspection'; load: number; of: Inspect; inspection: Inspection }
  /** The run was frozen before the update of this step; the others go on. `layer`: where the first non-finite value stood, null: in the loss. */
  | { type: 'diverged'; load: number; run: string; step: number; layer: string | null }
  /** These runs restarted at step 0 (see update_runs): drop their points. */
  | { type: 'restarted'; load: number; runs: readonly string[] }
  | { type: 'device_lost'; message: string }
  /** Training goes on from this step; points after it that were already sent will not be sent again (they are identical). */
  | { type: 'resumed'; load: number; step: number }
  | { type: 'error'; load: number; error: ErrorSummary }
  | { type: 'done'; request: number }
  | { type: 'landscape'; load: number; request: number; plane: LandscapePlane }
  /** Points `first` … of the grid, row by row, from the smallest y on. A loss may be NaN or infinite. */
  | { type: 'landscape_rows'; load: number; request: number; first: number; loss: Float32Array; accuracy: Float32Array }
  | { type: 'landscape_done'; load: number; request: number; cancelled: boolean; seconds: number }
  /** A sentence; what is computed stays, training goes on. */
  | { type: 'landscape_failed'; load: number; request: number; message: string }
  /** null: nothing is loaded, or the experiment is none. */
  | { type: 'fit'; request: number; fit: FitSummary | null }
  /** `replaced`: sentences about tiles of the present network that are wrong on this GPU; others have taken their place. */
  | { type: 'self_test'; results: readonly SelfTestResult[]; replaced: readonly string[] };

export interface AdapterSummary {
  /** Short, for the badge: "Apple M2", "SwiftShader (software)". */
  name: string;
  vendor: string;
  architecture: string;
  description: string;
  /** A software adapter: correct but slow. */
  software: boolean;
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number };
}

/** How many lanes fit. */
export type FitSummary = Room;

export interface DataSummary {
  name: string;
  shape: readonly [number, number, number];
  classes: readonly string[];
  train: number;
  validation: number;
  /** 32-bit fingerprint of images and labels, hexadecimal. */
  fingerprint: string;
  thumbnails: Thumbnails;
}

/** Pictures of samples, or the points of a 2-D toy. */
export type Thumbnails =
  | { kind: 'images'; width: number; height: number; rgba: readonly Uint8ClampedArray[]; labels: readonly number[] }
  | { kind: 'points'; x: Float32Array; y: Float32Array; labels: Uint8Array };

export interface RunSummary {
  run: string;
  /** Short fingerprints for the fairness badge: of the initial weights and of the order of batches (seed and data), hexadecimal. */
  weights: string;
  batches: string;
}

export interface PlanSummary {
  lanes: number;
  dispatches_per_step: number;
  parameters: number;
  /** Bytes on the GPU: all buffers of all runs. */
  memory: number;
  /** What one training step of the first run does. */
  step: StepSummary;
}

/** Counted, not measured; bytes as a roofline counts them, every operand of a dispatch once. */
export interface StepSummary {
  dispatches: readonly { label: string; flops: number; bytes: number }[];
  flops: number;
  bytes: number;
  /** Bytes that stand from forward to backward. */
  activations: number;
  /** Bytes of all buffers of the run. */
  memory: number;
}

/** Consecutive points of one run; arrays have equal length. `step` counts from 1: the loss of the first batch stands at step 1. */
export interface TrainPoints {
  run: string;
  step: Uint32Array;
  train_loss: Float32Array;
  /** Share of the batch, 0 … 1. */
  train_accuracy: Float32Array;
  lr: Float32Array;
  /** Euclidean norm of the gradient of all parameters. */
  grad_norm: Float32Array;
  /** ‖Δw‖ / ‖w‖. */
  update_ratio: Float32Array;
  /** Seconds of training since step 0 of the race. */
  time: Float32Array;
}

export interface ValidationPoints {
  run: string;
  step: number;
  val_loss: number;
  /** 0 … 1. */
  val_accuracy: number;
  /** Of the moving average of the weights, where the run keeps one (ema_decay). */
  ema_val_loss?: number;
  ema_val_accuracy?: number;
}

/** Colour-mapped activations of one run for one sample: `channels` tiles one below another, each width × height. */
export interface FeatureMaps {
  run: string;
  channels: number;
  /** All channels of the layer, of which `channels` are sent. */
  total: number;
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
  /** Smallest and largest activation over the layer. */
  min: number;
  max: number;
}

export interface ErrorSummary {
  /** 'ModelError', 'DataError', 'LimitError', … */
  name: string;
  message: string;
  path?: string;
  layer?: string;
  file?: string;
}

export interface SelfTestResult {
  operation: string;
  cases: number;
  /** Largest relative L2 error of any result. */
  error: number;
  limit: number;
  passed: boolean;
  detail: string;
}

/** Page → data worker (disposable, with a clock): parse dropped files. */
export interface DataCommand {
  files: readonly File[];
  val_fraction: number;
  seed: number;
}

export type DataEvent =
  | { type: 'progress'; file: string; done: number; total: number }
  | { type: 'dataset'; dataset: Dataset }
  | { type: 'error'; error: ErrorSummary };
