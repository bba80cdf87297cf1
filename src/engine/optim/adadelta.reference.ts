/**
 * Adadelta in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   square_avg ← rho · square_avg + (1 − rho) · g²
 *   d = √(acc_delta + eps) / √(square_avg + eps) · g
 *   acc_delta ← rho · acc_delta + (1 − rho) · d²
 *   w ← w − lr · d
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html; Zeiler, arXiv 1212.5701, 2012.
 */
import { num } from '../../model/fields.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';

const states = ['square_avg', 'acc_delta'];

export const adadeltaReference: OptimizerReference = {
  states: () => states,
  init: (_args, size) => zeros(states, size),
  step(args, { square_avg, acc_delta }, param, grad, lr) {
    const [rho, eps] = [num(args, 'rho'), num(args, 'eps')];
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + num(args, 'weight_decay') * param[i];
      square_avg[i] = rho * square_avg[i] + (1 - rho) * g * g;
      const root = Math.sqrt(square_avg[i] + eps);
      const d = root === 0 ? 0 : (Math.sqrt(acc_delta[i] + eps) / root) * g;
      acc_delta[i] = rho * acc_delta[i] + (1 - rho) * d * d;
      param[i] -= lr * d;
    }
  },
};
