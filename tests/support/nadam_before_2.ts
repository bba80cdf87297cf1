/**
 * NAdam as PyTorch had it before 2.0: its momentum term was divided by 1 − μₜ₊₁ · μₜ · Π μᵢ, with one μₜ too many (the product over steps
 * 1 … t already holds it). pytorch/pytorch#92699 took it out; the product does as PyTorch does now and as its documentation always said.
 * Golden values of an older PyTorch are still good for everything else in the rule: these put the mistake back, for them alone.
 */
import { nadamReference } from '../../src/engine/optim/nadam.reference.ts';
import type { OptimizerReference } from '../../src/engine/reference.ts';
import { num } from '../../src/model/fields.ts';
import type { Args } from '../../src/model/types.ts';

const mu = (args: Args, i: number): number => (args.betas as number[])[0] * (1 - 0.5 * 0.96 ** (i * num(args, 'momentum_decay')));

/** lr · μₜ₊₁ / (1 − x · Π μᵢ over 1 … t + 1), `x` being 1 or the old μₜ. */
function shareOfMean(args: Args, lr: number, t: number, x: number): number {
  let product = 1;
  for (let i = 1; i <= t + 1; i++) product *= mu(args, i);
  return (lr * mu(args, t + 1)) / (1 - x * product);
}

export const nadamReferenceBefore2: OptimizerReference = {
  ...nadamReference,
  step(args, state, param, grad, lr, t) {
    nadamReference.step(args, state, param, grad, lr, t);
    const less = shareOfMean(args, lr, t, 1) - shareOfMean(args, lr, t, mu(args, t));
    const correction = 1 - (args.betas as number[])[1] ** t;
    for (let i = 0; i < param.length; i++) {
      param[i] += (less * state.exp_avg[i]) / (Math.sqrt(state.exp_avg_sq[i] / correction) + num(args, 'eps'));
    }
  },
};

/** From the kernel's scalars of the same step. */
export const nadamScalarsBefore2 = (args: Args, lr: number, t: number, scalars: readonly number[]): number[] =>
  scalars.with(2, shareOfMean(args, lr, t, mu(args, t)));
