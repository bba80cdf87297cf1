/** What a visitor can train on. The samples themselves are made in src/data; here are their names, sizes and arguments. */

import { num, place, resolve, table } from './fields.ts';
import type { Args, DataSpec, Definition, Field } from './types.ts';

export interface DatasetDefinition extends Definition {
  /** [C, H, W] of a sample; undefined when only the files will tell. */
  input: readonly [number, number, number] | undefined;
  /** Names of the classes, in the order of the labels; undefined when only the files will tell. */
  classes(args: Args): readonly string[] | undefined;
  /** Samples for training and for validation; undefined when only the files will tell. */
  split(args: Args): { train: number; val: number } | undefined;
  /** Bytes of a stored value: 1 for pictures, 4 for coordinates. */
  bytes: 1 | 4;
}

const pictures: readonly Field[] = [
  {
    name: 'train_samples',
    kind: 'int',
    default: 8000,
    min: 1,
    max: 60_000,
    slider: [100, 20_000],
    scale: 'log',
    help: 'Samples to train on; fewer are easier to learn by heart.',
  },
  {
    name: 'val_samples',
    kind: 'int',
    default: 1000,
    min: 1,
    max: 10_000,
    slider: [100, 5000],
    scale: 'log',
    help: 'Samples that the network never trains on.',
  },
  { name: 'difficulty', kind: 'float', default: 0.5, min: 0, max: 1, help: 'How far samples stray: 0 tidy, 1 wild.' },
];

const points: readonly Field[] = [
  {
    name: 'samples',
    kind: 'int',
    default: 1000,
    min: 10,
    max: 60_000,
    slider: [50, 5000],
    scale: 'log',
    help: 'Points; four fifths are for training, the rest for validation.',
  },
  {
    name: 'noise',
    kind: 'float',
    default: 0.1,
    min: 0,
    max: 2,
    slider: [0, 0.5],
    help: 'Standard deviation of the scatter; neighbouring classes lie half a unit apart.',
  },
];

const splitPictures = (args: Args) => ({ train: num(args, 'train_samples'), val: num(args, 'val_samples') });

function splitPoints(args: Args): { train: number; val: number } {
  const train = Math.floor(num(args, 'samples') * 0.8);
  return { train, val: num(args, 'samples') - train };
}

const OURS = { title: 'Generated in the page', url: 'https://en.wikipedia.org/wiki/Synthetic_data' };
const PLAYGROUND = { title: 'TensorFlow playground', url: 'https://playground.tensorflow.org' };
const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const SHAPES = ['circle', 'square', 'triangle', 'star', 'cross', 'ring', 'heart', 'arrow', 'crescent', 'hexagon'];
const ARMS = ['first arm', 'second arm', 'third arm'];

const digits: DatasetDefinition = {
  type: 'digits',
  label: 'Digits',
  summary: 'Digits that look handwritten, 28 × 28 grey, drawn in the page.',
  formula: '',
  source: OURS,
  fields: pictures,
  input: [1, 28, 28],
  classes: () => DIGITS,
  split: splitPictures,
  bytes: 1,
};

const shapes: DatasetDefinition = {
  type: 'shapes',
  label: 'Colour shapes',
  summary: 'Coloured shapes on busy grounds, 32 × 32, drawn in the page.',
  formula: '',
  source: OURS,
  fields: pictures,
  input: [3, 32, 32],
  classes: () => SHAPES,
  split: splitPictures,
  bytes: 1,
};

const spirals: DatasetDefinition = {
  type: 'spirals',
  label: 'Spirals',
  summary: 'Points on arms that wind round each other: no straight line separates them.',
  formula: 'r = t, \\quad \\varphi = 2\\pi \\left(n t + k / K\\right)',
  source: PLAYGROUND,
  fields: [
    ...points,
    { name: 'turns', kind: 'float', default: 1.5, min: 0.25, max: 4, help: 'Full turns of an arm from the centre to its end.' },
    { name: 'arms', kind: 'int', default: 2, min: 2, max: 3, help: 'Number of arms, which is the number of classes.' },
  ],
  input: [2, 1, 1],
  classes: (args) => ARMS.slice(0, num(args, 'arms')),
  split: splitPoints,
  bytes: 4,
};

const circles: DatasetDefinition = {
  type: 'circles',
  label: 'Circles',
  summary: 'A ring inside a ring.',
  formula: 'y = [x_1^2 + x_2^2 > r^2]',
  source: PLAYGROUND,
  fields: points,
  input: [2, 1, 1],
  classes: () => ['inner', 'outer'],
  split: splitPoints,
  bytes: 4,
};

const xor: DatasetDefinition = {
  type: 'xor',
  label: 'XOR',
  summary: 'Four quadrants, two classes: opposite quadrants belong together.',
  formula: 'y = [x_1 x_2 < 0]',
  source: PLAYGROUND,
  fields: points,
  input: [2, 1, 1],
  classes: () => ['same sign', 'different sign'],
  split: splitPoints,
  bytes: 4,
};

const files: DatasetDefinition = {
  type: 'files',
  label: 'Your files',
  summary: 'Files dropped onto the page (MNIST, CIFAR-10, pictures). A link names them but cannot carry them.',
  formula: '',
  source: { title: 'The MNIST database', url: 'https://yann.lecun.com/exdb/mnist/' },
  fields: [{ name: 'name', kind: 'text', default: '', max: 80, help: 'What the files are called.' }],
  input: undefined,
  classes: () => undefined,
  split: () => undefined,
  bytes: 1,
};

export const datasets: Readonly<Record<string, DatasetDefinition>> = table({ digits, shapes, spirals, circles, xor, files });

export interface DataInfo {
  args: Args;
  /** [C, H, W]; undefined for files. */
  input: readonly [number, number, number] | undefined;
  /** Undefined for files. */
  classes: readonly string[] | undefined;
  /** Samples for training and for validation; undefined for files. */
  split: { train: number; val: number } | undefined;
}

/** Complete arguments, sample shape and class names. @throws ModelError with the path of the field. */
export function resolveData(spec: DataSpec, path = 'data'): DataInfo {
  const { definition, args } = resolve(datasets, spec, place(path), 'data set');
  return { args, input: definition.input, classes: definition.classes(args), split: definition.split(args) };
}
