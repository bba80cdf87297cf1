/**
 * AdamW in float64: the weight decays first and by itself, w ← w − lr · weight_decay · w, then Adam's step with the bare gradient.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html; Loshchilov and Hutter, ICLR 2019.
 */
import { num } from '../../model/fields.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';
import { adamStates, adamStep } from './adam.reference.ts';

export const adamwReference: OptimizerReference = {
  states: adamStates,
  init: (args, size) => zeros(adamStates(args), size),
  step(args, state, param, grad, lr, t) {
    for (let i = 0; i < param.length; i++) {
      param[i] -= lr * num(args, 'weight_decay') * param[i];
      adamStep(args, state, param, i, grad[i], lr, t);
    }
  },
};
