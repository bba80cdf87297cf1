/**
 * SGD in float64, element by element:
 *
 *   g ← grad + weight_decay · w
 *   momentum_buffer ← momentum · momentum_buffer + (1 − dampening) · g, but g itself at the first step
 *   d = g without momentum; g + momentum · momentum_buffer with nesterov; momentum_buffer otherwise
 *   w ← w − lr · d
 *
 * Other forms of momentum, from a buffer at 0:
 *   'ema'       momentum_buffer ← momentum · momentum_buffer + (1 − momentum) · g; d = (1 − momentum) · g + momentum · momentum_buffer with
 *               nesterov, momentum_buffer otherwise
 *   'velocity'  v' = momentum · velocity − lr · g; w ← w + v', with nesterov (in the shifted variable, where the gradient is taken)
 *               w ← w − momentum · velocity + (1 + momentum) · v'; velocity ← v'
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html; Sutskever et al., ICML 2013 (velocity).
 */
import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerReference, OptimizerState } from '../reference.ts';
import { zeros } from '../reference.ts';

const states = (args: Args): string[] => (num(args, 'momentum') === 0 ? [] : args.form === 'velocity' ? ['velocity'] : ['momentum_buffer']);

/** What gradient `g` adds to weight i. */
function stepOf(args: Args, { momentum_buffer, velocity }: OptimizerState, i: number, g: number, lr: number, t: number): number {
  const momentum = num(args, 'momentum');
  const nesterov = flag(args, 'nesterov');
  if (momentum === 0) return -lr * g;
  if (args.form === 'velocity') {
    const old = velocity[i];
    velocity[i] = momentum * old - lr * g;
    return nesterov ? -momentum * old + (1 + momentum) * velocity[i] : velocity[i];
  }
  const mean = args.form === 'ema';
  const fresh = mean ? (1 - momentum) * g : (1 - num(args, 'dampening')) * g;
  momentum_buffer[i] = t === 1 && !mean ? g : momentum * momentum_buffer[i] + fresh;
  return -lr * (nesterov ? fresh + momentum * momentum_buffer[i] : momentum_buffer[i]);
}

export const sgdReference: OptimizerReference = {
  states,
  init: (args, size) => zeros(states(args), size),
  step(args, state, param, grad, lr, t) {
    for (let i = 0; i < param.length; i++) param[i] += stepOf(args, state, i, grad[i] + num(args, 'weight_decay') * param[i], lr, t);
  },
};
