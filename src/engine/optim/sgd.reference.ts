/**
 * SGD in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   momentum_buffer ← momentum · momentum_buffer + (1 − dampening) · g, but g itself at the first step
 *   d = g without momentum; g + momentum · momentum_buffer with nesterov; momentum_buffer otherwise
 *   w ← w − lr · d
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';

const states = (args: Args) => (num(args, 'momentum') > 0 ? ['momentum_buffer'] : []);

export const sgdReference: OptimizerReference = {
  states,
  init: (args, size) => zeros(states(args), size),
  step(args, { momentum_buffer }, param, grad, lr, t) {
    const momentum = num(args, 'momentum');
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + num(args, 'weight_decay') * param[i];
      let d = g;
      if (momentum > 0) {
        momentum_buffer[i] = t === 1 ? g : momentum * momentum_buffer[i] + (1 - num(args, 'dampening')) * g;
        d = flag(args, 'nesterov') ? g + momentum * momentum_buffer[i] : momentum_buffer[i];
      }
      param[i] -= lr * d;
    }
  },
};
