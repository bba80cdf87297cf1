import { flag, num } from '../fields.ts';
import type { OptimizerDefinition } from './definition.ts';
import { learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: momentum_buffer, or velocity where the step itself is kept. */
export const SGD: OptimizerDefinition = {
  type: 'SGD',
  label: 'SGD',
  summary: 'Steps down the gradient; with momentum it keeps rolling in the direction it had.',
  formula:
    'v \\leftarrow \\mu v + (1 - \\tau)\\, g, \\quad w \\leftarrow w - \\eta\\, v \\quad (\\text{Nesterov: } w \\leftarrow w - \\eta\\,(g + \\mu v); \\quad \\text{velocity: } v^+ = \\mu v - \\eta\\, g, \\; w \\leftarrow w + v^+, \\text{ Nesterov: } w \\leftarrow w - \\mu v + (1 + \\mu)\\, v^+)',
  source: PYTORCH('SGD'),
  fields: [
    learningRate(0.01),
    {
      name: 'momentum',
      kind: 'float',
      default: 0,
      min: 0,
      max: 1,
      slider: [0, 0.99],
      help: 'Share of the last step that is kept; 0.9 is usual, 0 is plain SGD.',
    },
    {
      name: 'dampening',
      kind: 'float',
      default: 0,
      min: 0,
      max: 1,
      advanced: true,
      help: 'Weakens the new gradient in the momentum by 1 − dampening.',
    },
    {
      name: 'nesterov',
      kind: 'bool',
      default: false,
      help: 'Looks ahead: uses the gradient plus the momentum after it. Needs momentum and no dampening.',
    },
    {
      // PyTorch has the first only.
      name: 'form',
      kind: 'enum',
      default: 'pytorch',
      options: ['pytorch', 'velocity', 'ema'],
      advanced: true,
      help: 'What momentum keeps: a sum of gradients, times lr in the step; velocity: the step itself, which a new lr changes only slowly; ema: a mean, 1 − momentum times shorter.',
    },
    weightDecay(0),
  ],
  states: (args) => (num(args, 'momentum') > 0 ? 1 : 0),
  check: (args) => {
    if (args.form !== 'pytorch' && num(args, 'dampening') !== 0) return { field: 'dampening', message: `form ${args.form} needs dampening 0` };
    if (!flag(args, 'nesterov')) return undefined;
    if (num(args, 'momentum') <= 0) return { field: 'momentum', message: 'nesterov needs a momentum above 0' };
    return num(args, 'dampening') === 0 ? undefined : { field: 'dampening', message: 'nesterov needs dampening 0' };
  },
};
