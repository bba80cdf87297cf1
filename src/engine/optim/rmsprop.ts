import { flag, num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const rmsprop: OptimizerKernel = {
  type: 'RMSprop',
  shader: 'optim/rmsprop',
  states: (args) => ['square_avg', ...(num(args, 'momentum') > 0 ? ['momentum_buffer'] : []), ...(flag(args, 'centered') ? ['grad_avg'] : [])],
  scalars: (args, lr) => {
    const alpha = num(args, 'alpha');
    const flags = ['centered', 'eps_inside_root'].map((name) => (flag(args, name) ? 1 : 0));
    return [lr, alpha, 1 - alpha, num(args, 'weight_decay'), num(args, 'eps'), num(args, 'momentum'), ...flags];
  },
};
