/** What presets are made of. */
import type { DataSpec, Experiment, ModelSpec, OptimizerSpec, RunSpec } from '../types.ts';

export interface Preset {
  id: string;
  experiment: Experiment;
}

export const DIGITS = [1, 28, 28] as const;
export const POINT = [2, 1, 1] as const;

interface Choice {
  name: string;
  note: string;
  model: ModelSpec;
  data: DataSpec;
  runs: readonly RunSpec[];
  batch_size?: number;
  eval_every?: number;
}

export function entry(id: string, { name, note, model, data, runs, batch_size = 64, eval_every = 25 }: Choice): Preset {
  const loss = { type: 'CrossEntropyLoss' };
  return { id, experiment: { name, note, model, data, batch_size, loss, seed: 1, eval_every, runs } };
}

export const run = (name: string, optimizer: OptimizerSpec, more: Partial<RunSpec> = {}): RunSpec => ({ name, optimizer, ...more });

export const sgd = (lr: number, args: Record<string, number | boolean> = {}): OptimizerSpec => ({ type: 'SGD', lr, ...args });
