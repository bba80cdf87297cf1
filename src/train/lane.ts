/** One run as the trainer knows it: everything resolved, nothing on the GPU. */
import { kernelOf, type LaneOptimizer } from '../engine/race.ts';
import { inferModel } from '../model/infer.ts';
import { initialWeights } from '../model/inits/index.ts';
import { resolveOptimizer } from '../model/optimizers/index.ts';
import { hash2, hash3 } from '../model/random.ts';
import { scheduleLr } from '../model/schedules/index.ts';
import type { InitSpec, ModelInfo, ModelSpec, RunSpec, ScheduleSpec } from '../model/types.ts';

/** Streams of a seed; different numbers, nothing else. */
const STREAM = { order: 1, dropout: 2 } as const;

export interface Lane {
  id: string;
  spec: RunSpec;
  info: ModelInfo;
  /** Equal for lanes that can share dispatches. */
  architecture: string;
  optimizer: LaneOptimizer;
  lr: number;
  schedule: ScheduleSpec | undefined;
  init: InitSpec | undefined;
  seed: number;
  /** Step before whose update the lane was frozen; null while it learns. */
  frozen: number | null;
}

export function makeLane(id: string, spec: RunSpec, shared: { model: ModelSpec; seed: number }, path = 'run'): Lane {
  const model = spec.model ?? shared.model;
  const { type, lr } = spec.optimizer;
  return {
    id,
    spec,
    info: inferModel(model, spec.model ? `${path}.model` : 'model'),
    architecture: JSON.stringify(model),
    optimizer: { type, args: resolveOptimizer(spec.optimizer, `${path}.optimizer`) },
    lr,
    schedule: spec.schedule,
    init: spec.init,
    seed: spec.seed ?? shared.seed,
    frozen: null,
  };
}

/** PyTorch layouts by state-dict name. */
export const weightsOf = (lane: Lane): Map<string, Float32Array<ArrayBuffer>> => initialWeights(lane.info, lane.init, lane.seed);

/** The lane must start again when any of this changes; the rest may change in flight. */
export const identity = (lane: Lane): string => JSON.stringify([lane.architecture, lane.optimizer.type, lane.init ?? null, lane.seed]);

/** Key of the order of samples: equal for lanes with equal seeds, so that they see the same batches. */
export const orderKey = (lane: Lane): number => hash2(lane.seed, STREAM.order);

/** Key of the step's dropout masks: equal for lanes with equal seeds. */
export const dropoutKey = (lane: Lane, step: number): number => hash3(lane.seed, STREAM.dropout, step);

/** Learning rate of the update that follows `step` finished ones. */
export const lrAt = (lane: Lane, step: number): number => scheduleLr(lane.schedule, lane.lr, step);

/** The optimizer's numbers for that update. */
export const scalarsAt = (lane: Lane, step: number): number[] =>
  kernelOf(lane.optimizer.type).scalars(lane.optimizer.args, lrAt(lane, step), step + 1);
