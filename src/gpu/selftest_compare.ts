/**
 * Compares float32 results with float64 expectations. Every comparison returns null or a sentence that names the first element that is
 * off, for Node and browser tests alike: `expect(compare(…)).toBeNull()`.
 */

import type { DrawnCase } from '../engine/ops/cases.ts';
import type { Case, Cases, Reference, Tensor } from '../engine/reference.ts';

/** Devices may flush float32 denormals: below this, 0 is as good. */
const DENORMAL = 1.2e-38;

export interface Limits {
  /** Largest relative L2 error; 0 means every element equal. */
  tolerance: number;
  /** Enough by itself: every element within this. */
  absolute?: number;
  /** In addition: largest |actual − expected| / magnitude of any element. */
  per_term?: { limit: number; magnitudes: ArrayLike<number> };
}

/** ‖actual − expected‖ / ‖expected‖; 0 for two zero vectors, infinite where only the expectation is zero. */
export function relativeL2(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    error += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return error === 0 ? 0 : Math.sqrt(error / norm);
}

/** Largest |actual − expected| and where it is. */
export function maxAbs(actual: ArrayLike<number>, expected: ArrayLike<number>): { error: number; index: number } {
  let worst = { error: 0, index: 0 };
  for (let index = 0; index < expected.length; index++) {
    const error = Math.abs(actual[index] - expected[index]);
    if (!(error <= worst.error)) worst = { error, index };
  }
  return worst;
}

const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);

/** Position among all float32 numbers in order; both zeroes are 0. */
function ordinal(value: number): number {
  floats[0] = value;
  return words[0] < 0 ? -(words[0] & 0x7fffffff) : words[0];
}

/** How many float32 numbers lie from a to b (both rounded to float32). */
export const ulpDistance = (a: number, b: number): number => Math.abs(ordinal(a) - ordinal(b));

/** Distance from |value| to the next float32. */
export function ulp(value: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(Math.fround(value)) || DENORMAL)));
  return 2 ** (exponent - 23);
}

/** Limits of a case: its own where it has any, else its operation's. */
export const limitsOf = (item: Case, cases: Cases): Limits => ({
  tolerance: item.tolerance ?? cases.tolerance,
  absolute: item.absolute ?? cases.absolute,
});

/** "17 [0, 1, 0, 3]". */
function place(index: number, shape: readonly number[] | undefined): string {
  if (!shape || shape.length < 2) return String(index);
  let rest = index;
  const coordinates = shape.map((_, axis) => {
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const at = Math.floor(rest / inner);
    rest %= inner;
    return at;
  });
  return `${index} [${coordinates.join(', ')}]`;
}

/** Sentence about the elements that `off` selects, or null if there is none. */
function report(
  label: string,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  shape: readonly number[] | undefined,
  off: (i: number) => boolean,
): string | null {
  let first = -1;
  let count = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!off(i)) continue;
    if (first < 0) first = i;
    count++;
  }
  if (first < 0) return null;
  return `${label}: ${what}; first off at ${place(first, shape)}: got ${actual[first]}, want ${expected[first]}; ${count} of ${expected.length} off`;
}

/** Lengths agree and every result is finite. A non-finite expectation is a mistake of the test. */
function checkFinite(label: string, actual: ArrayLike<number>, expected: ArrayLike<number>, shape?: readonly number[]): string | null {
  if (actual.length !== expected.length) return `${label}: ${actual.length} elements, want ${expected.length}`;
  for (let i = 0; i < expected.length; i++) if (!Number.isFinite(expected[i])) return `${label}: expects ${expected[i]} at ${place(i, shape)}`;
  return report(label, 'not finite', actual, expected, shape, (i) => !Number.isFinite(actual[i]));
}

/** Null, or what is wrong with `actual` (reference.ts, `Cases`, says when a result passes). */
export function compare(
  label: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  limits: Limits,
  shape?: readonly number[],
): string | null {
  const error = (i: number) => Math.abs(actual[i] - expected[i]);
  return checkFinite(label, actual, expected, shape) ?? overall() ?? perTerm();

  function overall(): string | null {
    const { tolerance, absolute = 0 } = limits;
    if (tolerance === 0) return report(label, 'not equal', actual, expected, shape, (i) => error(i) > Math.max(absolute, DENORMAL));
    const relative = relativeL2(actual, expected);
    const worst = maxAbs(actual, expected);
    if (relative <= tolerance || worst.error <= Math.max(absolute, DENORMAL)) return null;
    let square = 0;
    for (let i = 0; i < expected.length; i++) square += expected[i] ** 2;
    const allowed = Math.max(absolute, tolerance * Math.sqrt(square / expected.length));
    const what = `relative L2 ${relative.toExponential(2)} > ${tolerance.toExponential(2)}, largest error ${worst.error.toExponential(2)} at ${place(worst.index, shape)}`;
    return report(label, what, actual, expected, shape, (i) => error(i) > allowed);
  }

  function perTerm(): string | null {
    if (!limits.per_term) return null;
    const { limit, magnitudes } = limits.per_term;
    const what = `error beyond ${limit.toExponential(2)} of the sum of magnitudes`;
    return report(label, what, actual, expected, shape, (i) => error(i) > limit * magnitudes[i] + DENORMAL);
  }
}

/** Null, or the first element more than `limit` float32 numbers away. */
export function compareUlp(
  label: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  limit: number,
  shape?: readonly number[],
): string | null {
  const off = (i: number) => ulpDistance(actual[i], expected[i]) > limit && Math.abs(actual[i] - expected[i]) > DENORMAL;
  return checkFinite(label, actual, expected, shape) ?? report(label, `beyond ${limit} ULP`, actual, expected, shape, off);
}

/** An optimizer's step: |actual − expected| ≤ 2 ULP of the weight + 1e-5 of the step. A limit on the weight alone would hide a wrong step. */
export function compareStep(
  label: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  before: ArrayLike<number>,
  shape?: readonly number[],
): string | null {
  const off = (i: number) => Math.abs(actual[i] - expected[i]) > 2 * ulp(expected[i]) + 1e-5 * Math.abs(expected[i] - before[i]);
  return checkFinite(label, actual, expected, shape) ?? report(label, 'beyond 2 ULP + 1e-5 of the step', actual, expected, shape, off);
}

/** Everything a layer gives, by name: output, buffers.running_mean …, grad_inputs.0 …, grad_params.weight …. */
export type Results = Record<string, Tensor>;

export function runReference(reference: Reference, { args, inputs, params, grad_output, mode }: DrawnCase): Results {
  const { output, buffers = {} } = reference.forward(args, inputs, params, mode);
  const { grad_inputs, grad_params } = reference.backward(args, inputs, params, grad_output, mode);
  const results: Results = { output };
  for (const [name, t] of Object.entries(buffers)) results[`buffers.${name}`] = t;
  for (const [k, t] of grad_inputs.entries()) results[`grad_inputs.${k}`] = t;
  for (const [name, t] of Object.entries(grad_params)) results[`grad_params.${name}`] = t;
  return results;
}

/** Σ|aₖ·bₖ| behind every result of an operation that sums products: its reference, run on absolute values. */
export function magnitudesOf(reference: Reference, drawn: DrawnCase): Results {
  const absolute = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map(Math.abs) });
  const params = Object.fromEntries(Object.entries(drawn.params).map(([name, t]) => [name, absolute(t)]));
  return runReference(reference, { ...drawn, params, inputs: drawn.inputs.map(absolute), grad_output: absolute(drawn.grad_output) });
}

/** A whole case: null, or the first result that is off. `actual` holds the results that a kernel gives; those it does not give are skipped. */
export function compareCase(
  item: Case,
  cases: Cases,
  reference: Reference,
  drawn: DrawnCase,
  actual: Readonly<Record<string, ArrayLike<number>>>,
): string | null {
  const expected = runReference(reference, drawn);
  const limits = limitsOf(item, cases);
  const magnitudes = cases.per_term === undefined ? undefined : magnitudesOf(reference, drawn);
  for (const [name, values] of Object.entries(actual)) {
    if (!(name in expected)) return `${item.type} ${name}: the reference has no such result; it has ${Object.keys(expected).join(', ')}`;
    const per_term = magnitudes && { limit: cases.per_term ?? 0, magnitudes: magnitudes[name].data };
    const wrong = compare(
      `${item.type} ${JSON.stringify(item.args)} ${JSON.stringify(item.inputs)} ${name}`,
      values,
      expected[name].data,
      { ...limits, per_term },
      expected[name].shape,
    );
    if (wrong) return wrong;
  }
  return null;
}
