/**
 * Descent as a library: train several runs of one network on the GPU from any page, without the interface. See the README.
 *
 *     const trainer = await createTrainer({ model, runs: [{ optimizer: { type: 'Adam', lr: 1e-3 } }], data, batch_size: 64 });
 *     const [losses] = await trainer.step(100);
 */
import { standardise } from './data/standardise.ts';
import { DeviceLostError, type Gpu, requestGpu, wrapDevice } from './gpu/device.ts';
import { restoreExperiment } from './model/experiment.ts';
import { type InitSpec, type LossSpec, ModelError, type ModelSpec, type OptimizerSpec, type ScheduleSpec } from './model/types.ts';
import type { LaneGroup, LaneSnapshot, Validation } from './train/group.ts';
import { type Lane, makeLane, rateAt } from './train/lane.ts';
import { checkLabels, evaluateOn, predictOn } from './train/predict.ts';
import { loadStateDict, type StateDict } from './train/state_dict.ts';
import { Trainer, type TrainerData } from './train/trainer.ts';

export { DeviceLostError, LimitError, UnavailableError } from './gpu/device.ts';
export type { InitSpec, LayerSpec, LossSpec, ModelSpec, OptimizerSpec, ScheduleSpec } from './model/types.ts';
export { ModelError } from './model/types.ts';
export type { Evaluation, Validation } from './train/group.ts';
export { type StateDict, StateDictError } from './train/state_dict.ts';

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
  /** Evaluated after every `eval_every` steps; ReduceLROnPlateau goes by it. Images of the same kind as those of `data`. */
  validation?: Pick<Data, 'images' | 'labels'>;
  /** Default 25; counts only with `validation`. */
  eval_every?: number;
  /** Default CrossEntropyLoss. */
  loss?: LossSpec;
  /** Default true. false takes batches in order and wraps. */
  shuffle?: boolean;
  /** 'float16' halves the memory and traffic of activations; sums, parameters and gradients stay float32. Default 'float32'. */
  activation_dtype?: 'float32' | 'float16';
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
  /**
   * Mean loss and accuracy in evaluation mode; images of the same kind as the training images. `ema`: of the averaged weights, where the
   * run keeps them (ema_decay).
   */
  evaluate(run: number, data: Pick<Data, 'images' | 'labels'>): Promise<Validation>;
  /** Logits [N, classes] in evaluation mode, row-major. */
  predict(run: number, images: Uint8Array | Float32Array): Promise<Float32Array>;
  /** Learning rate of the update that the next step belongs to. */
  learningRate(run: number): Promise<number>;
  checkpoint(): Promise<Checkpoint>;
  restore(checkpoint: Checkpoint): Promise<void>;
  /** Frees all GPU memory. */
  destroy(): void;
}

function checkData({ images, labels, shape, classes }: Data): void {
  const [N, C, H, W] = shape;
  if (images.length !== N * C * H * W) {
    throw new ModelError(`data.images has ${images.length} values, but shape [${shape.join(', ')}] needs ${N * C * H * W}`, 'data.images');
  }
  if (labels.length !== N) throw new ModelError(`data.labels has ${labels.length} entries, but shape says ${N} samples`, 'data.labels');
  if (N < 1) throw new ModelError('data is empty', 'data.shape');
  checkLabels(labels, classes, 'data.labels');
}

/** One list behind the other. @throws ModelError unless both are of a kind and hold whole samples. */
function append(data: Data, { images, labels }: Pick<Data, 'images' | 'labels'>): Pick<Data, 'images' | 'labels'> {
  const [, C, H, W] = data.shape;
  const [kind, wanted] = [images, data.images].map((list) => (list instanceof Uint8Array ? 'Uint8Array' : 'Float32Array'));
  if (kind !== wanted) throw new ModelError(`validation.images must be a ${wanted} like the training images, not a ${kind}`, 'validation.images');
  if (images.length === 0 || images.length !== labels.length * C * H * W) {
    const needs = `${labels.length} labels need ${labels.length * C * H * W}`;
    throw new ModelError(`validation.images has ${images.length} values, but ${needs}`, 'validation.images');
  }
  checkLabels(labels, data.classes, 'validation.labels');
  const size = data.images.length + images.length;
  const all = images instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  all.set(data.images);
  all.set(images, data.images.length);
  return { images: all, labels: [...Array.from(data.labels), ...Array.from(labels)] };
}

function prepare(data: Data, validation: TrainerSetup['validation']): TrainerData {
  checkData(data);
  const [N, C, H, W] = data.shape;
  const shape = [C, H, W] as const;
  const plain = { mean: new Array<number>(C).fill(0), std: new Array<number>(C).fill(1) };
  const { mean, std } = data.images instanceof Uint8Array ? standardise(data.images, shape, N) : plain;
  return { shape, ...(validation ? append(data, validation) : { images: data.images, labels: data.labels }), mean, std, train: N };
}

const RUN_KEYS = ['optimizer', 'schedule', 'seed', 'init'];

/** The gate that links go through: every argument known and in its range. Runs come back as lanes. */
function readSetup({ model, runs, batch_size, loss, activation_dtype, validation, eval_every }: TrainerSetup): { lanes: Lane[]; eval_every: number } {
  for (const [i, run] of runs.entries()) {
    const unknown = Object.keys(run).find((key) => !RUN_KEYS.includes(key));
    if (unknown) throw new ModelError(`runs.${i} has no field "${unknown}"; it takes ${RUN_KEYS.join(', ')}`, `runs.${i}.${unknown}`);
  }
  const experiment = restoreExperiment({ model, data: { type: 'files' }, batch_size, loss, activation_dtype, eval_every, runs });
  const lanes = experiment.runs.map((run, i) => makeLane(String(i), run, { model: experiment.model, seed: 0 }, `runs.${i}`));
  return { lanes, eval_every: validation ? experiment.eval_every : 0 };
}

/** @throws ModelError unless the checkpoint was made by a trainer with the same network and optimizers. */
function checkFits({ snapshots }: Checkpoint, trainer: Trainer): void {
  const fits = ({ id }: Lane): boolean => {
    const { group, l } = trainer.groupOf(id);
    const snapshot = snapshots.get(id);
    const names = group.program.plan.states[l].names;
    return snapshot?.params.length === group.compiled.params.size && names.join() === Object.keys(snapshot.state).join();
  };
  if (snapshots.size === trainer.lanes.length && trainer.lanes.every(fits)) return;
  throw new ModelError('this checkpoint is of a trainer with other runs or another network', 'checkpoint');
}

/** Throws ModelError for an impossible setup, UnavailableError without WebGPU, LimitError when it does not fit. */
export async function createTrainer(setup: TrainerSetup): Promise<DescentTrainer> {
  const { data, batch_size, loss = { type: 'CrossEntropyLoss' }, shuffle = true, activation_dtype } = setup;
  const source = prepare(data, setup.validation);
  const { lanes, eval_every } = readSetup(setup);
  const [{ info }] = lanes;
  if (info.input.join() !== source.shape.join()) {
    throw new ModelError(`the model takes ${info.input.join(' × ')} but the images are ${source.shape.join(' × ')}`, 'model.input');
  }
  if (info.output[0] !== data.classes) {
    throw new ModelError(`the last layer gives ${info.output[0]} values, but there are ${data.classes} classes`, 'model.layers');
  }
  const gpu = setup.device ? wrapDevice(setup.device) : await requestGpu();
  const release = (): void => {
    if (!setup.device) gpu.device.destroy();
  };
  const losses: number[][] = lanes.map(() => []);
  const events = {
    points: (run: string, points: readonly { loss: number }[]) => losses[Number(run)].push(...points.map((p) => p.loss)),
    validation: () => {},
    diverged: () => {},
  };
  const trainer = await Trainer.create(
    gpu,
    source,
    lanes,
    { batch_size, loss, shuffle, halves: activation_dtype === 'float16', eval_every },
    events,
  ).catch((error: unknown) => {
    release();
    throw error;
  });

  let last: Promise<unknown> = Promise.resolve();
  let destroyed = false;
  /** One call after another, whatever the caller waits for. */
  const inTurn = <T>(call: () => Promise<T> | T): Promise<T> => {
    const next = last.then(async () => {
      try {
        if (destroyed) throw new Error('this trainer was destroyed');
        return await call();
      } catch (error) {
        if (destroyed) throw new Error('this trainer was destroyed');
        throw await named(error, gpu);
      }
    });
    last = next.catch(() => {});
    return next;
  };
  const find = (run: number): { group: LaneGroup; l: number } => trainer.groupOf(known(run));
  const known = (run: number): string => {
    if (!(run in lanes)) throw new ModelError(`there is no run ${run}; there are ${lanes.length}`, 'run');
    return String(run);
  };
  return {
    step: (n) =>
      inTurn(async () => {
        if (!(Number.isSafeInteger(n) && n >= 0)) throw new RangeError(`step(n): n must be a whole number from 0, found ${n}`);
        for (const list of losses) list.length = 0;
        await trainer.train(trainer.step + n);
        return losses.map((list) => Array.from({ length: n }, (_, i) => list[i] ?? Number.NaN));
      }),
    stateDict: (run) =>
      inTurn(async () => {
        const { group, l } = find(run);
        return Object.fromEntries(await group.readTensors(l));
      }),
    loadStateDict: (run, dict) =>
      inTurn(() => {
        const { group, l } = find(run);
        loadStateDict(group, l, dict);
      }),
    evaluate: (run, { images, labels }) => inTurn(() => evaluateOn(trainer, known(run), images, labels)),
    predict: (run, images) => inTurn(() => predictOn(trainer, known(run), images)),
    learningRate: (run) =>
      inTurn(() => {
        const { group, l } = find(run);
        return rateAt(group.lanes[l], group.step);
      }),
    checkpoint: () => inTurn(async () => ({ snapshots: await trainer.snapshot() })),
    restore: (checkpoint) =>
      inTurn(() => {
        checkFits(checkpoint, trainer);
        return trainer.restore(checkpoint.snapshots);
      }),
    destroy() {
      if (destroyed) return;
      destroyed = true;
      trainer.destroy();
      release();
    },
  };
}

/** What the browser calls AbortError is, on a device that is gone, a DeviceLostError. */
async function named(error: unknown, gpu: Gpu): Promise<unknown> {
  if (!(error instanceof DOMException)) return error;
  // The news of the loss may come after its first victim.
  await Promise.race([gpu.lost, new Promise((resolve) => setTimeout(resolve, 500))]);
  return gpu.isLost() ? new DeviceLostError(`The GPU device was lost: ${await gpu.lost}. Create a new trainer and restore a checkpoint.`) : error;
}
