import { num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';
import { adamScalars, adamStates } from './adam.ts';

export const adamw: OptimizerKernel = {
  type: 'AdamW',
  shader: 'optim/adamw',
  states: adamStates,
  scalars: (args, lr, t) => adamScalars(args, lr, t, lr * num(args, 'weight_decay')),
};
