/** Adam and its kin: what their update does to one weight. */
import { flag, num } from '../../../model/fields.ts';
import { muProducts } from '../nadam.ts';
import { coupled, decoupled, type Prepared } from './prepare.ts';
import { average, type Explain, type ExplainStep, factor, fraction, type Given, line, newWeight, ratio, tex } from './steps.ts';

const corrected = (symbol: string, k: 1 | 2): string => `\\hat{${symbol}} = \\frac{${symbol}}{1 - \\beta_${k}^t}`;

/** Both running means. */
function moments({ args, state }: Given, g: number): [m: ExplainStep, v: ExplainStep] {
  const [beta1, beta2] = args.betas as [number, number];
  return [
    average('First moment', 'm', '\\beta_1', 'g', [beta1, state.exp_avg, g]),
    average('Second moment', 'v', '\\beta_2', 'g^2', [beta2, state.exp_avg_sq, g * g]),
  ];
}

const correction = (label: string, symbol: string, k: 1 | 2, value: number, beta: number, t: number): ExplainStep =>
  line(label, corrected(symbol, k), fraction(tex(value), `1 - ${factor(beta)}^{${t}}`), value / (1 - beta ** t));

function adam(given: Given, { steps, g, w }: Prepared): ExplainStep[] {
  const { args, lr, t, state } = given;
  const [beta1, beta2] = args.betas as [number, number];
  const eps = num(args, 'eps');
  const corrects = args.bias_correction !== false;
  const [first, second] = moments(given, g);
  steps.push(first, second);
  let [m, v] = [first.value, second.value];
  if (flag(args, 'amsgrad')) {
    const largest = Math.max(state.max_exp_avg_sq, v);
    const numbers = `\\max(${tex(state.max_exp_avg_sq)}, ${tex(v)})`;
    steps.push(line('Largest second moment so far', 'v \\leftarrow \\max(v_{\\max}, v)', numbers, largest));
    v = largest;
  }
  if (corrects) {
    const hats = [correction('First, corrected', 'm', 1, m, beta1, t), correction('Second, corrected', 'v', 2, v, beta2, t)];
    steps.push(...hats);
    [m, v] = [hats[0].value, hats[1].value];
  }
  const [top, bottom] = corrects ? ['\\hat{m}', '\\hat{v}'] : ['m', 'v'];
  const d = ratio(m, Math.sqrt(v) + eps);
  const numbers = fraction(tex(m), `\\sqrt{${tex(v)}} + ${factor(eps)}`);
  steps.push(line('Direction', `d = \\frac{${top}}{\\sqrt{${bottom}} + \\epsilon}`, numbers, d));
  return [...steps, newWeight(w, 'w - \\eta\\, d', [[lr, d]])];
}

export const explainAdam: Explain = (given) => adam(given, coupled(given));

export const explainAdamW: Explain = (given) => adam(given, decoupled(given));

export const explainAdamax: Explain = (given) => {
  const { args, lr, t, state } = given;
  const { steps, g, w } = coupled(given);
  const [beta1, beta2] = args.betas as [number, number];
  const eps = num(args, 'eps');
  const m = average('First moment', 'm', '\\beta_1', 'g', [beta1, state.exp_avg, g]);
  const u = Math.max(beta2 * state.exp_inf, Math.abs(g) + eps);
  const size = lr / (1 - beta1 ** t);
  const d = ratio(m.value, u);
  return [
    ...steps,
    m,
    line(
      'Decaying maximum',
      'u \\leftarrow \\max(\\beta_2 u, |g| + \\epsilon)',
      `\\max(${factor(beta2)} \\cdot ${factor(state.exp_inf)}, ${tex(Math.abs(g))} + ${factor(eps)})`,
      u,
    ),
    line('Corrected learning rate', '\\hat{\\eta} = \\frac{\\eta}{1 - \\beta_1^t}', fraction(tex(lr), `1 - ${factor(beta1)}^{${t}}`), size),
    line('Direction', 'd = \\frac{m}{u}', fraction(tex(m.value), tex(u)), d),
    newWeight(w, 'w - \\hat{\\eta}\\, d', [[size, d]]),
  ];
};

export const explainNAdam: Explain = (given) => {
  const { args, lr, t } = given;
  const { steps, g, w } = coupled(given);
  const [beta1, beta2] = args.betas as [number, number];
  const [eps, decay] = [num(args, 'eps'), num(args, 'momentum_decay')];
  const [m, v] = moments(given, g);
  const hat = correction('Second, corrected', 'v', 2, v.value, beta2, t);
  const mu = (step: number): number => beta1 * (1 - 0.5 * 0.96 ** (step * decay));
  const { now: rest, next: restNext } = muProducts(beta1, decay, t, given.logMomenta);
  const [own, next] = [(1 - mu(t)) / rest, mu(t + 1) / restNext];
  const ahead = own * g + next * m.value;
  const root = Math.sqrt(hat.value) + eps;
  const d = ratio(ahead, root);
  return [
    ...steps,
    m,
    v,
    hat,
    line('Share of the gradient', 'a = \\frac{1 - \\mu_t}{1 - \\prod_{i=1}^{t} \\mu_i}', fraction(`1 - ${factor(mu(t))}`, tex(rest)), own),
    line('Share of the moment', 'b = \\frac{\\mu_{t+1}}{1 - \\prod_{i=1}^{t+1} \\mu_i}', fraction(tex(mu(t + 1)), tex(restNext)), next),
    line('Looking ahead', '\\hat{m} = a\\, g + b\\, m', `${factor(own)} \\cdot ${factor(g)} + ${factor(next)} \\cdot ${factor(m.value)}`, ahead),
    line('Direction', 'd = \\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}', fraction(tex(ahead), `\\sqrt{${tex(hat.value)}} + ${factor(eps)}`), d),
    newWeight(w, 'w - \\eta\\, d', [[lr, d]]),
  ];
};

export const explainRAdam: Explain = (given) => {
  const { args, lr, t } = given;
  const { steps, g, w } = coupled(given);
  const [beta1, beta2] = args.betas as [number, number];
  const eps = num(args, 'eps');
  const [m, v] = moments(given, g);
  const mHat = correction('First, corrected', 'm', 1, m.value, beta1, t);
  const rhoInf = 2 / (1 - beta2) - 1;
  const rho = rhoInf - (2 * t * beta2 ** t) / (1 - beta2 ** t);
  const rule = '\\rho = \\rho_\\infty - \\frac{2 t \\beta_2^t}{1 - \\beta_2^t}';
  const numbers = `${tex(rhoInf)} - ${fraction(`2 \\cdot ${t} \\cdot ${factor(beta2)}^{${t}}`, `1 - ${factor(beta2)}^{${t}}`)}`;
  steps.push(m, v, mHat, line('Steps that back the second moment', rule, numbers, rho));
  if (!(rho > 5)) {
    const why = 'New weight, by momentum alone while ρ ≤ 5';
    return [...steps, { ...newWeight(w, 'w - \\eta\\, \\hat{m}', [[lr, mHat.value]]), label: why }];
  }
  const r = Math.sqrt(((rho - 4) * (rho - 2) * rhoInf) / ((rhoInf - 4) * (rhoInf - 2) * rho));
  const rectifier = 'r = \\sqrt{\\frac{(\\rho - 4)(\\rho - 2)\\, \\rho_\\infty}{(\\rho_\\infty - 4)(\\rho_\\infty - 2)\\, \\rho}}';
  const [a, b] = [tex(rho), tex(rhoInf)];
  const inside = fraction(`(${a} - 4)(${a} - 2) \\cdot ${b}`, `(${b} - 4)(${b} - 2) \\cdot ${a}`);
  const bias = Math.sqrt(1 - beta2 ** t);
  const d = ratio(mHat.value * bias, Math.sqrt(v.value) + eps);
  steps.push(
    line('Rectifier', rectifier, `\\sqrt{${inside}}`, r),
    line(
      'Direction',
      'd = \\frac{\\hat{m} \\sqrt{1 - \\beta_2^t}}{\\sqrt{v} + \\epsilon}',
      fraction(`${factor(mHat.value)} \\cdot ${tex(bias)}`, `\\sqrt{${tex(v.value)}} + ${factor(eps)}`),
      d,
    ),
  );
  return [...steps, newWeight(w, 'w - \\eta r\\, d', [[lr * r, d]])];
};
