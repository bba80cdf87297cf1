import { flag, num } from '../fields.ts';
import type { OptimizerDefinition } from './definition.ts';
import { epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: square_avg, and momentum_buffer with momentum, grad_avg when centered. */
export const RMSprop: OptimizerDefinition = {
  type: 'RMSprop',
  label: 'RMSProp',
  summary: 'Divides by a running root mean square of the gradient: every weight moves at its own scale.',
  formula:
    'G \\leftarrow \\alpha G + (1 - \\alpha)\\, g^2, \\quad w \\leftarrow w - \\eta\\, \\frac{g}{\\sqrt{G} + \\epsilon} \\quad (\\text{or } \\sqrt{G + \\epsilon})',
  source: PYTORCH('RMSprop'),
  fields: [
    learningRate(0.01),
    {
      name: 'alpha',
      kind: 'float',
      default: 0.99,
      min: 0,
      max: 1,
      exclusiveMax: true,
      slider: [0.5, 0.999],
      help: 'Decay of the running mean of squares.',
    },
    epsilon(1e-8),
    weightDecay(0),
    { name: 'momentum', kind: 'float', default: 0, min: 0, max: 1, slider: [0, 0.99], help: 'Share of the last scaled step that is kept.' },
    { name: 'centered', kind: 'bool', default: false, advanced: true, help: 'Subtracts the squared mean, so that the root is a standard deviation.' },
    {
      // Not PyTorch's, which adds it to the root.
      name: 'eps_inside_root',
      kind: 'bool',
      default: false,
      advanced: true,
      help: 'Adds eps to the mean of squares instead of to its root: the same eps then counts as its own root.',
    },
  ],
  states: (args) => 1 + (num(args, 'momentum') > 0 ? 1 : 0) + (flag(args, 'centered') ? 1 : 0),
};
