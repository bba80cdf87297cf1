import { flag, num } from '../fields.ts';
import type { Field } from '../types.ts';
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

/** PyTorch's also moves the momentum the other way; this one moves lr alone (cycle_momentum=False). */
export const OneCycleLR: ScheduleDefinition = {
  type: 'OneCycleLR',
  label: 'One cycle',
  summary: 'Climbs from max_lr / div_factor to max_lr, then falls to next to nothing. The run’s own lr does not count.',
  formula:
    '\\frac{\\eta_{\\max}}{d} \\rightarrow \\eta_{\\max} \\rightarrow \\frac{\\eta_{\\max}}{d \\cdot f}, \\quad d = \\mathrm{div\\_factor}, \\quad f = \\text{final_div_factor}',
  source: PYTORCH('OneCycleLR'),
  fields: [
    { name: 'max_lr', kind: 'float', default: 0.1, min: 0, max: 1e30, slider: [1e-5, 1], scale: 'log', help: 'Highest learning rate.' },
    steps('total_steps', 1000, 'Length of the cycle; after it the rate stays at its lowest.'),
    { name: 'pct_start', kind: 'float', default: 0.3, min: 0, max: 1, slider: [0, 1], help: 'Share of the cycle in which the rate climbs.' },
    { name: 'anneal_strategy', kind: 'enum', options: ['cos', 'linear'], default: 'cos', help: 'Half cosine waves or straight lines.' },
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
  lr: (args, _base_lr, step) => {
    const [high, last, climb] = [num(args, 'max_lr'), num(args, 'total_steps') - 1, num(args, 'pct_start') * num(args, 'total_steps') - 1];
    const low = high / num(args, 'div_factor');
    const lowest = low / num(args, 'final_div_factor');
    // Where each phase ends, in steps (PyTorch does not round them), and at which rate.
    const phases = flag(args, 'three_phase')
      ? [
          [climb, high],
          [2 * climb, low],
          [last, lowest],
        ]
      : [
          [climb, high],
          [last, lowest],
        ];
    const now = Math.min(step, last);
    let [start, from] = [0, low];
    for (const [end, to] of phases as [number, number][]) {
      // The last phase ends at the last step, so that one always holds.
      if (now <= end) return anneal(args.anneal_strategy as string, from, to, end > start ? (now - start) / (end - start) : 1);
      [start, from] = [end, to];
    }
    return lowest;
  },
};

const anneal = (strategy: string, from: number, to: number, share: number): number =>
  strategy === 'linear' ? from + (to - from) * share : to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
