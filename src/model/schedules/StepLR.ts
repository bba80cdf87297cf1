import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { dropFactor, interval, PYTORCH, steps, warmup } from './definition.ts';

export const StepLR: ScheduleDefinition = {
  type: 'StepLR',
  label: 'Steps',
  summary: 'Multiplies the learning rate by gamma every step_size steps.',
  formula: '\\eta_t = \\eta\\, \\gamma^{\\lfloor t / S \\rfloor}',
  source: PYTORCH('StepLR'),
  fields: [steps('step_size', 300, 'Steps between two drops.'), dropFactor, interval, warmup],
  lr: (args, base_lr, step) => base_lr * num(args, 'gamma') ** Math.floor(step / num(args, 'step_size')),
  reach: (args) => 4 * num(args, 'step_size'),
  factors: true,
};
