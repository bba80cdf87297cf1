/** The surface lab on the real kernels: against the float64 references, lane by lane, and the claims that it opens with. */
import { beforeAll, describe, expect, it } from 'vitest';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import { TRAIL_WORDS } from '../../src/engine/surface.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { surfaceIds, surfaces } from '../../src/model/surfaces/index.ts';
import type { LabPlot } from '../../src/model/surfaces/lab.ts';
import { noiseAt } from '../../src/model/surfaces/noise.ts';
import { scenes } from '../../src/model/surfaces/scenes.ts';
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
const [X, Y, LOSS, STEEP] = [0, 1, 2, 3];

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
      near(column(trail, X)[0], start[0]);
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
      const [xs, ys] = [column(trails[l], X), column(trails[l], Y)];
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
  expect(column(wild, X).every(Number.isFinite)).toBe(true);
  expect(calm.bad).toBeNull();
  expect(column(calm, LOSS).length).toBe(301);
  expect(column(calm, LOSS)[300]).toBeLessThan(column(calm, LOSS)[0]);
});

describe('what the lab opens with', () => {
  const [{ lab }] = scenes;
  const [ravine, saddle] = lab.plots;
  const optimizers = lab.runs.map((run) => run.rule as OptimizerSpec);
  const of = (name: string) => lab.runs.findIndex((run) => run.name === name);
  const open = (plot: LabPlot) => raceOnSurface(gpu, race(plot.surface, optimizers, { start: plot.start, steps: lab.steps, seed: lab.seed }));
  const turns = (values: readonly number[]) => values.filter((v, k) => k > 0 && v * values[k - 1] < 0).length;

  it('the ravine: SGD zig-zags between the walls, and momentum gets lower in as many steps', async () => {
    const trails = await open(ravine);
    const [sgdTrail, momentum] = [trails[of('SGD')], trails[of('Momentum')]];
    // From wall to wall at every one of the first 20 steps.
    expect(turns(column(sgdTrail, Y).slice(0, 21))).toBe(20);
    expect(turns(column(momentum, Y).slice(0, 21))).toBeLessThan(6);
    expect(column(momentum, LOSS)[lab.steps]).toBeLessThan(0.1 * column(sgdTrail, LOSS)[lab.steps]);
  });

  it('the saddle: plain SGD stays near the ridge, RMSprop leaves first, and momentum before SGD', async () => {
    const trails = await open(saddle);
    const leaves = Object.fromEntries(lab.runs.map(({ name }, l) => [name, column(trails[l], Y).findIndex((y) => Math.abs(y) > 0.5)]));
    const sgdY = column(trails[of('SGD')], Y);
    expect(Math.abs(sgdY[40])).toBeLessThan(0.05);
    const rest = Object.entries(leaves).filter(([name]) => name !== 'RMSprop');
    expect(leaves.RMSprop).toBeGreaterThan(0);
    for (const [name, step] of rest)
      expect(step === -1 || step > leaves.RMSprop, `${name} leaves at ${step}, RMSprop at ${leaves.RMSprop}`).toBe(true);
    expect(leaves.Momentum).toBeGreaterThan(leaves.Adam);
    expect(leaves.SGD === -1 || leaves.SGD > leaves.Momentum).toBe(true);
  });
});
