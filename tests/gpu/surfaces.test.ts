/** The surface lab on the real kernels: against the float64 references, and lane by lane. */
import { beforeAll, describe, expect, it } from 'vitest';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import { TRAIL_WORDS } from '../../src/engine/surface.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { surfaceIds, surfaces } from '../../src/model/surfaces/index.ts';
import { noiseAt } from '../../src/model/surfaces/noise.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import { noiseKey, raceOnSurface, type SurfaceRace, type Trail } from '../../src/train/surface.ts';
import { bitwise, sharedGpu } from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const sgd: OptimizerSpec = { type: 'SGD', lr: 0.01 };
const race = (id: string, optimizers: readonly OptimizerSpec[], more: Partial<SurfaceRace> = {}): SurfaceRace => ({
  surface: surfaces[id],
  optimizers,
  start: surfaces[id].start,
  steps: 40,
  seed: 1,
  noise: 0,
  ...more,
});

const column = ({ points }: Trail, k: number): number[] => Array.from(points).filter((_, i) => i % TRAIL_WORDS === k);
const [X_AT, Y, LOSS, STEEP] = [0, 1, 2, 3];

describe.each(surfaceIds)('on %s', (id) => {
  it('loss and gradient are those of the definition, from many starts', async () => {
    const { window, value, gradient, shape } = surfaces[id];
    for (let k = 0; k < 12; k++) {
      const at = (range: readonly number[], share: number) => Math.fround(range[0] + (range[1] - range[0]) * share);
      const start = [at(window.x, (k + 0.3) / 12), at(window.y, ((5 * k) % 12) / 12)] as const;
      const [trail] = await raceOnSurface(gpu, race(id, [{ type: 'SGD', lr: 1e-6 }], { start, steps: 1 }));
      const [gx, gy] = gradient(...start);
      // Of a matrix the gradient has half of each coordinate's, twice over.
      const steep = shape.length === 2 ? Math.hypot(gx, gy) / Math.SQRT2 : Math.hypot(gx, gy);
      const near = (actual: number, wanted: number) => expect(Math.abs(actual - wanted), `${start}`).toBeLessThan(1e-5 + 1e-5 * Math.abs(wanted));
      near(column(trail, X_AT)[0], start[0]);
      near(column(trail, Y)[0], start[1]);
      near(column(trail, LOSS)[0], value(...start));
      near(column(trail, STEEP)[0], steep);
    }
  });
});

/** The same run in float64: the reference of the optimizer on the analytic gradient, with the same noise. */
function follow({ surface, start, steps, seed, noise }: SurfaceRace, spec: OptimizerSpec): number[][] {
  const reference = optimizerReferences[spec.type];
  const args = resolveOptimizer(spec);
  const param = Float64Array.from(start);
  const state = reference.init(args, 2);
  const points = [[param[0], param[1]]];
  for (let t = 1; t <= steps; t++) {
    const key = noiseKey(seed, t - 1);
    const grad = Float64Array.from(surface.gradient(param[0], param[1]), (g, i) => g + noise * noiseAt(key, i));
    reference.step(args, state, param, grad, spec.lr, t);
    points.push([param[0], param[1]]);
  }
  return points;
}

describe('every optimizer', () => {
  const specs = optimizerTypes.map((type): OptimizerSpec => ({ type, lr: type === 'SGD' ? 0.1 : 0.01 }));

  it.each([0, 0.5])('walks as its float64 reference does, with noise %d', async (noise) => {
    const settings = race('noisy', specs, { noise, steps: 60, start: [-3.375, 1.75] });
    const trails = await raceOnSurface(gpu, settings);
    for (const [l, spec] of specs.entries()) {
      const points = follow(settings, spec);
      const [xs, ys] = [column(trails[l], X_AT), column(trails[l], Y)];
      expect(xs.length).toBe(61);
      for (const [t, [x, y]] of points.entries())
        expect([Math.abs(xs[t] - x) < 2e-4, Math.abs(ys[t] - y) < 2e-4], `${spec.type} step ${t}: (${xs[t]}, ${ys[t]}), want (${x}, ${y})`).toEqual([
          true,
          true,
        ]);
    }
  });

  it('walks alone as among others, bit for bit, also where one thread does a workgroup’s work', async () => {
    const together = await raceOnSurface(gpu, race('rosenbrock', specs, { noise: 0.1, steps: 300 }));
    for (const fill of [undefined, 256])
      for (const l of [0, 3, specs.length - 1]) {
        const [alone] = await raceOnSurface(gpu, race('rosenbrock', [specs[l]], { noise: 0.1, steps: 300 }), fill);
        expect([bitwise(specs[l].type, alone.points, together[l].points), alone.bad]).toEqual([null, together[l].bad]);
      }
  });
});

describe('noise', () => {
  it('is the same for equal seeds, another for others, and none where there is none', async () => {
    const noisy = (seed: number, noise = 1) => raceOnSurface(gpu, race('noisy', [sgd, sgd], { seed, noise }));
    const [[a, b], [c], [still]] = [await noisy(1), await noisy(2), await noisy(1, 0)];
    expect(bitwise('equal seeds', a.points, b.points)).toBeNull();
    expect(bitwise('other seed', a.points, c.points)).not.toBeNull();
    expect(bitwise('no noise', a.points, still.points)).not.toBeNull();
  });
});

it('a run that leaves the finite numbers stops there; the others go on', async () => {
  const [wild, calm] = await raceOnSurface(
    gpu,
    race(
      'rosenbrock',
      [
        { type: 'SGD', lr: 1 },
        { type: 'SGD', lr: 1e-4 },
      ],
      { steps: 300 },
    ),
  );
  expect(wild.bad).toBeGreaterThan(1);
  expect(wild.points.length).toBe(TRAIL_WORDS * (wild.bad as number));
  expect(column(wild, X_AT).every(Number.isFinite)).toBe(true);
  expect(calm.bad).toBeNull();
  expect(column(calm, LOSS).length).toBe(301);
  expect(column(calm, LOSS)[300]).toBeLessThan(column(calm, LOSS)[0]);
});

it('on the matrix Muon orthogonalises, and walks as its float64 reference does', async () => {
  const { place, gradient, start } = surfaces.matrix;
  const spec: OptimizerSpec = { type: 'Muon', lr: 0.05, momentum: 0.9, hidden_only: false };
  const [trail] = await raceOnSurface(gpu, race('matrix', [spec], { steps: 60 }));
  const args = resolveOptimizer(spec);
  const X = Float64Array.from(place(...start));
  const state = optimizerReferences.Muon.init(args, 16);
  const [xs, ys] = [column(trail, X_AT), column(trail, Y)];
  for (let t = 0; t <= 60; t++) {
    const [x, y] = [X[0] + X[2], X[0] - X[2]];
    expect([Math.abs(xs[t] - x) < 2e-3, Math.abs(ys[t] - y) < 2e-3], `step ${t}: (${xs[t]}, ${ys[t]}), want (${x}, ${y})`).toEqual([true, true]);
    const [gx, gy] = gradient(x, y);
    optimizerReferences.Muon.step(args, state, X, Float64Array.from(place(gx / 2, gy / 2)), spec.lr, t + 1, undefined, [4, 4]);
  }
});
