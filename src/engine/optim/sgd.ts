import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerKernel } from '../optimizer.ts';

/** A velocity is a step, not a gradient: nobody takes one for the other when the form changes in flight. */
const states = (args: Args): readonly string[] => {
  if (num(args, 'momentum') === 0) return [];
  return [args.form === 'velocity' ? 'velocity' : 'momentum_buffer'];
};

/** Of the new gradient in the momentum. */
const shareOf = (args: Args): number => 1 - num(args, args.form === 'ema' ? 'momentum' : 'dampening');

export const sgd: OptimizerKernel = {
  type: 'SGD',
  shader: 'optim/sgd',
  states,
  scalars: (args, lr, t) => [
    lr,
    num(args, 'momentum'),
    shareOf(args),
    flag(args, 'nesterov') ? 1 : 0,
    num(args, 'weight_decay'),
    t === 1 && args.form === 'pytorch' ? 1 : 0,
    args.form === 'velocity' ? 1 : 0,
  ],
};
