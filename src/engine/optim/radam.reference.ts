/**
 * RAdam in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   exp_avg ← β₁ · exp_avg + (1 − β₁) · g
 *   exp_avg_sq ← β₂ · exp_avg_sq + (1 − β₂) · g²
 *   ρ∞ = 2 / (1 − β₂) − 1, ρ = ρ∞ − 2t · β₂ᵗ / (1 − β₂ᵗ), m = exp_avg / (1 − β₁ᵗ)
 *   ρ > 5: r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ)), w ← w − lr · m · r · √(1 − β₂ᵗ) / (√exp_avg_sq + eps)
 *   else: w ← w − lr · m
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html; Liu et al., ICLR 2020.
 */
import { num } from '../../model/fields.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';

const states = ['exp_avg', 'exp_avg_sq'];

export const radamReference: OptimizerReference = {
  states: () => states,
  init: (_args, size) => zeros(states, size),
  step(args, { exp_avg, exp_avg_sq }, param, grad, lr, t) {
    const [beta1, beta2] = args.betas as number[];
    const rhoInf = 2 / (1 - beta2) - 1;
    const rho = rhoInf - (2 * t * beta2 ** t) / (1 - beta2 ** t);
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + num(args, 'weight_decay') * param[i];
      exp_avg[i] = beta1 * exp_avg[i] + (1 - beta1) * g;
      exp_avg_sq[i] = beta2 * exp_avg_sq[i] + (1 - beta2) * g * g;
      const mean = exp_avg[i] / (1 - beta1 ** t);
      if (rho > 5) {
        const r = Math.sqrt(((rho - 4) * (rho - 2) * rhoInf) / ((rhoInf - 4) * (rhoInf - 2) * rho));
        const root = Math.sqrt(exp_avg_sq[i]) + num(args, 'eps');
        if (root > 0) param[i] -= (lr * mean * r * Math.sqrt(1 - beta2 ** t)) / root;
      } else {
        param[i] -= lr * mean;
      }
    }
  },
};
