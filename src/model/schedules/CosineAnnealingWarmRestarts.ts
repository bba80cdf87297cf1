import { num } from '../fields.ts';
import type { ScheduleDefinition } from './definition.ts';
import { etaMin, interval, PYTORCH, steps, warmup } from './definition.ts';

export const CosineAnnealingWarmRestarts: ScheduleDefinition = {
  type: 'CosineAnnealingWarmRestarts',
  label: 'Cosine with restarts',
  summary: 'Falls like half a cosine wave, jumps back to lr and falls again, each time T_mult times as long.',
  formula:
    '\\eta_t = \\eta_{\\min} + \\tfrac{1}{2} (\\eta - \\eta_{\\min}) \\left(1 + \\cos \\frac{\\pi\\, T_{\\mathrm{cur}}}{T_i}\\right), \\quad T_i = T_0\\, T_{\\mathrm{mult}}^i',
  source: PYTORCH('CosineAnnealingWarmRestarts'),
  fields: [
    steps('T_0', 100, 'Steps until the first restart.'),
    { name: 'T_mult', kind: 'int', default: 1, min: 1, max: 1000, slider: [1, 4], help: 'Each period is so many times as long as the one before.' },
    etaMin,
    interval,
    warmup,
  ],
  reach: (args) => {
    const [T_0, T_mult] = [num(args, 'T_0'), num(args, 'T_mult')];
    // Three periods; the third would hide the first where each is many times as long.
    return T_0 * (T_mult > 4 ? 1 + T_mult : 1 + T_mult + T_mult ** 2);
  },
  turn: (args) => ({ at: num(args, 'T_0'), next: 'starts anew' }),
  lr: (args, base_lr, step) => {
    const [T_mult, eta_min] = [num(args, 'T_mult'), num(args, 'eta_min')];
    let period = num(args, 'T_0');
    let since = step;
    // Counted, because PyTorch's logarithm can miss a restart by one; from T_mult 2 on there are few.
    if (T_mult === 1) since %= period;
    else {
      while (since >= period) {
        since -= period;
        period *= T_mult;
      }
    }
    return eta_min + ((base_lr - eta_min) * (1 + Math.cos((Math.PI * since) / period))) / 2;
  },
};
