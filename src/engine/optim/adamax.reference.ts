/**
 * Adamax in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   exp_avg ← β₁ · exp_avg + (1 − β₁) · g
 *   exp_inf ← max(β₂ · exp_inf, |g| + eps)
 *   w ← w − lr / (1 − β₁ᵗ) · exp_avg / exp_inf
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html; Kingma and Ba, ICLR 2015, section 7.1.
 */
import { num } from '../../model/fields.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';

const states = ['exp_avg', 'exp_inf'];

export const adamaxReference: OptimizerReference = {
  states: () => states,
  init: (_args, size) => zeros(states, size),
  step(args, { exp_avg, exp_inf }, param, grad, lr, t) {
    const [beta1, beta2] = args.betas as number[];
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + num(args, 'weight_decay') * param[i];
      exp_avg[i] = beta1 * exp_avg[i] + (1 - beta1) * g;
      exp_inf[i] = Math.max(beta2 * exp_inf[i], Math.abs(g) + num(args, 'eps'));
      if (exp_inf[i] > 0) param[i] -= ((lr / (1 - beta1 ** t)) * exp_avg[i]) / exp_inf[i];
    }
  },
};
