/** SGD and Lion: what their update does to one weight. */
import { flag, num } from '../../../model/fields.ts';
import { coupled, decoupled } from './prepare.ts';
import { average, type Explain, type ExplainStep, factor, type Given, line, newWeight, tex } from './steps.ts';

export const explainSgd: Explain = (given) => {
  const { args, lr } = given;
  const { steps, g, w } = coupled(given);
  const momentum = num(args, 'momentum');
  if (momentum === 0) return [...steps, newWeight(w, 'w - \\eta\\, g', [[lr, g]])];
  return [...steps, ...(args.form === 'velocity' ? velocity(given, g, w) : kept(given, g, w))];
};

/** Momentum as a sum or a mean of gradients. */
function kept({ args, lr, t, state }: Given, g: number, w: number): ExplainStep[] {
  const momentum = num(args, 'momentum');
  const mean = args.form === 'ema';
  const share = 1 - (mean ? momentum : num(args, 'dampening'));
  const first = t === 1 && !mean;
  const v = first ? g : momentum * state.momentum_buffer + share * g;
  const numbers = `${factor(momentum)} \\cdot ${factor(state.momentum_buffer)} + ${factor(share)} \\cdot ${factor(g)}`;
  const rule = `v \\leftarrow \\mu v + (1 - ${mean ? '\\mu' : '\\tau'})\\, g`;
  const steps = [first ? line('Momentum, at the first step', 'v \\leftarrow g', tex(g), v) : line('Momentum', rule, numbers, v)];
  if (!flag(args, 'nesterov')) return [...steps, newWeight(w, 'w - \\eta\\, v', [[lr, v]])];
  const d = share * g + momentum * v;
  const fresh = mean ? `${factor(share)} \\cdot ${factor(g)}` : tex(g);
  steps.push(line('Looking ahead', `d = ${mean ? '(1 - \\mu)\\, g' : 'g'} + \\mu v`, `${fresh} + ${factor(momentum)} \\cdot ${factor(v)}`, d));
  return [...steps, newWeight(w, 'w - \\eta\\, d', [[lr, d]])];
}

/** Momentum as the step itself. */
function velocity({ args, lr, state }: Given, g: number, w: number): ExplainStep[] {
  const momentum = num(args, 'momentum');
  const v = momentum * state.velocity - lr * g;
  const numbers = `${factor(momentum)} \\cdot ${factor(state.velocity)} - ${factor(lr)} \\cdot ${factor(g)}`;
  const step = line('Velocity', 'v^+ = \\mu v - \\eta\\, g', numbers, v);
  if (!flag(args, 'nesterov')) return [step, line('New weight', 'w \\leftarrow w + v^+', `${tex(w)} + ${factor(v)}`, w + v)];
  const ahead = `${tex(w)} - ${factor(momentum)} \\cdot ${factor(state.velocity)} + ${factor(1 + momentum)} \\cdot ${factor(v)}`;
  const rule = 'w \\leftarrow w - \\mu v + (1 + \\mu)\\, v^+';
  return [step, line('New weight', rule, ahead, w - momentum * state.velocity + (1 + momentum) * v)];
}

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
