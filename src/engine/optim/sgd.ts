import { flag, num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const sgd: OptimizerKernel = {
  type: 'SGD',
  shader: 'optim/sgd',
  states: (args) => (num(args, 'momentum') > 0 ? ['momentum_buffer'] : []),
  scalars: (args, lr, t) => [
    lr,
    num(args, 'momentum'),
    1 - num(args, 'dampening'),
    flag(args, 'nesterov') ? 1 : 0,
    num(args, 'weight_decay'),
    t === 1 ? 1 : 0,
  ],
};
