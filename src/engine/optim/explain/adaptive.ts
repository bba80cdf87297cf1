/** AdaGrad, RMSProp and AdaDelta: what their update does to one weight. */
import { flag, num } from '../../../model/fields.ts';
import { coupled } from './prepare.ts';
import { average, type Explain, type ExplainStep, factor, fraction, type Given, line, newWeight, ratio, tex } from './steps.ts';

export const explainAdagrad: Explain = (given) => {
  const { args, lr, t, state } = given;
  const { steps, g, w } = coupled(given);
  const eps = num(args, 'eps');
  const sum = state.sum + g * g;
  steps.push(line('Sum of squares', 'G \\leftarrow G + g^2', `${tex(state.sum)} + ${factor(g)}^2`, sum));
  const d = ratio(g, Math.sqrt(sum) + eps);
  steps.push(line('Scaled gradient', 'd = \\frac{g}{\\sqrt{G} + \\epsilon}', fraction(tex(g), `\\sqrt{${tex(sum)}} + ${factor(eps)}`), d));
  const decay = num(args, 'lr_decay');
  if (decay === 0) return [...steps, newWeight(w, 'w - \\eta\\, d', [[lr, d]])];
  const decayed = lr / (1 + (t - 1) * decay);
  const rule = '\\eta_t = \\frac{\\eta}{1 + (t - 1)\\, \\mathrm{lr\\_decay}}';
  steps.push(line('Decayed learning rate', rule, fraction(tex(lr), `1 + ${t - 1} \\cdot ${factor(decay)}`), decayed));
  return [...steps, newWeight(w, 'w - \\eta_t\\, d', [[decayed, d]])];
};

/** The variance that the gradient is divided by the root of. */
function variance({ args, state }: Given, g: number): { steps: ExplainStep[]; value: number } {
  const alpha = num(args, 'alpha');
  const square = average('Mean of squares', 'G', '\\alpha', 'g^2', [alpha, state.square_avg, g * g]);
  if (!flag(args, 'centered')) return { steps: [square], value: square.value };
  const mean = average('Mean', 'a', '\\alpha', 'g', [alpha, state.grad_avg, g]);
  const value = Math.max(square.value - mean.value ** 2, 0);
  return { steps: [square, mean, line('Variance', 'G - a^2', `${tex(square.value)} - ${factor(mean.value)}^2`, value)], value };
}

export const explainRmsprop: Explain = (given) => {
  const { args, lr, state } = given;
  const { steps, g, w } = coupled(given);
  const eps = num(args, 'eps');
  const { steps: more, value } = variance(given, g);
  steps.push(...more);
  const inside = flag(args, 'eps_inside_root');
  const root = (what: string, more: string): string => (inside ? `\\sqrt{${what} + ${more}}` : `\\sqrt{${what}} + ${more}`);
  const d = ratio(g, inside ? Math.sqrt(value + eps) : Math.sqrt(value) + eps);
  const rule = `d = \\frac{g}{${root(flag(args, 'centered') ? 'G - a^2' : 'G', '\\epsilon')}}`;
  steps.push(line('Scaled gradient', rule, fraction(tex(g), root(tex(value), factor(eps))), d));
  const momentum = num(args, 'momentum');
  if (momentum === 0) return [...steps, newWeight(w, 'w - \\eta\\, d', [[lr, d]])];
  const v = momentum * state.momentum_buffer + d;
  steps.push(line('Momentum', 'v \\leftarrow \\mu v + d', `${factor(momentum)} \\cdot ${factor(state.momentum_buffer)} + ${factor(d)}`, v));
  return [...steps, newWeight(w, 'w - \\eta\\, v', [[lr, v]])];
};

export const explainAdadelta: Explain = (given) => {
  const { args, lr, state } = given;
  const { steps, g, w } = coupled(given);
  const [rho, eps] = [num(args, 'rho'), num(args, 'eps')];
  const square = average('Mean of squared gradients', 'G', '\\rho', 'g^2', [rho, state.square_avg, g * g]);
  const root = Math.sqrt(square.value + eps);
  const d = root === 0 ? 0 : (Math.sqrt(state.acc_delta + eps) / root) * g;
  const numbers = `${fraction(`\\sqrt{${tex(state.acc_delta)} + ${factor(eps)}}`, `\\sqrt{${tex(square.value)} + ${factor(eps)}}`)} \\cdot ${factor(g)}`;
  return [
    ...steps,
    square,
    line('Step in its own units', 'd = \\frac{\\sqrt{D + \\epsilon}}{\\sqrt{G + \\epsilon}}\\, g', numbers, d),
    average('Mean of squared steps, for the next', 'D', '\\rho', 'd^2', [rho, state.acc_delta, d * d]),
    newWeight(w, 'w - \\eta\\, d', [[lr, d]]),
  ];
};
