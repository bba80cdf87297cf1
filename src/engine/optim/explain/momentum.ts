/** SGD and Lion: what their update does to one weight. */
import { flag, num } from '../../../model/fields.ts';
import { coupled, decoupled } from './prepare.ts';
import { average, type Explain, factor, line, newWeight, tex } from './steps.ts';

export const explainSgd: Explain = (given) => {
  const { args, lr, t, state } = given;
  const { steps, g, w } = coupled(given);
  const momentum = num(args, 'momentum');
  if (momentum === 0) return [...steps, newWeight(w, 'w - \\eta\\, g', [[lr, g]])];
  const share = 1 - num(args, 'dampening');
  const v = t === 1 ? g : momentum * state.momentum_buffer + share * g;
  steps.push(
    t === 1
      ? line('Momentum, at the first step', 'v \\leftarrow g', tex(g), v)
      : line(
          'Momentum',
          'v \\leftarrow \\mu v + (1 - \\tau)\\, g',
          `${factor(momentum)} \\cdot ${factor(state.momentum_buffer)} + ${factor(share)} \\cdot ${factor(g)}`,
          v,
        ),
  );
  if (!flag(args, 'nesterov')) return [...steps, newWeight(w, 'w - \\eta\\, v', [[lr, v]])];
  const d = g + momentum * v;
  steps.push(line('Looking ahead', 'd = g + \\mu v', `${tex(g)} + ${factor(momentum)} \\cdot ${factor(v)}`, d));
  return [...steps, newWeight(w, 'w - \\eta\\, d', [[lr, d]])];
};

export const explainLion: Explain = (given) => {
  const { args, lr, state } = given;
  const { steps, g, w } = decoupled(given);
  const [beta1, beta2] = args.betas as number[];
  const c = beta1 * state.exp_avg + (1 - beta1) * g;
  steps.push(
    line(
      'Direction',
      'c = \\beta_1 m + (1 - \\beta_1)\\, g',
      `${factor(beta1)} \\cdot ${factor(state.exp_avg)} + ${factor(1 - beta1)} \\cdot ${factor(g)}`,
      c,
    ),
    line('Its sign', 's = \\sign(c)', `\\sign(${tex(c)})`, Math.sign(c)),
    average('Momentum, for the next step', 'm', '\\beta_2', 'g', [beta2, state.exp_avg, g]),
  );
  return [...steps, newWeight(w, 'w - \\eta\\, s', [[lr, Math.sign(c)]])];
};
