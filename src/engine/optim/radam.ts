import { num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const radam: OptimizerKernel = {
  type: 'RAdam',
  shader: 'optim/radam',
  states: () => ['exp_avg', 'exp_avg_sq'],
  scalars: (args, lr, t) => {
    const [beta1, beta2] = args.betas as [number, number];
    const correction2 = 1 - beta2 ** t;
    const rhoInf = 2 / (1 - beta2) - 1;
    const rho = rhoInf - (2 * t * beta2 ** t) / correction2;
    // Below 5 steps' worth of squares their mean has no finite variance to correct: momentum alone.
    const rectified = rho > 5;
    const rect = Math.sqrt(((rho - 4) * (rho - 2) * rhoInf * correction2) / ((rhoInf - 4) * (rhoInf - 2) * rho));
    const step = lr / (1 - beta1 ** t);
    return [lr, rectified ? step * rect : step, beta1, 1 - beta1, beta2, 1 - beta2, num(args, 'eps'), num(args, 'weight_decay'), rectified ? 1 : 0];
  },
};
