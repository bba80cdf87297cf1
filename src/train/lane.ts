/** One run as the trainer knows it: everything resolved, nothing on the GPU. */

import type { Dataset } from '../data/types.ts';
import type { SHARED } from '../engine/plan.ts';
import { kernelOf, type LaneOptimizer } from '../engine/race.ts';
import { formatShape } from '../model/format.ts';
import { inferModel } from '../model/infer.ts';
import { initialWeights } from '../model/inits/index.ts';
import { logProduct, movingMomentum, startingArgs, withMomentum } from '../model/momentum.ts';
import { commonOf, ownArgs } from '../model/optimizers/common.ts';
import { hash2, hash3 } from '../model/random.ts';
import { type Epoch, type Follower, followerOf, type PlateauState, rateOf } from '../model/schedules/index.ts';
import { type Args, type Experiment, type InitSpec, ModelError, type ModelInfo, type ModelSpec, type RunSpec } from '../model/types.ts';

/** Streams of a seed; different numbers, nothing else. */
const STREAM = { order: 1, dropout: 2 } as const;

export interface Lane {
  id: string;
  spec: RunSpec;
  info: ModelInfo;
  /** Equal for lanes that can share dispatches. */
  architecture: string;
  /** As it begins. */
  optimizer: LaneOptimizer;
  /** Learning rate of the update that follows so many finished ones. */
  rate: (step: number) => number;
  /** Length of an epoch; the trainer, which has the data, writes it. */
  epoch: Epoch;
  /** Where the schedule moves it: momentum or β₁ of that update, and the sum of its logarithms over the first t. */
  momentum: { at: (step: number) => number; logProduct: (t: number) => number } | undefined;
  init: InitSpec | undefined;
  seed: number;
  /** Step before whose update the lane was frozen; null while it learns. */
  frozen: number | null;
  /** A schedule that follows the validation, and what it remembers: host side of the lane's state, in its snapshots like the rest. */
  follower: Follower | undefined;
  plateau: PlateauState | null;
}

export function makeLane(id: string, spec: RunSpec, shared: { model: ModelSpec; seed: number }, path = 'run'): Lane {
  const model = spec.model ?? shared.model;
  const { type, lr } = spec.optimizer;
  const args = startingArgs(spec.optimizer, spec.schedule, `${path}.optimizer`);
  const at = movingMomentum(type, spec.schedule);
  const rate = rateOf(spec.schedule, lr);
  const follower = followerOf(spec.schedule, lr);
  const lane: Lane = {
    id,
    spec,
    info: inferModel(model, spec.model ? `${path}.model` : 'model'),
    architecture: JSON.stringify(model),
    optimizer: { type, args },
    rate: (step) => (follower && lane.plateau && step >= follower.warmup ? lane.plateau.lr : rate(step, perUpdate(lane))),
    epoch: { batch_size: 1, train: 1 },
    momentum: at && { at, logProduct: logProduct(at) },
    init: spec.init,
    seed: spec.seed ?? shared.seed,
    frozen: null,
    follower,
    plateau: follower?.take(null) ?? null,
  };
  return lane;
}

/** An epoch in updates: one takes several batches where gradients are accumulated. */
const perUpdate = ({ epoch: { batch_size, train }, optimizer }: Lane): Epoch => ({
  batch_size: batch_size * commonOf(optimizer.args).accumulate,
  train,
});

/** One lane a run, known by the ids that the page gave. */
export const lanesOf = (experiment: Experiment, ids: readonly string[]): Lane[] =>
  experiment.runs.map((spec, i) => makeLane(ids[i], spec, experiment, `runs.${i}`));

/** Files are known only once they are read. @throws ModelError unless every lane's network takes these samples and tells these classes apart. */
export function checkFit(lanes: readonly Lane[], { name, shape, classes }: Pick<Dataset, 'name' | 'shape' | 'classes'>): void {
  for (const [i, { info, spec }] of lanes.entries()) {
    const path = spec.model ? `runs.${i}.model` : 'model';
    if (info.input.join() !== shape.join()) {
      throw new ModelError(`${path}.input is ${formatShape(info.input)}, but the samples of ${name} are ${formatShape(shape)}`, `${path}.input`);
    }
    const last = info.layers[info.layers.length - 1];
    if (info.output.length === 1 && info.output[0] === classes.length) continue;
    const where = `${path}.layers.${info.layers.length - 1}`;
    throw new ModelError(`${last.id}: the last layer gives ${formatShape(info.output)}, but ${name} has ${classes.length} classes`, where, last.id);
  }
}

/** @throws ModelError where a schedule waits for a validation that never comes. */
export function checkFollowers(lanes: readonly Lane[], { samples, eval_every }: { samples: number; eval_every: number }): void {
  const i = lanes.findIndex(({ follower }) => follower);
  if (i < 0 || (samples > 0 && eval_every > 0)) return;
  const why = samples > 0 ? 'eval_every is 0, so that nothing is validated' : 'there are no samples for validation';
  throw new ModelError(`runs.${i}.schedule: ${lanes[i].spec.schedule?.type} reads the validation loss, but ${why}`, `runs.${i}.schedule.type`);
}

/** PyTorch layouts by state-dict name. */
export const weightsOf = (lane: Lane): Map<string, Float32Array<ArrayBuffer>> => initialWeights(lane.info, lane.init, lane.seed);

/** The lane must start again when any of this changes; the rest may change in flight. */
export const identity = ({ architecture, optimizer, init, seed }: Lane): string =>
  JSON.stringify([architecture, optimizer.type, commonOf(optimizer.args).accumulate, init ?? null, seed]);

/** Key of the order of samples: equal for lanes with equal seeds, so that they see the same batches. */
export const orderKey = (lane: Lane): number => hash2(lane.seed, STREAM.order);

/** Key of the step's dropout masks: equal for lanes with equal seeds. */
export const dropoutKey = (lane: Lane, step: number): number => hash3(lane.seed, STREAM.dropout, step);

/** What the update of a lane depends on, whatever is trained. */
export type Updated = Pick<Lane, 'optimizer' | 'rate'> & Partial<Pick<Lane, 'momentum'>>;

/** Updates before the one that the batch after `step` finished ones belongs to. */
export const updatesAt = ({ optimizer }: Updated, step: number): number => Math.floor(step / commonOf(optimizer.args).accumulate);

/** Learning rate of that update. */
export const rateAt = (lane: Updated, step: number): number => lane.rate(updatesAt(lane, step));

/** The optimizer's own arguments for that update, with the momentum that the schedule gives it. */
export function argsAt(lane: Updated, step: number): Args {
  const { type, args } = lane.optimizer;
  const own = ownArgs(args);
  return lane.momentum ? withMomentum(type, own, lane.momentum.at(updatesAt(lane, step))) : own;
}

/** Its numbers for that update. */
export function scalarsAt(lane: Updated, step: number): number[] {
  const t = updatesAt(lane, step) + 1;
  return kernelOf(lane.optimizer.type).scalars(argsAt(lane, step), rateAt(lane, step), t, lane.momentum?.logProduct(t));
}

/** What all optimizers share, for the batch after `step` finished ones: engine/plan.ts SHARED. */
export function sharedAt(lane: Updated, step: number): Readonly<Record<keyof typeof SHARED, number>> {
  const { clipNorm, clipValue, decay, accumulate, ema } = commonOf(lane.optimizer.args);
  return {
    clip_norm: clipNorm,
    clip_value: clipValue,
    decay: rateAt(lane, step) * decay,
    share: 1 / accumulate,
    adding: (step + 1) % accumulate === 0 ? 0 : 1,
    ema_keep: updatesAt(lane, step) === 0 ? 0 : ema,
  };
}
