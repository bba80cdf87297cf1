/**
 * Adagrad in float64, element by element; `sum` starts at initial_accumulator_value:
 *
 *   g ← grad + weight_decay · w
 *   sum ← sum + g²
 *   w ← w − lr / (1 + (t − 1) · lr_decay) · g / (√sum + eps)
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html; Duchi, Hazan and Singer, JMLR 12, 2011.
 */
import { num } from '../../model/fields.ts';
import type { OptimizerReference } from '../reference.ts';

export const adagradReference: OptimizerReference = {
  states: () => ['sum'],
  init: (args, size) => ({ sum: new Float64Array(size).fill(num(args, 'initial_accumulator_value')) }),
  step(args, { sum }, param, grad, lr, t) {
    const decayed = lr / (1 + (t - 1) * num(args, 'lr_decay'));
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + num(args, 'weight_decay') * param[i];
      sum[i] += g * g;
      param[i] -= (decayed * g) / (Math.sqrt(sum[i]) + num(args, 'eps'));
    }
  },
};
