import { num } from '../fields.ts';
import { formatNumber, formatShape } from '../format.ts';
import type { LayerDefinition } from '../types.ts';
import { ModelError } from '../types.ts';
import { PYTORCH } from './shapes.ts';

/** Input of any shape, output [F] with F the product, row-major. */
export const Flatten: LayerDefinition = {
  type: 'Flatten',
  label: 'Flatten',
  summary: 'Lays channels, rows and columns out in one row, as a linear layer needs them.',
  formula: 'y_{(c H + i) W + j} = x_{c,i,j}',
  source: PYTORCH('Flatten'),
  group: 'structure',
  arity: 1,
  fields: [],
  shape: (_args, inputs) => [inputs[0]!.reduce((product, size) => product * size, 1)],
};

/** Any shape in, the same out. Identity in evaluation. */
export const Dropout: LayerDefinition = {
  type: 'Dropout',
  label: 'Dropout',
  summary: 'Silences a random share of the values in training and scales the rest up; does nothing in validation.',
  formula: 'y = \\frac{m \\odot x}{1 - p}, \\quad m \\sim \\mathrm{Bernoulli}(1 - p)',
  source: PYTORCH('Dropout'),
  group: 'regularisation',
  arity: 1,
  fields: [
    { name: 'p', kind: 'float', default: 0.5, min: 0, max: 1, exclusiveMax: true, slider: [0, 0.9], help: 'Probability of a value to be silenced.' },
  ],
  shape: (_args, inputs) => [...inputs[0]!],
  describe: (args) => `p ${formatNumber(num(args, 'p'))}`,
};

/** Two equal shapes in, the same out. */
export const Add: LayerDefinition = {
  type: 'Add',
  label: 'Add',
  summary: 'Sums two branches element by element: a residual connection.',
  formula: 'y = x_1 + x_2',
  source: { title: 'He et al., Deep Residual Learning for Image Recognition', url: 'https://arxiv.org/abs/1512.03385' },
  group: 'structure',
  arity: 2,
  fields: [],
  shape: (_args, [a, b]) => {
    const equal = a!.length === b!.length && a!.every((size, axis) => size === b![axis]);
    if (!equal) throw new ModelError(`Add needs two inputs of the same shape, gets ${formatShape(a!)} and ${formatShape(b!)}`, 'inputs');
    return [...a!];
  },
};
