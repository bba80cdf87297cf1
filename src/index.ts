/**
 * Descent as a library: train several runs of one network on the GPU from any page, without the interface. See the README.
 *
 *     const trainer = await createTrainer({ model, runs: [{ optimizer: { type: 'Adam', lr: 1e-3 } }], data, batch_size: 64 });
 *     const [losses] = await trainer.step(100);
 */
import { standardise } from './data/standardise.ts';
import { requestGpu, wrapDevice } from './gpu/device.ts';
import { inferModel } from './model/infer.ts';
import { resolveLoss } from './model/losses/index.ts';
import { type InitSpec, type LossSpec, ModelError, type ModelSpec, type OptimizerSpec, type RunSpec, type ScheduleSpec } from './model/types.ts';
import type { Evaluation, LaneSnapshot } from './train/group.ts';
import { makeLane } from './train/lane.ts';
import { evaluateOn, predictOn } from './train/predict.ts';
import { loadStateDict, type StateDict } from './train/state_dict.ts';
import { Trainer, type TrainerData } from './train/trainer.ts';

export { UnavailableError, DeviceLostError, LimitError } from './gpu/device.ts';
export { StateDictError, type StateDict } from './train/state_dict.ts';
export type { Evaluation } from './train/group.ts';
export type { InitSpec, LayerSpec, LossSpec, ModelSpec, OptimizerSpec, ScheduleSpec } from './model/types.ts';
export { ModelError } from './model/types.ts';

/** Images and labels of a data set. */
export interface Data {
  /** [N, C, H, W], row-major. Uint8Array: scaled to 0 … 1 and standardised per channel of the training images. Float32Array: taken as they are. */
  images: Uint8Array | Float32Array;
  /** [N], each below `classes`. */
  labels: ArrayLike<number>;
  /** [N, C, H, W]. */
  shape: readonly [number, number, number, number];
  classes: number;
}

export interface RunOptions {
  optimizer: OptimizerSpec;
  schedule?: ScheduleSpec;
  /** Initial weights, order of batches, dropout masks; default 0. */
  seed?: number;
  init?: InitSpec;
}

export interface TrainerSetup {
  model: ModelSpec;
  runs: readonly RunOptions[];
  data: Data;
  batch_size: number;
  /** Default CrossEntropyLoss. */
  loss?: LossSpec;
  /** Default true. false takes batches in order and wraps. */
  shuffle?: boolean;
  /** A device of your own; it is not destroyed with the trainer. */
  device?: GPUDevice;
}

/** Everything that training depends on, of all runs; opaque. */
export interface Checkpoint {
  readonly snapshots: ReadonlyMap<string, LaneSnapshot>;
}

export interface DescentTrainer {
  /** Trains n steps. Per run the n training losses, each of the batch before its update; NaN from where a run diverged. */
  step(n: number): Promise<number[][]>;
  /** All parameters and buffers of a run, PyTorch's names and layouts. */
  stateDict(run: number): Promise<StateDict>;
  /** Replaces them. Throws StateDictError naming a missing, unknown or mis-shaped entry; then nothing has changed. */
  loadStateDict(run: number, dict: StateDict): Promise<void>;
  /** Mean loss and accuracy in evaluation mode; images of the same kind as the training images. */
  evaluate(run: number, data: Pick<Data, 'images' | 'labels'>): Promise<Evaluation>;
  /** Logits [N, classes] in evaluation mode, row-major. */
  predict(run: number, images: Uint8Array | Float32Array): Promise<Float32Array>;
  checkpoint(): Promise<Checkpoint>;
  restore(checkpoint: Checkpoint): Promise<void>;
  /** Frees all GPU memory. */
  destroy(): void;
}

function checkData({ images, labels, shape, classes }: Data): void {
  const [N, C, H, W] = shape;
  if (images.length !== N * C * H * W) throw new ModelError(`data.images has ${images.length} values, but shape [${shape.join(', ')}] needs ${N * C * H * W}`, 'data.images');
  if (labels.length !== N) throw new ModelError(`data.labels has ${labels.length} entries, but shape says ${N} samples`, 'data.labels');
  if (N < 1) throw new ModelError('data is empty', 'data.shape');
  for (let i = 0; i < N; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes)) throw new ModelError(`label ${i} is ${labels[i]}, not a class below ${classes}`, 'data.labels');
  }
}

function prepare(data: Data): TrainerData {
  checkData(data);
  const [N, C, H, W] = data.shape;
  const shape = [C, H, W] as const;
  const plain = { mean: new Array<number>(C).fill(0), std: new Array<number>(C).fill(1) };
  const { mean, std } = data.images instanceof Uint8Array ? standardise(data.images, shape, N) : plain;
  return { shape, images: data.images, labels: data.labels, mean, std, train: N };
}

/** Throws ModelError for an impossible setup, UnavailableError without WebGPU, LimitError when it does not fit. */
export async function createTrainer(setup: TrainerSetup): Promise<DescentTrainer> {
  const { model, runs, data, batch_size, loss = { type: 'CrossEntropyLoss' }, shuffle = true } = setup;
  const info = inferModel(model);
  const source = prepare(data);
  resolveLoss(loss);
  if (!(Number.isInteger(batch_size) && batch_size >= 1)) throw new ModelError(`batch_size is ${batch_size}, not a whole number from 1`, 'batch_size');
  if (runs.length === 0) throw new ModelError('runs is empty: a trainer needs at least one run', 'runs');
  if (info.input.join() !== source.shape.join()) {
    throw new ModelError(`the model takes ${info.input.join(' × ')} but the images are ${source.shape.join(' × ')}`, 'model.input');
  }
  if (info.output.length !== 1 || info.output[0] !== data.classes) {
    throw new ModelError(`the last layer gives ${info.output.join(' × ')}, but there are ${data.classes} classes`, 'model.layers');
  }
  const lanes = runs.map((run, i) => makeLane(String(i), { name: String(i), ...run } as RunSpec, { model, seed: 0 }, `runs.${i}`));
  const gpu = setup.device ? wrapDevice(setup.device) : await requestGpu();
  const losses: number[][] = runs.map(() => []);
  const events = {
    points: (run: string, points: readonly { loss: number }[]) => losses[Number(run)].push(...points.map((p) => p.loss)),
    validation: () => {},
    diverged: () => {},
  };
  const trainer = await Trainer.create(gpu, source, lanes, { batch_size, loss, shuffle, eval_every: 0 }, events);
  const known = (run: number): string => {
    if (!(run in lanes)) throw new ModelError(`there is no run ${run}; there are ${lanes.length}`, 'run');
    return String(run);
  };
  return {
    async step(n) {
      for (const list of losses) list.length = 0;
      await trainer.train(trainer.step + n);
      return losses.map((list) => Array.from({ length: n }, (_, i) => list[i] ?? Number.NaN));
    },
    async stateDict(run) {
      const { group, l } = trainer.groupOf(known(run));
      return Object.fromEntries(await group.readTensors(l));
    },
    async loadStateDict(run, dict) {
      const { group, l } = trainer.groupOf(known(run));
      loadStateDict(group, l, dict);
    },
    evaluate: (run, { images, labels }) => evaluateOn(trainer, known(run), images, labels),
    predict: (run, images) => predictOn(trainer, known(run), images),
    async checkpoint() {
      return { snapshots: await trainer.snapshot() };
    },
    restore: ({ snapshots }) => trainer.restore(snapshots),
    destroy() {
      trainer.destroy();
      if (!setup.device) gpu.device.destroy();
    },
  };
}
