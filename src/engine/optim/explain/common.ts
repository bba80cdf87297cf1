/** What every optimizer takes besides its own arguments, for one weight: accumulation, clipping, a decay that bypasses the gradient. */
import type { Common } from '../../../model/optimizers/common.ts';
import { decoupled } from './prepare.ts';
import { type ExplainStep, factor, fraction, line, tex } from './steps.ts';

export interface Raw {
  common: Common;
  /** Gradient of the last batch, and the sum over those before it. */
  last: number;
  sum: number;
  /** What clip_grad_norm multiplies the whole gradient by. */
  shortened: number;
  weight: number;
  lr: number;
  /** Whether weight decay takes this weight. */
  decays: boolean;
}

/** The first lines of an explanation, and what the optimizer's own rule goes on with. */
export function prepareCommon({ common, last, sum, shortened, weight, lr, decays }: Raw): { steps: ExplainStep[]; gradient: number; weight: number } {
  const { accumulate, clipNorm, clipValue, decay } = common;
  let gradient = (sum + last) / accumulate;
  const steps = [
    accumulate > 1
      ? line(
          `Mean gradient of ${accumulate} batches`,
          'g = \\frac{1}{k} \\sum_i g_i',
          fraction(`${tex(sum)} + ${factor(last)}`, `${accumulate}`),
          gradient,
        )
      : line('Gradient', 'g', '', gradient),
  ];
  if (clipNorm > 0) {
    const numbers = `${factor(shortened)} \\cdot ${factor(gradient)}`;
    gradient *= shortened;
    steps.push(line('Clipped by the norm', 'g \\leftarrow \\min\\left(1, \\frac{c}{\\lVert g \\rVert}\\right) g', numbers, gradient));
  }
  if (clipValue > 0 && Math.abs(gradient) > clipValue) {
    gradient = Math.sign(gradient) * clipValue;
    steps.push(line('Cut to the largest allowed', 'g \\leftarrow \\pm c', '', gradient));
  }
  if (decay === 0 || !decays) return { steps, gradient, weight };
  const shrunk = decoupled({ args: { weight_decay: decay }, lr, t: 1, gradient, weight, state: {} });
  return { steps: [...steps, ...shrunk.steps.slice(1)], gradient, weight: shrunk.w };
}
