import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { PYTORCH, steps, warmup } from './definition.ts';

export const StepLR: ScheduleDefinition = {
  type: 'StepLR',
  label: 'Steps',
  summary: 'Multiplies the learning rate by gamma every step_size steps.',
  formula: '\\eta_t = \\eta\\, \\gamma^{\\lfloor t / S \\rfloor}',
  source: PYTORCH('StepLR'),
  fields: [
    steps('step_size', 300, 'Steps between two drops.'),
    { name: 'gamma', kind: 'float', default: 0.1, min: 0, max: 10, slider: [0.01, 1], help: 'Factor at each drop.' },
    warmup,
  ],
  lr: (args, base_lr, step) => base_lr * num(args, 'gamma') ** Math.floor(step / num(args, 'step_size')),
};
