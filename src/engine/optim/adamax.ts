import { num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const adamax: OptimizerKernel = {
  type: 'Adamax',
  shader: 'optim/adamax',
  states: () => ['exp_avg', 'exp_inf'],
  scalars: (args, lr, t) => {
    const [beta1, beta2] = args.betas as [number, number];
    return [lr, lr / (1 - beta1 ** t), beta1, 1 - beta1, beta2, num(args, 'eps'), num(args, 'weight_decay')];
  },
};
