import { num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const lion: OptimizerKernel = {
  type: 'Lion',
  shader: 'optim/lion',
  states: () => ['exp_avg'],
  scalars: (args, lr) => {
    const [beta1, beta2] = args.betas as [number, number];
    return [lr, beta1, 1 - beta1, beta2, 1 - beta2, lr * num(args, 'weight_decay')];
  },
};
