/** Principal components: of matrices whose answer is known, and of trajectories that lie on a plane. */
import { describe, expect, it } from 'vitest';
import { finish } from '../../src/data/cooperative.ts';
import { random } from '../../src/model/random.ts';
import { dot, eigenSymmetric, principal } from '../../src/train/pca.ts';

const normals = (length: number, seed: number): Float64Array => Float64Array.from({ length }, random(seed).normal);

describe('eigenSymmetric', () => {
  it('solves a matrix whose eigenvalues are known', () => {
    // Second differences: 2 − 2·cos(kπ/(n + 1)).
    const n = 12;
    const matrix = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)));
    const { values } = eigenSymmetric(matrix);
    const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)));
    for (const [k, value] of values.entries()) expect(Math.abs(value - expected[k])).toBeLessThan(1e-13);
  });

  it('gives unit vectors at right angles that rebuild a random matrix', () => {
    const n = 30;
    const b = Array.from({ length: n }, (_, i) => normals(n, i + 1));
    const matrix = b.map((x) => b.map((y) => dot(x, y)));
    const { values, vectors } = eigenSymmetric(matrix);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        expect(Math.abs(dot(vectors[i], vectors[j]) - (i === j ? 1 : 0))).toBeLessThan(1e-12);
        const rebuilt = values.reduce((sum, value, k) => sum + value * vectors[k][i] * vectors[k][j], 0);
        expect(Math.abs(rebuilt - matrix[i][j])).toBeLessThan(1e-11 * values[0]);
      }
    }
  });

  it('of zeros, of one number and of a diagonal', () => {
    expect(
      eigenSymmetric([
        [0, 0],
        [0, 0],
      ]).values,
    ).toEqual([0, 0]);
    expect(eigenSymmetric([[7]])).toEqual({ values: [7], vectors: [[1]] });
    expect(
      eigenSymmetric([
        [1, 0],
        [0, 5],
      ]).values,
    ).toEqual([5, 1]);
  });
});

describe('principal', () => {
  const P = 500;
  const [a, b] = [normals(P, 1), normals(P, 2)];

  it('of a trajectory on a plane explains all of it, and finds it again', () => {
    const spiral = Array.from({ length: 40 }, (_, t) => [Math.cos(t / 5) * (40 - t), Math.sin(t / 5) * (40 - t)]);
    const rows = spiral.map(([x, y]) => Float32Array.from({ length: P }, (_, i) => x * a[i] + y * b[i]));
    const { axes, explained } = finish(principal(rows, 2));
    expect(axes).toHaveLength(2);
    expect(explained[0]).toBeGreaterThan(explained[1]);
    expect(Math.abs(explained[0] + explained[1] - 1)).toBeLessThan(1e-12);
    for (const row of rows) {
      const [x, y] = [dot(row, axes[0]), dot(row, axes[1])];
      const off = row.reduce((most, value, i) => Math.max(most, Math.abs(value - x * axes[0][i] - y * axes[1][i])), 0);
      expect(off).toBeLessThan(1e-4);
    }
    expect(Math.abs(dot(axes[0], axes[1]))).toBeLessThan(1e-9);
    expect(Math.abs(dot(axes[0], axes[0]) - 1)).toBeLessThan(1e-9);
  });

  it('shares the variance out as the trajectory does', () => {
    const e = (k: number, length: number): Float32Array => Float32Array.from({ length: P }, (_, i) => (i === k ? length : 0));
    const { explained } = finish(principal([e(3, 3), e(70, 2), e(9, 1)], 2));
    expect(explained[0]).toBeCloseTo(9 / 14, 12);
    expect(explained[1]).toBeCloseTo(4 / 14, 12);
  });

  it('of a line has one direction, of standing still none', () => {
    const line = [1, 2, 3].map((t) => a.map((value) => t * value));
    const { axes, explained } = finish(principal(line, 2));
    expect(axes).toHaveLength(1);
    expect(explained[0]).toBeCloseTo(1, 12);
    expect(finish(principal([new Float64Array(P)], 2)).axes).toEqual([]);
  });
});
