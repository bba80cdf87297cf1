/**
 * NAdam in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   μᵢ = β₁ · (1 − ½ · 0.96^(i · momentum_decay)) with the β₁ of step i, mu_product = Π μᵢ for i = 1 … t, μₜ₊₁ with that of step t
 *   exp_avg ← β₁ · exp_avg + (1 − β₁) · g
 *   exp_avg_sq ← β₂ · exp_avg_sq + (1 − β₂) · g²
 *   root = √(exp_avg_sq / (1 − β₂ᵗ)) + eps
 *   w ← w − lr · (1 − μₜ) / (1 − mu_product) · g / root − lr · μₜ₊₁ / (1 − mu_product · μₜ₊₁) · exp_avg / root
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html; Dozat, ICLR workshop 2016.
 */
import { num } from '../../model/fields.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';

const states = ['exp_avg', 'exp_avg_sq'];

export const nadamReference: OptimizerReference = {
  states: () => states,
  init: (_args, size) => zeros(states, size),
  step(args, { exp_avg, exp_avg_sq }, param, grad, lr, t, beta1Of) {
    const [beta1, beta2] = args.betas as number[];
    const mu = (i: number, beta = beta1) => beta * (1 - 0.5 * 0.96 ** (i * num(args, 'momentum_decay')));
    let mu_product = 1;
    for (let i = 1; i <= t; i++) mu_product *= mu(i, beta1Of?.(i));
    const next = mu(t + 1);
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + num(args, 'weight_decay') * param[i];
      exp_avg[i] = beta1 * exp_avg[i] + (1 - beta1) * g;
      exp_avg_sq[i] = beta2 * exp_avg_sq[i] + (1 - beta2) * g * g;
      const root = Math.sqrt(exp_avg_sq[i] / (1 - beta2 ** t)) + num(args, 'eps');
      if (root === 0) continue;
      param[i] -= (((lr * (1 - mu(t))) / (1 - mu_product)) * g) / root;
      param[i] -= (((lr * next) / (1 - mu_product * next)) * exp_avg[i]) / root;
    }
  },
};
