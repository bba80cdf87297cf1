/**
 * Named experiments. A link may say only `preset=optimizer-race`, so a preset that has been released keeps its numbers; a better one
 * gets a new id.
 */

import { DIGITS, entry, POINT, type Preset, run, sgd } from './presets/entry.ts';
import { workbench } from './presets/workbench.ts';
import { canonical } from './settings.ts';
import type { Experiment } from './types.ts';
import { cnn, lenet, mlp, resnet } from './zoo.ts';

const SHAPES = [3, 32, 32] as const;

/** 9,122 parameters: small enough for a software adapter, large enough for 99 % on the digits within 600 steps. */
const smallCnn = cnn(DIGITS, 10, { norm: true, channels: [8, 16] });
const plainCnn = cnn(DIGITS, 10, { norm: false, channels: [8, 16] });
/** A third stage: deep enough for gradients to fade without batch norm. */
const deepCnn = cnn(DIGITS, 10, { norm: true, channels: [8, 16, 32] });
const deepPlainCnn = cnn(DIGITS, 10, { norm: false, channels: [8, 16, 32] });

const byOptimizer: Preset[] = [
  entry('optimizer-race', {
    name: 'Optimizer race',
    note: 'Four optimizers, one network, the same weights and batches: who is ahead after 50 steps, and who after 500?',
    model: smallCnn,
    data: { type: 'digits' },
    runs: [
      run('SGD', sgd(0.05)),
      run('Momentum', sgd(0.05, { momentum: 0.9 })),
      run('RMSProp', { type: 'RMSprop', lr: 0.001 }),
      run('Adam', { type: 'Adam', lr: 0.001 }),
    ],
  }),
  entry('momentum-nesterov', {
    name: 'Momentum and Nesterov',
    note: 'Momentum multiplies the effective step by 1/(1 − 0.9) = 10: compare it with plain SGD at ten times the rate.',
    model: plainCnn,
    data: { type: 'digits' },
    runs: [
      run('SGD', sgd(0.01)),
      run('SGD, 10 × lr', sgd(0.1)),
      run('Momentum', sgd(0.01, { momentum: 0.9 })),
      run('Nesterov', sgd(0.01, { momentum: 0.9, nesterov: true })),
    ],
  }),
  entry('l2-adam-vs-adamw', {
    name: 'L2 in Adam against AdamW',
    note: 'The same weight_decay: L2 inside Adam is divided by the gradient’s scale and keeps it from fitting; AdamW shrinks all weights alike.',
    model: plainCnn,
    data: { type: 'digits', train_samples: 1000 },
    runs: [
      run('Adam', { type: 'Adam', lr: 0.002 }),
      run('Adam, L2 0.1', { type: 'Adam', lr: 0.002, weight_decay: 0.1 }),
      run('AdamW 0.1', { type: 'AdamW', lr: 0.002, weight_decay: 0.1 }),
    ],
  }),
  entry('learning-rate', {
    name: 'Learning rate',
    note: 'Plain SGD a factor of ten apart: too low crawls, right arrives, too high jumps about or diverges.',
    model: plainCnn,
    data: { type: 'digits' },
    runs: [run('lr 0.001', sgd(0.001)), run('lr 0.01', sgd(0.01)), run('lr 0.1', sgd(0.1)), run('lr 1', sgd(1))],
  }),
  entry('schedules', {
    name: 'Learning-rate schedules',
    note: 'One optimizer, four schedules over 600 steps: watch the loss drop with the rate, and the noise with it.',
    model: smallCnn,
    data: { type: 'digits' },
    runs: [
      run('Constant', sgd(0.05, { momentum: 0.9 })),
      run('Steps', sgd(0.05, { momentum: 0.9 }), { schedule: { type: 'StepLR', step_size: 200, gamma: 0.1 } }),
      run('Cosine', sgd(0.05, { momentum: 0.9 }), { schedule: { type: 'CosineAnnealingLR', T_max: 600 } }),
      run('Warm-up and cosine', sgd(0.05, { momentum: 0.9 }), { schedule: { type: 'CosineAnnealingLR', T_max: 550, warmup_steps: 50 } }),
    ],
  }),
];

const byNetwork: Preset[] = [
  entry('batchnorm-or-not', {
    name: 'With and without batch norm',
    note: 'Batch norm gets going at a rate at which the plain network dawdles, and stays calm at one at which it stumbles.',
    model: deepCnn,
    data: { type: 'digits' },
    runs: [
      run('Batch norm, lr 0.02', sgd(0.02)),
      run('Plain, lr 0.02', sgd(0.02), { model: deepPlainCnn }),
      run('Batch norm, lr 0.3', sgd(0.3)),
      run('Plain, lr 0.3', sgd(0.3), { model: deepPlainCnn }),
    ],
  }),
  entry('initialisation', {
    name: 'Initial weights',
    note: 'Zeros let no gradient through: the loss stays at ln 10 = 2.30 for ever. Weights that are too small stay there for long.',
    model: plainCnn,
    data: { type: 'digits' },
    runs: [
      run('Zeros', sgd(0.05), { init: { type: 'zeros' } }),
      run('Too small', sgd(0.05), { init: { type: 'xavier_normal', gain: 0.1 } }),
      run('PyTorch’s default', sgd(0.05)),
      run('Kaiming normal', sgd(0.05), { init: { type: 'kaiming_normal' } }),
    ],
  }),
  entry('lenet-5', {
    name: 'LeNet-5',
    note: 'The network of 1998 under optimizers of 1951, 1964 and 2014.',
    model: lenet(DIGITS, 10),
    data: { type: 'digits' },
    runs: [run('SGD', sgd(0.05)), run('Momentum', sgd(0.05, { momentum: 0.9 })), run('Adam', { type: 'Adam', lr: 0.001 })],
  }),
  entry('shapes-race', {
    name: 'Colour shapes with a ResNet',
    note: 'A residual network on colour pictures, as one would train on CIFAR-10: harder data tell the optimizers apart.',
    model: resnet(SHAPES, 10, 1, 8),
    data: { type: 'shapes' },
    runs: [
      run('Momentum', sgd(0.05, { momentum: 0.9, weight_decay: 5e-4 })),
      run('RMSProp', { type: 'RMSprop', lr: 0.001 }),
      run('AdamW', { type: 'AdamW', lr: 0.003 }),
    ],
  }),
];

const byPoints: Preset[] = [
  entry('spiral-mlp', {
    name: 'Two spirals',
    note: 'Two numbers in, two hidden layers: momentum and adaptive steps find the spiral long before plain SGD.',
    model: mlp(POINT, 2, [32, 32]),
    data: { type: 'spirals', samples: 2000, noise: 0.05 },
    runs: [
      run('SGD', sgd(0.1)),
      run('Momentum', sgd(0.1, { momentum: 0.9 })),
      run('AdaGrad', { type: 'Adagrad', lr: 0.05 }),
      run('RMSProp', { type: 'RMSprop', lr: 0.005 }),
      run('Adam', { type: 'Adam', lr: 0.01 }),
    ],
    eval_every: 50,
  }),
  entry('xor-hidden-layer', {
    name: 'XOR needs a hidden layer',
    note: 'A linear classifier can only guess: its loss stays at ln 2 = 0.69. Four hidden units are enough.',
    model: mlp(POINT, 2, [4]),
    data: { type: 'xor' },
    runs: [
      run('Linear', { type: 'Adam', lr: 0.02 }, { model: mlp(POINT, 2, []) }),
      run('4 hidden units', { type: 'Adam', lr: 0.02 }),
      run('16 hidden units', { type: 'Adam', lr: 0.02 }, { model: mlp(POINT, 2, [16]) }),
    ],
  }),
];

/** In the order of the menu; the first is what a visitor without a link sees. */
export const presetGroups: readonly { title: string; presets: readonly Preset[] }[] = [
  { title: 'Optimizers', presets: byOptimizer },
  { title: 'What each optimizer does', presets: workbench },
  { title: 'Networks', presets: byNetwork },
  { title: 'Points of the plane', presets: byPoints },
];

export const presets: readonly Preset[] = presetGroups.flatMap((group) => group.presets);

const byId = new Map(presets.map((item) => [item.id, item]));

/** What a claim rests on; looks and names do not count. */
const basis = ({ runs, model, data, batch_size }: Experiment): string =>
  canonical({ model, data, batch_size, runs: runs.map(({ name: _, color: __, hidden: ___, ...rest }) => rest) });

/** Whether an experiment is no longer the one that its note speaks of. Of a note that is no preset's, nothing is known. */
export function isChanged(experiment: Experiment): boolean {
  const origin = presets.find((item) => item.experiment.note === experiment.note)?.experiment;
  return origin !== undefined && origin !== experiment && basis(origin) !== basis(experiment);
}

/** The preset with that id, or undefined. */
export const preset = (id: string): Preset | undefined => byId.get(id);
