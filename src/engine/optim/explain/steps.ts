/** How an optimizer's explanation is written: lines of a formula, the numbers put in, and what comes out, in float64. */
import type { Args } from '../../../model/types.ts';

/** One line. The last of an explanation is the new weight. */
export interface ExplainStep {
  /** What the line makes. */
  label: string;
  /** TeX of the rule. */
  tex: string;
  /** TeX of its right-hand side with the numbers in place; empty where there is nothing to put in. */
  numbers: string;
  value: number;
}

/** One weight as its update begins. */
export interface Given {
  args: Args;
  /** Of this step. */
  lr: number;
  /** From 1. */
  t: number;
  /** Σ ln of the momentum of steps 1 … t, where a schedule moves it; `args` hold that of this step. */
  logMomenta?: number;
  gradient: number;
  weight: number;
  /** PyTorch's name → value of the optimizer's state, before. */
  state: Readonly<Record<string, number>>;
}

export type Explain = (given: Given) => ExplainStep[];

/** Six digits in TeX: 0.0123457, 1.2·10⁻⁵. */
export function tex(value: number): string {
  if (!Number.isFinite(value)) return `\\text{${String(value)}}`;
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e6)) return String(Number(value.toPrecision(6)));
  const [mantissa, exponent] = value.toExponential(5).split('e');
  return `${Number(mantissa)} \\cdot 10^{${Number(exponent)}}`;
}

/** The same as a factor, summand or base: what has a sign or a power of ten stands in parentheses. */
export function factor(value: number): string {
  const text = tex(value);
  return /^-|cdot/.test(text) ? `(${text})` : text;
}

export const line = (label: string, rule: string, numbers: string, value: number): ExplainStep => ({ label, tex: rule, numbers, value });

/** `a / b` where 0 / 0 counts as 0, as in the kernels. */
export const ratio = (a: number, b: number): number => (b === 0 && a === 0 ? 0 : a / b);

export const fraction = (top: string, bottom: string): string => `\\frac{${top}}{${bottom}}`;

/** decay · mean + (1 − decay) · x with its numbers. */
export function average(
  label: string,
  symbol: string,
  beta: string,
  x: string,
  [decay, mean, value]: readonly [number, number, number],
): ExplainStep {
  const next = decay * mean + (1 - decay) * value;
  const rule = `${symbol} \\leftarrow ${beta} ${symbol} + (1 - ${beta})\\, ${x}`;
  return line(label, rule, `${factor(decay)} \\cdot ${factor(mean)} + ${factor(1 - decay)} \\cdot ${factor(value)}`, next);
}

/** The last line of most: w − size · direction. */
export function newWeight(weight: number, rule: string, moves: readonly (readonly [size: number, direction: number])[]): ExplainStep {
  const numbers = moves.map(([size, direction]) => ` - ${factor(size)} \\cdot ${factor(direction)}`).join('');
  const value = moves.reduce((w, [size, direction]) => w - size * direction, weight);
  return line('New weight', `w \\leftarrow ${rule}`, `${tex(weight)}${numbers}`, value);
}
