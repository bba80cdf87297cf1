import type { OptimizerDefinition } from './definition.ts';
import { epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: square_avg, acc_delta. */
export const Adadelta: OptimizerDefinition = {
  type: 'Adadelta',
  label: 'AdaDelta',
  summary: 'Scales the gradient by the size of its own past steps: it finds its pace without a learning rate, but starts slowly.',
  formula:
    'G \\leftarrow \\rho G + (1 - \\rho)\\, g^2, \\quad d = \\frac{\\sqrt{D + \\epsilon}}{\\sqrt{G + \\epsilon}}\\, g, \\quad D \\leftarrow \\rho D + (1 - \\rho)\\, d^2, \\quad w \\leftarrow w - \\eta\\, d',
  source: PYTORCH('Adadelta'),
  fields: [
    learningRate(1),
    {
      name: 'rho',
      kind: 'float',
      default: 0.9,
      min: 0,
      max: 1,
      exclusiveMax: true,
      slider: [0.5, 0.999],
      help: 'Decay of both running means of squares.',
    },
    { ...epsilon(1e-6), help: 'Stands inside both roots; the first steps are about its root long.' },
    weightDecay(0),
  ],
  states: () => 2,
};
