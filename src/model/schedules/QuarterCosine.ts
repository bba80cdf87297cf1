import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { interval, steps, warmup } from './definition.ts';

/** A form that lecture notes teach; not PyTorch's, hence a name of its own. */
export const QuarterCosine: ScheduleDefinition = {
  type: 'QuarterCosine',
  label: 'Quarter cosine',
  summary: 'A quarter of a cosine wave from lr to 0 in T_max steps: stays high for long and falls fastest at the end.',
  formula: '\\eta_t = \\eta \\cos \\left(\\frac{\\pi}{2} \\cdot \\frac{\\min(t, T_{\\max})}{T_{\\max}}\\right)',
  source: { title: 'Sohn et al., FixMatch (with 7π/16 in place of π/2)', url: 'https://arxiv.org/abs/2001.07685' },
  fields: [steps('T_max', 1000, 'Steps until the learning rate is 0; it stays there.'), interval, warmup],
  reach: (args) => 1.25 * num(args, 'T_max'),
  end: (args) => num(args, 'T_max'),
  // The cosine of a rounded π/2 is not quite 0.
  lr: (args, base_lr, step) => (step < num(args, 'T_max') ? base_lr * Math.cos(((Math.PI / 2) * step) / num(args, 'T_max')) : 0),
};
