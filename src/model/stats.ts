/**
 * Means, Student's t and intervals: what turns a handful of seeds into a sentence. Float64 throughout; values that are not finite are the caller's
 * to leave out, since whether a diverged run counts is a decision and not arithmetic.
 */

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Unbiased variance Σ(x − x̄)² / (n − 1); NaN of fewer than two values. Two passes: one would cancel where the spread is small. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) ** 2;
  return sum / (values.length - 1);
}

/** Lanczos coefficients for g = 7, n = 9 (Godfrey 2001): |relative error| < 1e-14 for x > 0. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const LANCZOS_G = 7;

/** ln Γ(x) for x ≥ 1/2. */
function logGamma(x: number): number {
  const z = x - 1;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (z + i)), 0);
  const t = z + LANCZOS_G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const TINY = 1e-300;
const CLOSE = 1e-15;
const MOST_TERMS = 10_000;

/** Continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method; converges fast for x < (a + 1) / (a + b + 2). */
function betaFraction(x: number, a: number, b: number): number {
  const keep = (v: number): number => (Math.abs(v) < TINY ? TINY : v);
  let c = 1;
  let d = 1 / keep(1 - ((a + b) * x) / (a + 1));
  let f = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keep(1 + even * d);
    c = keep(1 + even / c);
    f *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keep(1 + odd * d);
    c = keep(1 + odd / c);
    f *= c * d;
    if (Math.abs(c * d - 1) < CLOSE) break;
  }
  return f;
}

/** Regularised incomplete beta function I_x(a, b), 0 ≤ x ≤ 1; `y` = 1 − x, given apart so that neither end loses digits. */
function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(y, b, a)) / b;
}

/** P(T > t) of Student's t with `df` > 0 degrees of freedom (need not be whole), t ≥ 0. */
function upperTail(df: number, t: number): number {
  const all = df + t * t;
  return 0.5 * incompleteBeta(df / all, (t * t) / all, df / 2, 0.5);
}

/** Probability that |T| exceeds |t|: the p of a two-sided test. */
export const tTwoSided = (df: number, t: number): number => (t === Number.POSITIVE_INFINITY ? 0 : 2 * upperTail(df, Math.abs(t)));

const HALVINGS = 200;

/**
 * The t with P(T ≤ t) = p, 0 < p < 1, for `df` > 0: bisection on the tail, which is monotone, and so cannot fail where Newton's method may.
 * Relative error below 1e-9.
 */
export function tQuantile(df: number, p: number): number {
  if (!(df > 0) || !(p > 0 && p < 1)) return Number.NaN;
  if (p === 0.5) return 0;
  if (p < 0.5) return -tQuantile(df, 1 - p);
  const tail = 1 - p;
  let high = 1;
  while (upperTail(df, high) > tail && high < 1e300) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  for (let i = 0; i < HALVINGS && high - low > 1e-12 * high; i++) {
    const mid = (low + high) / 2;
    if (upperTail(df, mid) > tail) low = mid;
    else high = mid;
  }
  return (low + high) / 2;
}

/** t of the two-sided 95 % interval, by degrees of freedom: a band asks for the same few again and again. */
const t95s = new Map<number, number>();

/** tQuantile(df, 0.975); NaN for df < 1. */
export function t95(df: number): number {
  if (!(df >= 1)) return Number.NaN;
  const known = t95s.get(df);
  if (known !== undefined) return known;
  const t = tQuantile(df, 0.975);
  t95s.set(df, t);
  return t;
}

export interface Interval {
  mean: number;
  /** The interval is mean ± half; NaN of a single value, which says nothing of its spread. */
  half: number;
  n: number;
}

/** 95 % confidence interval of the mean (Student 1908): x̄ ± t₀.₉₇₅,ₙ₋₁ · s / √n. */
export function interval95(values: readonly number[]): Interval {
  const n = values.length;
  return { mean: mean(values), half: t95(n - 1) * Math.sqrt(variance(values) / n), n };
}

export interface PairedDifference extends Interval {
  /** Two-sided p of the paired t test against "no difference"; NaN of fewer than two pairs. */
  p: number;
}

/** Of a − b, pair by pair (`a[i]` and `b[i]` share a seed): what both owe to the seed cancels. The arrays are equally long. */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
  const differences = a.map((value, i) => value - b[i]!);
  const interval = interval95(differences);
  if (interval.n < 2) return { ...interval, p: Number.NaN };
  const error = Math.sqrt(variance(differences) / interval.n);
  // Equal differences throughout: certain if there is one at all.
  const t = error === 0 ? (interval.mean === 0 ? 0 : Number.POSITIVE_INFINITY) : interval.mean / error;
  return { ...interval, p: tTwoSided(interval.n - 1, t) };
}

/**
 * Holm's step-down adjustment ("A Simple Sequentially Rejective Multiple Test Procedure", 1979): the i-th smallest of m values of p counts m − i
 * times (i from 0) and is never below the one before it. Of m tests below α by this measure, the chance of even one false alarm is at most α.
 * In the order of the argument; NaN, a test that cannot be made, counts among the m and stays NaN.
 */
export function holm(ps: readonly number[]): number[] {
  const order = [...ps.keys()].filter((i) => !Number.isNaN(ps[i]!)).sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = ps.map(() => Number.NaN);
  let least = 0;
  order.forEach((at, i) => {
    least = Math.max(least, Math.min(1, (ps.length - i) * ps[at]!));
    adjusted[at] = least;
  });
  return adjusted;
}
