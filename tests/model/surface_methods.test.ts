/** Second-order methods: what each is known to do. */
import { describe, expect, it } from 'vitest';
import { complete } from '../../src/model/fields.ts';
import { random } from '../../src/model/random.ts';
import { type Surface, surfaceIds, surfaces } from '../../src/model/surfaces/index.ts';
import { methods } from '../../src/model/surfaces/methods/index.ts';
import { newtonDirection } from '../../src/model/surfaces/methods/newton.ts';
import type { Args } from '../../src/model/types.ts';

const { ravine, saddle, bowl, rosenbrock, noisy } = surfaces as Record<string, Surface>;

function walk(type: string, surface: Surface, given: Args = {}, start = surface.start, steps = 200) {
  const method = methods[type]!;
  const { points, evaluations } = method.walk(surface, start, steps, complete(method, given));
  const end = points.slice(-4);
  return { points, evaluations, steps: points.length / 4 - 1, x: end[0]!, y: end[1]!, loss: end[2]!, steep: end[3]! };
}

/** x² + y² turned and stretched, with a minimum elsewhere. */
const slanted: Surface = {
  ...bowl!,
  value: (x, y) => 3 * (x - 1) ** 2 + 2 * (x - 1) * (y + 2) + 0.5 * (y + 2) ** 2,
  gradient: (x, y) => [6 * (x - 1) + 2 * (y + 2), 2 * (x - 1) + (y + 2)],
  hessian: () => [6, 2, 1],
};

describe('Newton', () => {
  it.each([bowl!, ravine!, noisy!, slanted])('solves a quadratic in one step', (surface) => {
    const { steps, x, y, loss } = walk('Newton', surface);
    expect(steps).toBe(1);
    expect([x, y]).toEqual(surface === slanted ? [expect.closeTo(1, 9), expect.closeTo(-2, 9)] : [expect.closeTo(0, 9), expect.closeTo(0, 9)]);
    expect(loss).toBeLessThan(1e-15);
  });

  it('is drawn to the saddle; by the size of the curvature it is not', () => {
    const drawn = walk('Newton', saddle!);
    expect([Math.hypot(drawn.x, drawn.y) < 1e-6, drawn.steep < 1e-9]).toEqual([true, true]);
    const free = walk('Newton', saddle!, { saddle_free: true });
    expect(Math.abs(free.y)).toBeCloseTo(Math.SQRT2, 6);
    expect(free.loss).toBeCloseTo(saddle!.least, 12);
  });

  it('follows the gradient where its step would lead up', () => {
    // More curvature down than up.
    const { points, loss } = walk('Newton', saddle!, {}, [0.01, 0.3]);
    expect(points[6]).toBeLessThan(points[2]!);
    expect(loss).toBeCloseTo(saddle!.least, 9);
  });

  it('has the inverse of the matrix for its direction', () => {
    const stream = random(3);
    for (let k = 0; k < 50; k++) {
      const [xx, xy, yy, gx, gy] = Array.from({ length: 5 }, () => stream.normal()) as [number, number, number, number, number];
      const det = xx * yy - xy * xy;
      const [dx, dy] = newtonDirection([xx, xy, yy], [gx, gy], false);
      expect(dx).toBeCloseTo(-(yy * gx - xy * gy) / det, 6);
      expect(dy).toBeCloseTo(-(xx * gy - xy * gx) / det, 6);
    }
  });
});

describe('conjugate gradient', () => {
  it.each([ravine!, noisy!, slanted])('solves a quadratic in two steps', (surface) => {
    const { steps, loss } = walk('ConjugateGradient', surface);
    expect(steps).toBeLessThanOrEqual(3);
    // Rounding may ask for a third step; after two it is there all the same.
    expect(walk('ConjugateGradient', surface, {}, surface.start, 2).loss).toBeLessThan(1e-12);
    expect(walk('ConjugateGradient', surface, {}, surface.start, 1).loss).toBeGreaterThan(1e-4);
    expect(loss).toBeLessThan(1e-12);
  });

  it('reaches Rosenbrock’s minimum', () => {
    const { steps, x, y } = walk('ConjugateGradient', rosenbrock!);
    expect([x, y]).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
    expect(steps).toBeLessThan(100);
  });
});

describe('L-BFGS', () => {
  it('reaches Rosenbrock’s minimum in a few dozen steps', () => {
    const { steps, x, y, evaluations } = walk('LBFGS', rosenbrock!);
    expect([x, y]).toEqual([expect.closeTo(1, 7), expect.closeTo(1, 7)]);
    expect(steps).toBeLessThan(50);
    expect(evaluations).toBeLessThan(100);
  });

  it('remembers what it is told to', () => {
    const short = walk('LBFGS', rosenbrock!, { history_size: 1 });
    expect(short.x).toBeCloseTo(1, 6);
    expect(short.steps).not.toBe(walk('LBFGS', rosenbrock!).steps);
  });
});

describe.each(Object.keys(methods))('%s on every surface', (type) => {
  it.each(surfaceIds)('%s: never climbs, ends where it is flat', (id) => {
    const { points, steep, steps } = walk(type, surfaces[id]!);
    for (let k = 1; k <= steps; k++) expect(points[4 * k + 2]).toBeLessThanOrEqual(points[4 * k - 2]!);
    expect(points.every(Number.isFinite)).toBe(true);
    expect(steep).toBeLessThan(1e-5);
  });
});
