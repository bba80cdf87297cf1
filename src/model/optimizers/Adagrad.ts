import type { OptimizerDefinition } from './definition.ts';
import { epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: sum (of squared gradients). */
export const Adagrad: OptimizerDefinition = {
  type: 'Adagrad',
  label: 'AdaGrad',
  summary: 'Divides by the root of all squared gradients so far: steps only ever shrink.',
  formula:
    'G \\leftarrow G + g^2, \\quad w \\leftarrow w - \\frac{\\eta}{1 + (t - 1)\\,\\mathrm{lr\\_decay}} \\cdot \\frac{g}{\\sqrt{G} + \\epsilon}',
  source: PYTORCH('Adagrad'),
  fields: [
    learningRate(0.01),
    {
      name: 'lr_decay',
      kind: 'float',
      default: 0,
      min: 0,
      max: 100,
      slider: [0, 0.1],
      advanced: true,
      help: 'Divides lr by 1 + (t − 1) · lr_decay at step t.',
    },
    weightDecay(0),
    {
      name: 'initial_accumulator_value',
      kind: 'float',
      default: 0,
      min: 0,
      max: 1e6,
      slider: [0, 1],
      advanced: true,
      help: 'Where the sum of squares starts; above 0 it tames the first steps.',
    },
    epsilon(1e-10),
  ],
  states: () => 1,
};
