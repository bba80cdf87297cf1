/**
 * RMSprop in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   square_avg ← alpha · square_avg + (1 − alpha) · g²
 *   centered: grad_avg ← alpha · grad_avg + (1 − alpha) · g, variance = square_avg − grad_avg²; else variance = square_avg
 *   d = g / (√variance + eps), or g / √(variance + eps) with eps_inside_root
 *   with momentum: momentum_buffer ← momentum · momentum_buffer + d, d = momentum_buffer
 *   w ← w − lr · d
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html; Tieleman and Hinton, Coursera lecture 6.5, 2012.
 */
import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';

const states = (args: Args) => [
  'square_avg',
  ...(num(args, 'momentum') > 0 ? ['momentum_buffer'] : []),
  ...(flag(args, 'centered') ? ['grad_avg'] : []),
];

export const rmspropReference: OptimizerReference = {
  states,
  init: (args, size) => zeros(states(args), size),
  step(args, { square_avg, momentum_buffer, grad_avg }, param, grad, lr) {
    const alpha = num(args, 'alpha');
    const momentum = num(args, 'momentum');
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + num(args, 'weight_decay') * param[i];
      square_avg[i] = alpha * square_avg[i] + (1 - alpha) * g * g;
      let variance = square_avg[i];
      if (flag(args, 'centered')) {
        grad_avg[i] = alpha * grad_avg[i] + (1 - alpha) * g;
        variance -= grad_avg[i] ** 2;
      }
      const eps = num(args, 'eps');
      let d = g / (flag(args, 'eps_inside_root') ? Math.sqrt(variance + eps) : Math.sqrt(variance) + eps);
      if (momentum > 0) {
        momentum_buffer[i] = momentum * momentum_buffer[i] + d;
        d = momentum_buffer[i];
      }
      param[i] -= lr * d;
    }
  },
};
