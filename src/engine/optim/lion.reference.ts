/**
 * Lion in float64, element by element; PyTorch has none, so this is the paper's algorithm 2:
 *
 *   c = β₁ · exp_avg + (1 − β₁) · grad
 *   w ← w − lr · (sign(c) + weight_decay · w)
 *   exp_avg ← β₂ · exp_avg + (1 − β₂) · grad
 *
 * Source: Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, https://arxiv.org/abs/2302.06675
 */
import { num } from '../../model/fields.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';

export const lionReference: OptimizerReference = {
  states: () => ['exp_avg'],
  init: (_args, size) => zeros(['exp_avg'], size),
  step(args, { exp_avg }, param, grad, lr) {
    const [beta1, beta2] = args.betas as number[];
    for (let i = 0; i < param.length; i++) {
      const c = beta1 * exp_avg[i] + (1 - beta1) * grad[i];
      param[i] -= lr * (Math.sign(c) + num(args, 'weight_decay') * param[i]);
      exp_avg[i] = beta2 * exp_avg[i] + (1 - beta2) * grad[i];
    }
  },
};
