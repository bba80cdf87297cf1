/**
 * What every optimizer takes besides its own arguments, in float64. One update of all parameters together, from the gradients of its batches:
 *
 *   g ← mean of the batches' gradients                                      (accumulate_steps)
 *   g ← g · min(1, clip_grad_norm / (‖g‖ + 1e-6)), then cut to ± clip_grad_value
 *   w ← w − lr · weight_decay · w with decoupled_weight_decay, else the optimizer's own decay; none for biases and normalisation with
 *   decay_bias_and_norm = false
 *   w ← the optimizer's step
 *   ema ← w at the first update, then ema_decay · ema + (1 − ema_decay) · w
 *
 * Source: torch.nn.utils.clip_grad_norm_ and clip_grad_value_; torch.optim.swa_utils.get_ema_multi_avg_fn; Loshchilov and Hutter, ICLR 2019.
 */
import { commonOf, ownArgs } from '../../model/optimizers/common.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerReference, OptimizerState } from '../reference.ts';

/** The gradient that the update goes by. */
export function prepareGradient(args: Args, batches: readonly Float64Array[]): Float64Array {
  const { clipNorm, clipValue } = commonOf(args);
  const mean = batches[0].map((_, i) => batches.reduce((sum, g) => sum + g[i], 0) / batches.length);
  const norm = Math.sqrt(mean.reduce((sum, g) => sum + g * g, 0));
  const factor = clipNorm > 0 ? Math.min(1, clipNorm / (norm + 1e-6)) : 1;
  return mean.map((g) => (clipValue > 0 ? Math.min(clipValue, Math.max(-clipValue, g * factor)) : g * factor));
}

/**
 * Update `t` (from 1), in place. `exempt(i)`: parameter i is a bias or belongs to a normalisation layer. `average`: the running average
 * of the weights, if one is kept.
 */
export function commonStep(
  reference: OptimizerReference,
  args: Args,
  { state, param, average }: { state: OptimizerState; param: Float64Array; average: Float64Array | null },
  batches: readonly Float64Array[],
  exempt: (i: number) => boolean,
  lr: number,
  t: number,
): void {
  const common = commonOf(args);
  const grad = prepareGradient(args, batches);
  for (const decays of [true, false]) {
    const chosen = Array.from(param.keys()).filter((i) => (common.exempt && exempt(i)) !== decays);
    const part = (from: Float64Array): Float64Array => Float64Array.from(chosen, (i) => from[i]);
    const [w, g] = [part(param).map((v) => v - (decays ? lr * common.decay * v : 0)), part(grad)];
    const own = Object.fromEntries(Object.entries(state).map(([name, values]) => [name, part(values)]));
    reference.step(decays ? ownArgs(args) : { ...args, weight_decay: 0 }, own, w, g, lr, t);
    chosen.forEach((i, k) => {
      param[i] = w[k];
      for (const name of Object.keys(own)) state[name][i] = own[name][k];
    });
  }
  if (average) for (const i of param.keys()) average[i] = t === 1 ? param[i] : common.ema * average[i] + (1 - common.ema) * param[i];
}
