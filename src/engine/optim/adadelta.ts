import { num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const adadelta: OptimizerKernel = {
  type: 'Adadelta',
  shader: 'optim/adadelta',
  states: () => ['square_avg', 'acc_delta'],
  scalars: (args, lr) => {
    const rho = num(args, 'rho');
    return [lr, rho, 1 - rho, num(args, 'weight_decay'), num(args, 'eps')];
  },
};
