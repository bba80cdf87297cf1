import { num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const adagrad: OptimizerKernel = {
  type: 'Adagrad',
  shader: 'optim/adagrad',
  states: () => ['sum'],
  initial: (args) => ({ sum: num(args, 'initial_accumulator_value') }),
  scalars: (args, lr, t) => [lr, lr / (1 + (t - 1) * num(args, 'lr_decay')), num(args, 'weight_decay'), num(args, 'eps')],
};
