import { num } from '../fields.ts';
import { formatNumber } from '../format.ts';
import type { Args, Field, LayerDefinition } from '../types.ts';
import { flat, image, normalisationParams, PYTORCH } from './shapes.ts';

const FIELDS: readonly Field[] = [
  {
    name: 'num_features',
    kind: 'int',
    default: 1,
    min: 1,
    max: 2 ** 26,
    inferred: true,
    help: 'Channels or features of the input; read from the layer before.',
  },
  {
    name: 'eps',
    kind: 'float',
    default: 1e-5,
    min: 1e-12,
    max: 1,
    slider: [1e-8, 1e-1],
    scale: 'log',
    advanced: true,
    help: 'Added to the variance so that a constant channel does not divide by zero.',
  },
  {
    name: 'momentum',
    kind: 'float',
    default: 0.1,
    min: 0,
    max: 1,
    advanced: true,
    help: 'Share of the newest batch in the running mean and variance used for validation.',
  },
];

const describe = (args: Args): string =>
  [
    num(args, 'eps') === 1e-5 ? '' : `eps ${formatNumber(num(args, 'eps'))}`,
    num(args, 'momentum') === 0.1 ? '' : `momentum ${formatNumber(num(args, 'momentum'))}`,
  ]
    .filter(Boolean)
    .join(', ');

const SHARED = {
  formula: 'y = \\gamma\\, \\frac{x - \\mathrm{E}[x]}{\\sqrt{\\mathrm{Var}[x] + \\epsilon}} + \\beta',
  group: 'normalisation',
  arity: 1,
  fields: FIELDS,
  params: (_args, inputs) => normalisationParams(inputs[0]![0]!),
  describe,
} satisfies Partial<LayerDefinition>;

/** Input and output [C, H, W]; statistics over batch, height and width (biased variance to normalise, unbiased in running_var). */
export const BatchNorm2d: LayerDefinition = {
  ...SHARED,
  type: 'BatchNorm2d',
  label: 'Batch norm',
  summary: 'Centres and scales each channel by the statistics of the batch; running statistics serve validation.',
  source: PYTORCH('BatchNorm2d'),
  infer: (inputs) => ({ num_features: image('BatchNorm2d', inputs[0]!)[0] }),
  shape: (_args, inputs) => [...image('BatchNorm2d', inputs[0]!)],
};

/** Input and output [F]; statistics over the batch. */
export const BatchNorm1d: LayerDefinition = {
  ...SHARED,
  type: 'BatchNorm1d',
  label: 'Batch norm (flat)',
  summary: 'Centres and scales each feature by the statistics of the batch; running statistics serve validation.',
  source: PYTORCH('BatchNorm1d'),
  infer: (inputs) => ({ num_features: flat('BatchNorm1d', inputs[0]!) }),
  shape: (_args, inputs) => [flat('BatchNorm1d', inputs[0]!)],
};
