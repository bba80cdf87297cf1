import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { etaMin, interval, PYTORCH, steps, warmup } from './definition.ts';

/** Beyond T_max the cosine goes on: PyTorch's recursive form climbs back up, and this closed form is the same curve. */
export const CosineAnnealingLR: ScheduleDefinition = {
  type: 'CosineAnnealingLR',
  label: 'Cosine',
  summary: 'Half a cosine wave from lr down to eta_min in T_max steps; beyond them it climbs back.',
  formula: '\\eta_t = \\eta_{\\min} + \\tfrac{1}{2} (\\eta - \\eta_{\\min}) \\left(1 + \\cos \\frac{\\pi t}{T_{\\max}}\\right)',
  source: PYTORCH('CosineAnnealingLR'),
  fields: [steps('T_max', 1000, 'Steps until the lowest learning rate.'), etaMin, interval, warmup],
  reach: (args) => 1.25 * num(args, 'T_max'),
  turn: (args) => ({ at: num(args, 'T_max'), next: 'climbs back' }),
  lr: (args, base_lr, step) => {
    const [T_max, eta_min] = [num(args, 'T_max'), num(args, 'eta_min')];
    return eta_min + ((base_lr - eta_min) * (1 + Math.cos((Math.PI * step) / T_max))) / 2;
  },
};
