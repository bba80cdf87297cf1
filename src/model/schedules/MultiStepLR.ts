import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { dropFactor, interval, PYTORCH, warmup } from './definition.ts';

/** As PyTorch counts: the order of the milestones means nothing, and one that stands twice drops twice. */
export const MultiStepLR: ScheduleDefinition = {
  type: 'MultiStepLR',
  label: 'Milestones',
  summary: 'Multiplies the learning rate by gamma at each of the named steps.',
  formula: '\\eta_t = \\eta\\, \\gamma^n, \\quad n = \\text{milestones up to } t',
  source: PYTORCH('MultiStepLR'),
  fields: [
    { name: 'milestones', kind: 'ints', default: [300, 600, 800], min: 0, max: 1e7, help: 'Steps at which the learning rate drops.' },
    dropFactor,
    interval,
    warmup,
  ],
  reach: (args) => 1.25 * Math.max(...(args.milestones as number[])),
  end: (args) => Math.max(...(args.milestones as number[])),
  factors: true,
  lr: (args, base_lr, step) => {
    const passed = (args.milestones as number[]).filter((milestone) => milestone <= step);
    return base_lr * num(args, 'gamma') ** passed.length;
  },
};
