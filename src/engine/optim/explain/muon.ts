/** Muon: AdamW's rule for what is no matrix, and for a weight of a matrix the entry of the orthogonalised one. */
import { flag, num } from '../../../model/fields.ts';
import { explainAdamW } from './adam.ts';
import { decoupled } from './prepare.ts';
import { average, type Explain, factor, line, newWeight } from './steps.ts';

/** Learning rate of what AdamW updates. */
export const explainMuonVector: Explain = (given) => {
  const { args, lr, state } = given;
  const rate = num(args, 'lr') === 0 ? 0 : (num(args, 'adamw_lr') * lr) / num(args, 'lr');
  const own = { betas: args.adamw_betas, eps: args.adamw_eps, weight_decay: args.weight_decay, amsgrad: false };
  const { momentum_buffer, exp_avg_sq } = state;
  return explainAdamW({ ...given, args: own, lr: rate, state: { exp_avg: momentum_buffer, exp_avg_sq } });
};

/** What Muon orthogonalises: [momentum, mixed with the gradient once more]. */
export function muonMix(args: Parameters<Explain>[0]['args'], momentum_buffer: number, gradient: number): [m: number, u: number] {
  const mu = num(args, 'momentum');
  const m = mu * momentum_buffer + (1 - mu) * gradient;
  return [m, flag(args, 'nesterov') ? (1 - mu) * gradient + mu * m : m];
}

/** `x`: the weight's entry of the orthogonalised matrix, to which all weights of the matrix contribute; `ratio`: the factor of lr. */
export function explainMuonMatrix(given: Parameters<Explain>[0], x: number, ratio: number): ReturnType<Explain> {
  const { args, lr, gradient, state } = given;
  const mu = num(args, 'momentum');
  const { steps, w } = decoupled(given);
  const [m, u] = muonMix(args, state.momentum_buffer, gradient);
  const mean = average('Momentum', 'm', '\\mu', 'g', [mu, state.momentum_buffer, gradient]);
  const ahead = line(
    'Looking ahead',
    'u = (1 - \\mu)\\, g + \\mu m',
    `${factor(1 - mu)} \\cdot ${factor(gradient)} + ${factor(mu)} \\cdot ${factor(m)}`,
    u,
  );
  return [
    ...steps,
    mean,
    ...(flag(args, 'nesterov') ? [ahead] : []),
    line('Entry of the orthogonal matrix, as the GPU finds it', 'x', '', x),
    newWeight(w, 'w - \\eta s\\, x', [[lr * ratio, x]]),
  ];
}
