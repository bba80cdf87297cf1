/**
 * Principal components of a few long vectors. The eigenvectors of the small Gram matrix give those of the large scatter matrix ("snapshots",
 * Sirovich 1987), so that nothing of the size P × P ever stands in memory. All sums in float64.
 */
import type { Steps } from '../data/cooperative.ts';

/** Off-diagonal weight, relative to the whole, at which a matrix counts as diagonal. */
const DIAGONAL = 1e-24;
const MOST_SWEEPS = 60;

export interface Eigen {
  /** Largest first. */
  values: number[];
  /** vectors[k][i]: entry i of the unit vector that belongs to values[k]. */
  vectors: number[][];
}

/** What one rotation by (c, s) makes of two numbers. */
function rotate(row: Float64Array, p: number, q: number, c: number, s: number): void {
  const [x, y] = [row[p], row[q]];
  row[p] = c * x - s * y;
  row[q] = s * x + c * y;
}

function annihilate(a: Float64Array[], v: Float64Array[], p: number, q: number): void {
  const apq = a[p][q];
  if (apq === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of a) rotate(row, p, q, c, s);
  const [ap, aq] = [a[p], a[q]];
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [ap[k], aq[k]];
    ap[k] = c * x - s * y;
    aq[k] = s * x + c * y;
  }
  for (const row of v) rotate(row, p, q, c, s);
}

const sumOfSquares = (a: readonly Float64Array[], off: boolean): number =>
  a.reduce((sum, row, i) => sum + row.reduce((part, x, j) => (off && i === j ? part : part + x * x), 0), 0);

/** Eigenvalues and unit eigenvectors of a symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan, §8.5). `matrix` [n][n]. */
export function eigenSymmetric(matrix: readonly ArrayLike<number>[]): Eigen {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = matrix.map((_, i) => Float64Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)));
  const whole = sumOfSquares(a, false);
  for (let sweep = 0; sweep < MOST_SWEEPS && sumOfSquares(a, true) > DIAGONAL * whole; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) annihilate(a, v, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => v.map((row) => row[i])) };
}

/** Σ a·b in float64. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export interface Components {
  /** Unit vectors of the rows' length, as many as were asked for and the rows span. */
  axes: Float64Array[];
  /** Share of Σ|row|² along each axis, 0 … 1. */
  explained: number[];
}

/** Below this share of the largest eigenvalue, a direction is rounding. */
const RANK = 1e-12;

/** Σ weights_i · rows_i, made a unit vector whose largest entry in `weights` counts as positive. */
function combine(rows: readonly ArrayLike<number>[], weights: readonly number[], length: number): Float64Array {
  const largest = weights.reduce((best, w) => (Math.abs(w) > Math.abs(best) ? w : best), 0);
  const axis = new Float64Array(rows[0].length);
  rows.forEach((row, i) => {
    const w = (largest < 0 ? -weights[i] : weights[i]) / length;
    for (let j = 0; j < axis.length; j++) axis[j] += w * row[j];
  });
  return axis;
}

/**
 * The first `count` principal directions of `rows` about the origin, not about their mean: rows are differences from the point that the
 * plane is to pass through (Li et al. 2018, §7.2). Yields the share that is done.
 */
export function* principal(rows: readonly ArrayLike<number>[], count: number): Steps<Components> {
  const gram = rows.map(() => new Float64Array(rows.length));
  for (let i = 0; i < rows.length; i++) {
    for (let j = i; j < rows.length; j++) {
      gram[i][j] = dot(rows[i], rows[j]);
      gram[j][i] = gram[i][j];
      yield i / rows.length;
    }
  }
  const { values, vectors } = eigenSymmetric(gram);
  const whole = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const rank = values.filter((value) => value > RANK * values[0] && value > 0).length;
  const kept = values.slice(0, Math.min(count, rank));
  const axes: Float64Array[] = [];
  for (const [k, value] of kept.entries()) {
    axes.push(combine(rows, vectors[k], Math.sqrt(value)));
    yield 1;
  }
  return { axes, explained: kept.map((value) => value / whole) };
}
