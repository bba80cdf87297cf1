/** Element-wise layers: any shape in, the same shape out, nothing learned. */

import { num } from '../fields.ts';
import { formatNumber } from '../format.ts';
import type { Args, Field, LayerDefinition } from '../types.ts';
import { PYTORCH } from './shapes.ts';

function activation(
  type: string,
  summary: string,
  formula: string,
  fields: readonly Field[] = [],
  describe: (args: Args) => string = () => '',
): LayerDefinition {
  return {
    type,
    label: type,
    summary,
    formula,
    source: PYTORCH(type),
    group: 'activation',
    arity: 1,
    fields,
    shape: (_args, inputs) => [...inputs[0]!],
    describe,
  };
}

export const ReLU = activation('ReLU', 'Keeps what is positive, zero otherwise.', 'y = \\max(0, x)');

export const LeakyReLU = activation(
  'LeakyReLU',
  'ReLU that lets a little of the negative side through, so that no unit dies.',
  'y = \\max(0, x) + a \\min(0, x)',
  [{ name: 'negative_slope', kind: 'float', default: 0.01, min: 0, max: 1, help: 'Slope a on the negative side.' }],
  (args) => `slope ${formatNumber(num(args, 'negative_slope'))}`,
);

export const Sigmoid = activation('Sigmoid', 'Squeezes to 0 … 1; its slope is at most 1/4.', 'y = \\frac{1}{1 + e^{-x}}');

export const Tanh = activation('Tanh', 'Squeezes to −1 … 1, centred on zero.', 'y = \\tanh x');

export const SiLU = activation('SiLU', 'x times its sigmoid (Swish): smooth, not monotonic.', 'y = \\frac{x}{1 + e^{-x}}');

export const GELU = activation(
  'GELU',
  'x times the probability that a normal variable lies below it.',
  'y = x\\, \\Phi(x)',
  [
    {
      name: 'approximate',
      kind: 'enum',
      default: 'none',
      options: ['none', 'tanh'],
      advanced: true,
      help: 'Exact (erf) or the tanh formula of the original paper.',
    },
  ],
  (args) => (args.approximate === 'tanh' ? 'tanh form' : ''),
);
