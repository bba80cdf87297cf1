import { flag, num } from '../fields.ts';
import type { Args, Field } from '../types.ts';
import type { ScheduleDefinition } from './definition.ts';
import { PYTORCH, steps, warmup } from './definition.ts';

const divisor = (name: string, value: number, high: number, help: string): Field => ({
  name,
  kind: 'float',
  default: value,
  min: 1e-3,
  max: 1e12,
  slider: [1, high],
  scale: 'log',
  advanced: true,
  help,
});

/** Never 0: whether an optimizer keeps a momentum at all must not change from step to step. */
const momentum = (name: string, value: number, help: string): Field => ({
  name,
  kind: 'float',
  default: value,
  min: 1e-3,
  max: 1,
  exclusiveMax: true,
  slider: [0.5, 0.99],
  advanced: true,
  help,
});

export const OneCycleLR: ScheduleDefinition = {
  type: 'OneCycleLR',
  label: 'One cycle',
  summary:
    'Climbs from max_lr / div_factor to max_lr, then falls to next to nothing, while the momentum (or first beta) goes the other way. The run’s own lr does not count.',
  formula:
    '\\frac{\\eta_{\\max}}{d} \\rightarrow \\eta_{\\max} \\rightarrow \\frac{\\eta_{\\max}}{d \\cdot f}, \\quad d = \\mathrm{div\\_factor}, \\quad f = \\text{final_div_factor}, \\quad \\mu_{\\max} \\rightarrow \\mu_{\\mathrm{base}} \\rightarrow \\mu_{\\max}',
  source: PYTORCH('OneCycleLR'),
  fields: [
    { name: 'max_lr', kind: 'float', default: 0.1, min: 0, max: 1e30, slider: [1e-5, 1], scale: 'log', help: 'Highest learning rate.' },
    steps('total_steps', 1000, 'Length of the cycle; after it the rate stays at its lowest.'),
    { name: 'pct_start', kind: 'float', default: 0.3, min: 0, max: 1, slider: [0, 1], help: 'Share of the cycle in which the rate climbs.' },
    { name: 'anneal_strategy', kind: 'enum', options: ['cos', 'linear'], default: 'cos', help: 'Half cosine waves or straight lines.' },
    { name: 'cycle_momentum', kind: 'bool', default: true, help: 'Moves momentum, or the first beta, against the rate.' },
    momentum('base_momentum', 0.85, 'Momentum, or first beta, where the rate is highest.'),
    momentum('max_momentum', 0.95, 'Momentum, or first beta, at the beginning and at the end.'),
    divisor('div_factor', 25, 1e3, 'The cycle begins at max_lr divided by this.'),
    divisor('final_div_factor', 1e4, 1e6, 'The cycle ends at its beginning divided by this.'),
    {
      name: 'three_phase',
      kind: 'bool',
      default: false,
      advanced: true,
      help: 'Falls to the rate of the beginning as fast as it climbed, and only then to the lowest.',
    },
    warmup,
  ],
  peak: 'max_lr',
  lr: (args, _base_lr, step) => {
    const high = num(args, 'max_lr');
    const low = high / num(args, 'div_factor');
    return along(args, step, { beginning: low, peak: high, end: low / num(args, 'final_div_factor') });
  },
  reach: (args) => 1.1 * num(args, 'total_steps'),
  end: (args) => num(args, 'total_steps') - 1,
  momentum: (args, step) => {
    const [base, max] = [num(args, 'base_momentum'), num(args, 'max_momentum')];
    return flag(args, 'cycle_momentum') ? along(args, step, { beginning: max, peak: base, end: max }) : undefined;
  },
};

/** The value at a step of what moves between these three. */
function along(args: Args, step: number, { beginning, peak, end }: { beginning: number; peak: number; end: number }): number {
  const [last, climb] = [num(args, 'total_steps') - 1, num(args, 'pct_start') * num(args, 'total_steps') - 1];
  // Where each phase ends, in steps (PyTorch does not round them), and at which value.
  const phases = flag(args, 'three_phase')
    ? [
        [climb, peak],
        [2 * climb, beginning],
        [last, end],
      ]
    : [
        [climb, peak],
        [last, end],
      ];
  const now = Math.min(step, last);
  let [start, from] = [0, beginning];
  for (const [until, to] of phases as [number, number][]) {
    // The last phase ends at the last step, so that one always holds.
    if (now <= until) return anneal(args.anneal_strategy as string, from, to, until > start ? (now - start) / (until - start) : 1);
    [start, from] = [until, to];
  }
  return end;
}

const anneal = (strategy: string, from: number, to: number, share: number): number =>
  strategy === 'linear' ? from + (to - from) * share : to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
