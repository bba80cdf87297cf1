import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { interval, PYTORCH, steps, warmup } from './definition.ts';

export const PolynomialLR: ScheduleDefinition = {
  type: 'PolynomialLR',
  label: 'Polynomial',
  summary: 'Falls to 0 in total_iters steps, as a straight line or, with a higher power, faster at first; then stays at 0.',
  formula: '\\eta_t = \\eta \\left(1 - \\frac{\\min(t, T)}{T}\\right)^p',
  source: PYTORCH('PolynomialLR'),
  fields: [
    // PyTorch's default of 5 means epochs: after 5 steps nothing would learn any more.
    steps('total_iters', 1000, 'Steps until the learning rate is 0.'),
    { name: 'power', kind: 'float', default: 1, min: 0, max: 100, slider: [0, 4], help: 'Exponent of the curve; 1 is a straight line.' },
    interval,
    warmup,
  ],
  reach: (args) => 1.25 * num(args, 'total_iters'),
  end: (args) => num(args, 'total_iters'),
  lr: (args, base_lr, step) => {
    const total = num(args, 'total_iters');
    return base_lr * (1 - Math.min(step, total) / total) ** num(args, 'power');
  },
};
