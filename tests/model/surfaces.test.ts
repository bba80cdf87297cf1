/** The surfaces: derivatives against central differences, minima, starts, and the matrix's plane. */
import { describe, expect, it } from 'vitest';
import { hash3, random } from '../../src/model/random.ts';
import { inWindow, surfaceIds, surfaces } from '../../src/model/surfaces/index.ts';
import { noiseAt } from '../../src/model/surfaces/noise.ts';

const EPSILON = 1e-6;

describe.each(surfaceIds)('%s', (id) => {
  const surface = surfaces[id]!;
  const { window, value, gradient, hessian } = surface;
  const stream = random(5, surface.kind);
  const points = Array.from({ length: 40 }, () => {
    const between = ([low, high]: readonly [number, number]) => low + (high - low) * stream.uniform();
    return [between(window.x), between(window.y)] as const;
  });

  it('has the gradient of its value', () => {
    for (const [x, y] of points) {
      const across = (value(x + EPSILON, y) - value(x - EPSILON, y)) / (2 * EPSILON);
      const along = (value(x, y + EPSILON) - value(x, y - EPSILON)) / (2 * EPSILON);
      const [gx, gy] = gradient(x, y);
      const size = 1e-5 + 1e-7 * Math.abs(value(x, y)) + 1e-6 * Math.hypot(gx, gy);
      expect([Math.abs(gx - across) < size, Math.abs(gy - along) < size], `(${x}, ${y})`).toEqual([true, true]);
    }
  });

  it('has the second derivatives of its gradient', () => {
    for (const [x, y] of points) {
      const [right, left] = [gradient(x + EPSILON, y), gradient(x - EPSILON, y)];
      const [above, below] = [gradient(x, y + EPSILON), gradient(x, y - EPSILON)];
      const [xx, xy, yy] = hessian(x, y);
      const size = 1e-5 + 1e-6 * Math.hypot(xx, xy, yy) + 1e-7 * Math.hypot(...gradient(x, y));
      const differences = [
        xx - (right[0] - left[0]) / (2 * EPSILON),
        xy - (right[1] - left[1]) / (2 * EPSILON),
        xy - (above[0] - below[0]) / (2 * EPSILON),
        yy - (above[1] - below[1]) / (2 * EPSILON),
      ];
      expect(
        differences.filter((d) => Math.abs(d) > size),
        `(${x}, ${y})`,
      ).toEqual([]);
    }
  });

  it('is lowest where it says, within what the plot shows', () => {
    expect(surface.minima.length).toBeGreaterThan(0);
    for (const [x, y] of surface.minima) {
      expect(inWindow(surface, x, y)).toBe(true);
      expect(value(x, y)).toBeCloseTo(surface.least, 12);
      expect(Math.hypot(...gradient(x, y))).toBeLessThan(1e-9);
    }
    for (const [x, y] of points) expect(value(x, y)).toBeGreaterThanOrEqual(surface.least);
  });

  it('starts in sight, above the minimum, and finds (x, y) in its parameter', () => {
    expect(inWindow(surface, ...surface.start)).toBe(true);
    expect(value(...surface.start)).toBeGreaterThan(surface.least);
    expect(surface.place(1.5, -0.25).length).toBe(surface.shape.reduce((a, b) => a * b, 1));
  });
});

describe('the matrix', () => {
  const { place, value, gradient } = surfaces.matrix!;
  /** M of the definition, from Hadamard's matrix. */
  const hadamard = [
    [1, 1, 1, 1],
    [1, -1, 1, -1],
    [1, 1, -1, -1],
    [1, -1, -1, 1],
  ];
  const M = Array.from({ length: 16 }, (_, at) =>
    [1, 1, 0.01, 0.01].reduce((sum, lambda, k) => sum + (lambda * hadamard[k]![at >> 2]! * hadamard[k]![at & 3]!) / 4, 0),
  );
  const times = (A: readonly number[], B: readonly number[]) =>
    Array.from({ length: 16 }, (_, at) => [0, 1, 2, 3].reduce((sum, k) => sum + A[4 * (at >> 2) + k]! * B[4 * k + (at & 3)]!, 0));

  it('is ¼ tr(XᵀMX) on the plane of the plot, and its gradient ½ MX stays there', () => {
    for (const [x, y] of [
      [-2, 2.4],
      [1, 0],
      [0, -3],
      [0.7, 0.7],
    ] as const) {
      const X = place(x, y);
      const MX = times(M, X);
      expect(X.reduce((sum, v, i) => sum + v * MX[i]!, 0) / 4).toBeCloseTo(value(x, y), 12);
      const [gx, gy] = gradient(x, y);
      const there = place(gx / 2, gy / 2);
      for (const [i, v] of MX.entries()) expect(v / 2).toBeCloseTo(there[i]!, 12);
    }
  });

  it('has |x| twice and |y| twice as singular values', () => {
    const X = place(-2, 2.4);
    // Symmetric: its eigenvectors are Hadamard's.
    for (const [k, want] of [-2, -2, 2.4, 2.4].entries()) {
      const u = hadamard[k]!;
      for (const i of [0, 1, 2, 3]) expect([0, 1, 2, 3].reduce((sum, j) => sum + X[4 * i + j]! * u[j]!, 0)).toBeCloseTo(want * u[i]!, 12);
    }
  });
});

it('noise has mean 0 and variance 1, and no two parameters share it', () => {
  const N = 20_000;
  const draws = Array.from({ length: N }, (_, step) => [noiseAt(hash3(1, 7, step), 0), noiseAt(hash3(1, 7, step), 1)] as const);
  const mean = (of: (pair: readonly [number, number]) => number) => draws.reduce((sum, pair) => sum + of(pair), 0) / N;
  expect(Math.abs(mean(([a]) => a))).toBeLessThan(4 / Math.sqrt(N));
  expect(Math.abs(mean(([a]) => a * a) - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(N));
  expect(Math.abs(mean(([a, b]) => a * b))).toBeLessThan(4 / Math.sqrt(N));
});
