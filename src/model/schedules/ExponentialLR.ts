import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { interval, PYTORCH, warmup } from './definition.ts';

export const ExponentialLR: ScheduleDefinition = {
  type: 'ExponentialLR',
  label: 'Exponential',
  summary: 'Multiplies the learning rate by gamma at every step or epoch; above 1 it climbs, which finds the rate that is too high.',
  formula: '\\eta_t = \\eta\\, \\gamma^t',
  source: PYTORCH('ExponentialLR'),
  fields: [
    // PyTorch asks for it. Counted in steps, a third is left after 1,000.
    { name: 'gamma', kind: 'float', default: 0.999, min: 0, max: 2, slider: [0.98, 1.02], help: 'Factor at each step, or each epoch.' },
    interval,
    warmup,
  ],
  lr: (args, base_lr, step) => base_lr * num(args, 'gamma') ** step,
  // Two decades, up or down.
  reach: (args) => (num(args, 'gamma') === 1 ? 0 : Math.min(1e7, Math.abs(Math.log(100) / Math.log(num(args, 'gamma'))))),
  factors: true,
};
