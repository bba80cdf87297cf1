import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { interval, PYTORCH, steps, warmup } from './definition.ts';

export const LinearLR: ScheduleDefinition = {
  type: 'LinearLR',
  label: 'Linear',
  summary: 'Moves the factor on lr evenly from start_factor to end_factor in total_iters steps.',
  formula: '\\eta_t = \\eta \\left(f_0 + (f_1 - f_0) \\min\\left(1, \\frac{t}{T}\\right)\\right)',
  source: PYTORCH('LinearLR'),
  fields: [
    { name: 'start_factor', kind: 'float', default: 1 / 3, min: 0, max: 1, help: 'Factor on lr at the first step.' },
    { name: 'end_factor', kind: 'float', default: 1, min: 0, max: 1, help: 'Factor on lr from step total_iters on.' },
    steps('total_iters', 5, 'Steps between the two factors.'),
    interval,
    warmup,
  ],
  reach: (args) => 1.25 * num(args, 'total_iters'),
  end: (args) => num(args, 'total_iters'),
  lr: (args, base_lr, step) => {
    const [start, end] = [num(args, 'start_factor'), num(args, 'end_factor')];
    return base_lr * (start + (end - start) * Math.min(1, step / num(args, 'total_iters')));
  },
};
