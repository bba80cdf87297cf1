/** What an experiment costs, before anything is allocated. */

import { datasets, resolveData } from './datasets.ts';
import { count, inferModel } from './infer.ts';
import { stateBuffersOf } from './momentum.ts';
import type { Experiment, LayerInfo, ModelInfo, Value } from './types.ts';

const FLOAT = 4;

/** All in bytes but `parameters`, `macs` and `flops`. */
export interface RunCost {
  name: string;
  /** Trainable scalars. */
  parameters: number;
  /** Multiply-accumulates of one sample's forward pass. */
  macs: number;
  /** Weights, running statistics. */
  weights: number;
  gradients: number;
  /** Optimizer state. */
  states: number;
  /** Every layer's output for a batch, kept for the backward pass, and as much again for the gradients: an upper bound of the memory plan. */
  activations: number;
  /** One training step: forward, gradient of the input, gradient of the weights; a multiply and an add count as two. */
  flops: number;
}

export interface Ledger {
  runs: RunCost[];
  /** The generated data set; 0 for files. */
  data: number;
  /** Everything together. */
  bytes: number;
  /** One step of all runs. */
  flops: number;
}

/** @throws ModelError for an experiment that restoreExperiment would not accept. */
export function ledger(experiment: Experiment): Ledger {
  const shared = inferModel(experiment.model);
  const runs = experiment.runs.map((run, index): RunCost => {
    const info = run.model ? inferModel(run.model, `runs.${index}.model`) : shared;
    const weights = FLOAT * sum(info, (layer) => layer.params.reduce((total, param) => total + count(param.shape), 0));
    const gradients = FLOAT * info.parameters;
    const states = gradients * stateBuffersOf(run);
    const activations = 2 * FLOAT * experiment.batch_size * (count(info.input) + sum(info, (layer) => count(layer.shape)));
    const flops = 3 * experiment.batch_size * sum(info, work);
    return { name: run.name, parameters: info.parameters, macs: info.macs, weights, gradients, states, activations, flops };
  });
  const data = dataBytes(experiment);
  const bytes = runs.reduce((total, run) => total + run.weights + run.gradients + run.states + run.activations, data);
  return { runs, data, bytes, flops: runs.reduce((total, run) => total + run.flops, 0) };
}

const sum = (info: ModelInfo, value: (layer: LayerInfo) => number): number => info.layers.reduce((total, layer) => total + value(layer), 0);

/** Floating-point operations of one sample's forward pass. A pooling window is read for every output it makes. */
function work({ macs, args, shape, inputShapes }: LayerInfo): number {
  const window: Value = args.kernel_size ?? 1;
  const reads = macs > 0 ? 0 : count(shape) * (Array.isArray(window) ? count(window) : 1);
  return 2 * macs + Math.max(reads, ...inputShapes.map(count));
}

/** Values and one byte of label a sample. */
function dataBytes({ data }: Experiment): number {
  const { input, split } = resolveData(data);
  return input && split ? (split.train + split.val) * (count(input) * datasets[data.type]!.bytes + 1) : 0;
}
