/** Small nets, small data and bitwise comparison for tests that train. */

import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { createTrainer, type Data, type StateDict, type TrainerSetup } from '../../src/index.ts';
import { random } from '../../src/model/random.ts';
import type { ModelSpec, OptimizerSpec, RunSpec } from '../../src/model/types.ts';
import type { Divergence, Evaluation, LaneSnapshot, StepPoint } from '../../src/train/group.ts';
import { type Lane, makeLane } from '../../src/train/lane.ts';
import { Trainer, type TrainerData, type TrainerOptions } from '../../src/train/trainer.ts';

/** Every kind of kernel that can mix lanes up: convolution, batch norm, pooling, dropout, linear. */
export const smallNet: ModelSpec = {
  input: [2, 8, 8],
  layers: [
    { id: 'conv1', type: 'Conv2d', out_channels: 5, kernel_size: 3, padding: 1, bias: false },
    { id: 'bn1', type: 'BatchNorm2d' },
    { id: 'relu1', type: 'ReLU' },
    { id: 'pool1', type: 'MaxPool2d', kernel_size: 2 },
    { id: 'drop', type: 'Dropout', p: 0.3 },
    { id: 'conv2', type: 'Conv2d', out_channels: 6, kernel_size: 3 },
    { id: 'relu2', type: 'ReLU' },
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc', type: 'Linear', out_features: 4 },
  ],
};

/** Four classes: a bright quadrant in noise. */
export function smallData(N = 40, seed = 3): Data & { images: Uint8Array } {
  const r = random(seed);
  const labels = Uint8Array.from({ length: N }, () => r.below(4));
  const images = new Uint8Array(N * 128);
  for (let i = 0; i < images.length; i++) {
    const [sample, y, x] = [Math.floor(i / 128), Math.floor(i / 8) % 8, i % 8];
    const bright = labels[sample] === (y < 4 ? 0 : 2) + (x < 4 ? 0 : 1);
    images[i] = r.below(150) + (bright ? 90 : 0);
  }
  return { images, labels, shape: [N, 2, 8, 8], classes: 4 };
}

/** One of each family of kernels. */
export const fourOptimizers: readonly OptimizerSpec[] = [
  { type: 'SGD', lr: 0.05, momentum: 0.9, weight_decay: 1e-3 },
  { type: 'RMSprop', lr: 0.002, centered: true, momentum: 0.5 },
  { type: 'Adam', lr: 0.003, amsgrad: true },
  { type: 'Adagrad', lr: 0.02 },
];

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);
const bitsOf = (value: number): number => {
  float[0] = value;
  return word[0];
};

/** Null, or the first place where two lists of float32 numbers differ in a bit. */
export function bitwise(label: string, actual: ArrayLike<number>, expected: ArrayLike<number>): string | null {
  if (actual.length !== expected.length) return `${label}: ${actual.length} values, want ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    if (bitsOf(actual[i]) !== bitsOf(expected[i])) return `${label}: value ${i} of ${expected.length} is ${actual[i]}, want ${expected[i]}`;
  }
  return null;
}

/** All differences between two sets of named arrays. */
export function bitwiseAll(
  label: string,
  actual: Readonly<Record<string, ArrayLike<number>>>,
  expected: Readonly<Record<string, ArrayLike<number>>>,
): string[] {
  const names = [...new Set([...Object.keys(actual), ...Object.keys(expected)])];
  return names.flatMap((name) => bitwise(`${label} ${name}`, actual[name] ?? [], expected[name] ?? []) ?? []);
}

/** A snapshot's arrays by name. */
export const arraysOf = (s: LaneSnapshot): Record<string, ArrayLike<number>> => ({
  params: s.params,
  buffers: s.buffers,
  bad: [s.bad],
  step: [s.step],
  frozen: [s.frozen ?? -1],
  plateau: s.plateau ? [s.plateau.base_lr, s.plateau.lr, s.plateau.best, s.plateau.num_bad_epochs, s.plateau.cooldown_counter] : [],
  ...Object.fromEntries(Object.entries(s.state).map(([name, a]) => [`state.${name}`, a])),
});

/** Everything that a run leaves behind. */
export interface Outcome {
  losses: number[];
  dict: StateDict;
  snapshot: LaneSnapshot;
}

/** Trains with the library and gives back each run's outcome. */
export async function outcomes(setup: TrainerSetup, steps: number): Promise<Outcome[]> {
  const trainer = await createTrainer(setup);
  const losses = await trainer.step(steps);
  const { snapshots } = await trainer.checkpoint();
  const all: Outcome[] = [];
  for (const [r, list] of losses.entries())
    all.push({ losses: list, dict: await trainer.stateDict(r), snapshot: snapshots.get(String(r)) as LaneSnapshot });
  trainer.destroy();
  return all;
}

/** Sentences about every bit in which two runs differ. */
export function differences(label: string, actual: Outcome, expected: Outcome): string[] {
  return [
    ...[bitwise(`${label} losses`, actual.losses, expected.losses) ?? []].flat(),
    ...bitwiseAll(`${label} state dict`, actual.dict, expected.dict),
    ...bitwiseAll(`${label} checkpoint`, arraysOf(actual.snapshot), arraysOf(expected.snapshot)),
  ];
}

/** What a trainer told, by run. */
export interface Recorded {
  points: Record<string, StepPoint[]>;
  validation: Record<string, { step: number; evaluation: Evaluation }[]>;
  diverged: Record<string, Divergence>;
}

export interface Harness {
  trainer: Trainer;
  told: Recorded;
}

export const lane = (id: string, optimizer: OptimizerSpec, more: Partial<RunSpec> = {}, model: ModelSpec = smallNet): Lane =>
  makeLane(id, { name: id, optimizer, ...more }, { model, seed: 5 });

export const trainerData = (data: Data, train = data.shape[0]): TrainerData => {
  const [, C, H, W] = data.shape;
  const [mean, std] = data.images instanceof Uint8Array ? [0.4, 0.25] : [0, 1];
  return {
    shape: [C, H, W],
    images: data.images,
    labels: data.labels,
    train,
    mean: new Array<number>(C).fill(mean),
    std: new Array<number>(C).fill(std),
  };
};

/** A trainer whose events are recorded. */
export async function harness(gpu: Gpu, lanes: Lane[], data: TrainerData, options: Partial<TrainerOptions> = {}): Promise<Harness> {
  const told: Recorded = { points: {}, validation: {}, diverged: {} };
  const trainer = await Trainer.create(
    gpu,
    data,
    lanes,
    { batch_size: 8, loss: { type: 'CrossEntropyLoss' }, shuffle: true, eval_every: 0, ...options },
    {
      points: (run, points) => (told.points[run] ??= []).push(...points),
      validation: (run, step, evaluation) => (told.validation[run] ??= []).push({ step, evaluation }),
      diverged: (run, divergence) => {
        told.diverged[run] = divergence;
      },
    },
  );
  return { trainer, told };
}

export const lossesOf = ({ told }: Harness, run: string): number[] => (told.points[run] ?? []).map((p) => p.loss);

/** The first two of the four on the small network. */
export const smallRace = (data: Data): TrainerSetup => ({
  model: smallNet,
  runs: fourOptimizers.slice(0, 2).map((optimizer) => ({ optimizer })),
  data,
  batch_size: 8,
});

/** Bits in which the runs of two trainers differ. */
export async function compareRuns(actual: Harness, expected: Harness, ids: readonly string[]): Promise<string[]> {
  const [a, b] = [await actual.trainer.snapshot(), await expected.trainer.snapshot()];
  return ids.flatMap((id) => [
    ...[bitwise(`${id} losses`, lossesOf(actual, id), lossesOf(expected, id)) ?? []].flat(),
    ...bitwiseAll(id, arraysOf(a.get(id) as LaneSnapshot), arraysOf(b.get(id) as LaneSnapshot)),
  ]);
}

let shared: Promise<Gpu> | undefined;

/** One device for all tests of a file, so that pipelines are compiled once. */
export const sharedGpu = (): Promise<Gpu> => (shared ??= requestGpu());
