/**
 * Adam in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   exp_avg ← β₁ · exp_avg + (1 − β₁) · g
 *   exp_avg_sq ← β₂ · exp_avg_sq + (1 − β₂) · g²
 *   v = exp_avg_sq; with amsgrad max_exp_avg_sq ← max(max_exp_avg_sq, exp_avg_sq), v = max_exp_avg_sq (before the correction)
 *   w ← w − lr / (1 − β₁ᵗ) · exp_avg / (√(v / (1 − β₂ᵗ)) + eps); with bias_correction = false both (1 − βᵗ) are 1
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html; Kingma and Ba, ICLR 2015; Reddi, Kale and Kumar, ICLR 2018
 * (amsgrad).
 */
import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerReference, OptimizerState } from '../reference.ts';
import { zeros } from '../reference.ts';

export const adamStates = (args: Args) => ['exp_avg', 'exp_avg_sq', ...(flag(args, 'amsgrad') ? ['max_exp_avg_sq'] : [])];

/** Moves element `i` by gradient `g`, which already holds what weight decay adds to it. Shared with AdamW. */
export function adamStep(args: Args, state: OptimizerState, param: Float64Array, i: number, g: number, lr: number, t: number): void {
  const { exp_avg, exp_avg_sq, max_exp_avg_sq } = state;
  const [beta1, beta2] = args.betas as number[];
  exp_avg[i] = beta1 * exp_avg[i] + (1 - beta1) * g;
  exp_avg_sq[i] = beta2 * exp_avg_sq[i] + (1 - beta2) * g * g;
  let v = exp_avg_sq[i];
  if (flag(args, 'amsgrad')) {
    max_exp_avg_sq[i] = Math.max(max_exp_avg_sq[i], exp_avg_sq[i]);
    v = max_exp_avg_sq[i];
  }
  const corrects = args.bias_correction !== false;
  const mean = corrects ? exp_avg[i] / (1 - beta1 ** t) : exp_avg[i];
  const root = Math.sqrt(corrects ? v / (1 - beta2 ** t) : v);
  param[i] -= (lr * mean) / (root + num(args, 'eps'));
}

export const adamReference: OptimizerReference = {
  states: adamStates,
  init: (args, size) => zeros(adamStates(args), size),
  step(args, state, param, grad, lr, t) {
    for (let i = 0; i < param.length; i++) adamStep(args, state, param, i, grad[i] + num(args, 'weight_decay') * param[i], lr, t);
  },
};
