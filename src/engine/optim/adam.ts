import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerKernel } from '../optimizer.ts';

export const adamStates = (args: Args): readonly string[] => ['exp_avg', 'exp_avg_sq', ...(flag(args, 'amsgrad') ? ['max_exp_avg_sq'] : [])];

/** Scalars of shaders/lib/adam.wgsl; `decay` is what the kernel multiplies the weight by to get its decay. */
export function adamScalars(args: Args, lr: number, t: number, decay: number): number[] {
  const [beta1, beta2] = args.betas as [number, number];
  // Where AdamW is part of another optimizer it has no such argument: it always corrects.
  const corrects = args.bias_correction !== false;
  const stepSize = corrects ? lr / (1 - beta1 ** t) : lr;
  const correction = corrects ? 1 / Math.sqrt(1 - beta2 ** t) : 1;
  return [lr, stepSize, beta1, 1 - beta1, beta2, 1 - beta2, correction, num(args, 'eps'), decay, flag(args, 'amsgrad') ? 1 : 0];
}

export const adam: OptimizerKernel = {
  type: 'Adam',
  shader: 'optim/adam',
  states: adamStates,
  scalars: (args, lr, t) => adamScalars(args, lr, t, num(args, 'weight_decay')),
};
