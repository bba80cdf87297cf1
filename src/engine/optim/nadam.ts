import { num } from '../../model/fields.ts';
import type { OptimizerKernel } from '../optimizer.ts';

/** What is left of the series below after so many terms is under 2⁻⁶⁰ of it: less than float64 can tell. */
const TERMS = 60;

/**
 * 1 − Π μᵢ for i = 1 … t, with μᵢ = β₁ · (1 − ½ qⁱ) and q = 0.96^momentum_decay, without visiting every step: a run may be resumed at a
 * step beyond a million, and nothing is kept between calls. `logBeta`: Σ ln β₁, where a schedule moves it. From ln(1 − x) = −Σ xᵏ / k,
 *   ln Π μᵢ = t · ln β₁ − Σₖ 2⁻ᵏ / k · Σᵢ qᵏⁱ,
 * and the inner sum is geometric.
 */
export function oneMinusMuProduct(beta1: number, momentum_decay: number, t: number, logBeta = t * Math.log(beta1)): number {
  // The product is below half of the last bit of 1.
  if (logBeta < -40) return 1;
  const logQ = momentum_decay * Math.log(0.96);
  let log = logBeta;
  for (let k = 1, half = 0.5; k <= TERMS; k++, half /= 2) {
    // Where expm1 has no digits left, every qᵏⁱ is 1.
    const powers = k * logQ > -1e-290 ? t : (Math.exp(k * logQ) * Math.expm1(k * t * logQ)) / Math.expm1(k * logQ);
    log -= (half / k) * powers;
  }
  return -Math.expm1(log);
}

/**
 * 1 − Π μᵢ over 1 … t, and over 1 … t + 1 as the look ahead of step t sees it: as in PyTorch it takes the β₁ of this step for the next
 * one. `logMomenta`: Σ ln β₁ of steps 1 … t, where a schedule moves it.
 */
export function muProducts(beta1: number, decay: number, t: number, logMomenta?: number): { now: number; next: number } {
  const ahead = logMomenta === undefined ? undefined : logMomenta + Math.log(beta1);
  return { now: oneMinusMuProduct(beta1, decay, t, logMomenta), next: oneMinusMuProduct(beta1, decay, t + 1, ahead) };
}

export const nadam: OptimizerKernel = {
  type: 'NAdam',
  shader: 'optim/nadam',
  states: () => ['exp_avg', 'exp_avg_sq'],
  scalars: (args, lr, t, logMomenta) => {
    const [beta1, beta2] = args.betas as [number, number];
    const decay = num(args, 'momentum_decay');
    const mu = (step: number) => beta1 * (1 - 0.5 * 0.96 ** (step * decay));
    const products = muProducts(beta1, decay, t, logMomenta);
    return [
      lr,
      (lr * (1 - mu(t))) / products.now,
      (lr * mu(t + 1)) / products.next,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      1 / Math.sqrt(1 - beta2 ** t),
      num(args, 'eps'),
      num(args, 'weight_decay'),
    ];
  },
};
