/** One run as the trainer knows it: everything resolved, nothing on the GPU. */

import type { Dataset } from '../data/types.ts';
import { kernelOf, type LaneOptimizer } from '../engine/race.ts';
import { formatShape } from '../model/format.ts';
import { inferModel } from '../model/infer.ts';
import { initialWeights } from '../model/inits/index.ts';
import { resolveOptimizer } from '../model/optimizers/index.ts';
import { hash2, hash3 } from '../model/random.ts';
import { rateOf } from '../model/schedules/index.ts';
import { type Experiment, type InitSpec, ModelError, type ModelInfo, type ModelSpec, type RunSpec } from '../model/types.ts';

/** Streams of a seed; different numbers, nothing else. */
const STREAM = { order: 1, dropout: 2 } as const;

export interface Lane {
  id: string;
  spec: RunSpec;
  info: ModelInfo;
  /** Equal for lanes that can share dispatches. */
  architecture: string;
  optimizer: LaneOptimizer;
  /** Learning rate of the update that follows so many finished steps. */
  rate: (step: number) => number;
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
    rate: rateOf(spec.schedule, lr),
    init: spec.init,
    seed: spec.seed ?? shared.seed,
    frozen: null,
  };
}

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

/** PyTorch layouts by state-dict name. */
export const weightsOf = (lane: Lane): Map<string, Float32Array<ArrayBuffer>> => initialWeights(lane.info, lane.init, lane.seed);

/** The lane must start again when any of this changes; the rest may change in flight. */
export const identity = (lane: Lane): string => JSON.stringify([lane.architecture, lane.optimizer.type, lane.init ?? null, lane.seed]);

/** Key of the order of samples: equal for lanes with equal seeds, so that they see the same batches. */
export const orderKey = (lane: Lane): number => hash2(lane.seed, STREAM.order);

/** Key of the step's dropout masks: equal for lanes with equal seeds. */
export const dropoutKey = (lane: Lane, step: number): number => hash3(lane.seed, STREAM.dropout, step);

/** The optimizer's numbers for the update that follows `step` finished ones. */
export const scalarsAt = (lane: Lane, step: number): number[] =>
  kernelOf(lane.optimizer.type).scalars(lane.optimizer.args, lane.rate(step), step + 1);
