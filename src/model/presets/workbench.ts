/** One experiment a claim: what each optimizer does, as it can be watched. tests/gpu/claims.test.ts holds every note to the engine. */
import type { InitSpec, OptimizerSpec, RunSpec } from '../types.ts';
import { cnn, mlp } from '../zoo.ts';
import { DIGITS, entry, POINT, type Preset, run, sgd } from './entry.ts';

const smallCnn = cnn(DIGITS, 10, { norm: true, channels: [8, 16] });
/** A step costs next to nothing, on a software adapter too. */
const spiralNet = mlp(POINT, 2, [32, 32]);
const spirals = (noise: number) => ({ type: 'spirals', samples: 2000, noise });

/** Far from the bottom of the bowl. */
const far: { init: InitSpec } = { init: { type: 'xavier_normal', gain: 5 } };

/** Twenty times slower after 100 steps. */
const drop = { schedule: { type: 'StepLR', step_size: 100, gamma: 0.05 } };

/** Every optimizer under every seed; the seeds of one share its colour. */
const seeds = (optimizers: readonly [name: string, optimizer: OptimizerSpec][], count: number): RunSpec[] =>
  optimizers.flatMap(([name, optimizer], color) =>
    Array.from({ length: count }, (_, i) => run(`${name} · seed ${i + 1}`, optimizer, { seed: i + 1, color })),
  );

export const workbench: readonly Preset[] = [
  entry('five-seeds', {
    name: 'Five seeds of four optimizers',
    note: 'Momentum beats RMSProp with some seeds and loses with others: one seed may be luck. Open Verdict after 300 steps: which lead is larger than the noise?',
    model: spiralNet,
    data: spirals(0.05),
    runs: seeds(
      [
        ['SGD', sgd(0.1)],
        ['Momentum', sgd(0.1, { momentum: 0.9 })],
        ['RMSProp', { type: 'RMSprop', lr: 0.005 }],
        ['Adam', { type: 'Adam', lr: 0.01 }],
      ],
      5,
    ),
    eval_every: 50,
  }),
  entry('sweep-sgd-adam', {
    name: 'Learning rates of SGD and Adam',
    note: 'Four rates, a factor of ten apart: SGD does best at 1, where Adam fails; Adam does best at 0.1, and well at 0.01, where SGD has not moved.',
    model: spiralNet,
    data: spirals(0.05),
    runs: [0.001, 0.01, 0.1, 1].flatMap((lr) => [run(`SGD, lr ${lr}`, sgd(lr)), run(`Adam, lr ${lr}`, { type: 'Adam', lr })]),
    eval_every: 50,
  }),
  entry('adagrad-stops', {
    name: 'AdaGrad stops',
    note: 'On noisy points gradients never die down. AdaGrad divides by the root of all squares it has ever seen, so its update ratio falls and falls; RMSProp forgets.',
    model: spiralNet,
    data: spirals(0.3),
    runs: [run('AdaGrad', { type: 'Adagrad', lr: 0.05 }), run('RMSProp', { type: 'RMSprop', lr: 0.005 })],
    eval_every: 50,
  }),
  entry('bias-correction', {
    name: 'Why Adam corrects its bias',
    note: 'Adam’s means start at zero. Uncorrected, its first steps are three to six times as long: the loss shoots up before it falls. Watch the first 50 steps.',
    model: smallCnn,
    data: { type: 'digits' },
    runs: [run('Adam', { type: 'Adam', lr: 0.01 }), run('Without correction', { type: 'Adam', lr: 0.01, bias_correction: false })],
  }),
  entry('nesterov-brakes', {
    name: 'Nesterov brakes',
    note: 'A linear classifier on XOR has a bowl for a loss. Momentum swings through its bottom for 150 steps; Nesterov looks ahead, brakes, and lies still after 60.',
    model: mlp(POINT, 2, []),
    data: { type: 'xor', samples: 1000 },
    runs: [run('Momentum', sgd(0.3, { momentum: 0.97 }), far), run('Nesterov', sgd(0.3, { momentum: 0.97, nesterov: true }), far)],
    // All samples in every batch: no noise.
    batch_size: 800,
  }),
  entry('momentum-forms', {
    name: 'Three forms of momentum',
    note: 'One curve until the rate drops at step 100: there PyTorch’s form and the mean of gradients brake at once, while a velocity coasts on. Watch the update ratio.',
    model: spiralNet,
    data: spirals(0.05),
    runs: [
      run('PyTorch’s', sgd(0.05, { momentum: 0.95 }), drop),
      // lr / (1 − momentum): as long a step.
      run('Mean of gradients', { ...sgd(1, { momentum: 0.95 }), form: 'ema' }, drop),
      run('Velocity', { ...sgd(0.05, { momentum: 0.95 }), form: 'velocity' }, drop),
    ],
  }),
  entry('muon-vs-adamw', {
    name: 'Muon against AdamW',
    note: 'Muon moves the hidden matrices along all their directions alike and leaves the ends to AdamW. By step 150 it is far ahead of AdamW at any of three rates.',
    model: mlp(POINT, 2, [64, 64, 64]),
    data: spirals(0.05),
    runs: [
      run('Muon', { type: 'Muon', lr: 0.1, adamw_lr: 0.003 }),
      run('AdamW, lr 0.003', { type: 'AdamW', lr: 0.003 }),
      run('AdamW, lr 0.01', { type: 'AdamW', lr: 0.01 }),
      run('AdamW, lr 0.03', { type: 'AdamW', lr: 0.03 }),
    ],
  }),
  entry('one-cycle', {
    name: 'One cycle against a constant rate',
    note: 'Small noisy batches. Constant, a rate of 0.4 learns nothing; as the peak of one cycle it ends ahead of the others at step 600. Watch lr and loss.',
    model: spiralNet,
    data: spirals(0.15),
    runs: [
      run('Constant 0.05', sgd(0.05, { momentum: 0.9 })),
      run('Constant 0.1', sgd(0.1, { momentum: 0.9 })),
      run('Constant 0.4', sgd(0.4, { momentum: 0.9 })),
      run('One cycle to 0.4', sgd(0.4, { momentum: 0.9 }), { schedule: { type: 'OneCycleLR', max_lr: 0.4, total_steps: 600 } }),
    ],
    batch_size: 16,
  }),
  entry('adaptive-family', {
    name: 'Adaptive family',
    note: 'Steps of their own for every weight. Lion’s are all of one length; RAdam warms itself up and trails at first; AdaDelta needs no tuned lr. Watch the update ratio.',
    model: spiralNet,
    data: spirals(0.05),
    runs: [
      run('AdaGrad', { type: 'Adagrad', lr: 0.02 }),
      run('RMSProp', { type: 'RMSprop', lr: 0.005 }),
      run('AdaDelta', { type: 'Adadelta', lr: 1 }),
      run('Adam', { type: 'Adam', lr: 0.005 }),
      run('Adamax', { type: 'Adamax', lr: 0.01 }),
      run('NAdam', { type: 'NAdam', lr: 0.005 }),
      run('RAdam', { type: 'RAdam', lr: 0.005 }),
      run('Lion', { type: 'Lion', lr: 0.001 }),
    ],
    eval_every: 50,
  }),
];
