/** What each scene of the surface lab says one sees, on the real kernels. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { sceneOf, scenes } from '../../src/model/surfaces/scenes.ts';
import { type LabTrail, runLab } from '../../src/train/surface_lab.ts';
import { sharedGpu } from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

/** A run's trail on a plot of the scene, as columns. */
class Walked {
  constructor(private readonly trail: LabTrail) {}
  private column(k: number): number[] {
    return Array.from(this.trail.points).filter((_, i) => i % 4 === k);
  }
  get x(): number[] {
    return this.column(0);
  }
  get y(): number[] {
    return this.column(1);
  }
  get loss(): number[] {
    return this.column(2);
  }
  get end(): { x: number; y: number; loss: number; step: number } {
    const [x, y, loss] = [this.x, this.y, this.loss].map((values) => values.at(-1) as number);
    return { x, y, loss, step: this.loss.length - 1 };
  }
  /** First step from which on it stays below. */
  below(loss: number): number {
    const above = this.loss.findLastIndex((value) => value >= loss);
    return above === this.loss.length - 1 ? Number.POSITIVE_INFINITY : above + 1;
  }
}

async function open(id: string): Promise<(name: string, plot?: number) => Walked> {
  const scene = sceneOf(id);
  if (!scene) throw new Error(`no scene ${id}`);
  const plots = await runLab(gpu, scene.lab);
  expect(plots.flat().filter(({ bad }) => bad !== null)).toEqual([]);
  return (name, plot = 0) => new Walked(plots[plot][scene.lab.runs.findIndex((run) => run.name === name)]);
}

const turns = (values: readonly number[]): number => values.filter((v, k) => k > 0 && v * values[k - 1] < 0).length;
const spread = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
const left = ({ y }: Walked): number => y.findIndex((v) => Math.abs(v) > 0.5);

describe('scenes', () => {
  it('ravine: SGD zig-zags between the walls, and momentum gets lower in as many steps', async () => {
    const run = await open('ravine-and-saddle');
    // From wall to wall at every one of the first 20 steps.
    expect(turns(run('SGD').y.slice(0, 21))).toBe(20);
    expect(turns(run('Momentum').y.slice(0, 21))).toBeLessThan(6);
    expect(run('Momentum').end.loss).toBeLessThan(0.1 * run('SGD').end.loss);
  });

  it('saddle: plain SGD stays near the ridge, RMSProp leaves first', async () => {
    const run = await open('ravine-and-saddle');
    expect(Math.abs(run('SGD', 1).y[40])).toBeLessThan(0.05);
    const steps = ['RMSProp', 'Adam', 'Momentum', 'SGD'].map((name) => left(run(name, 1)));
    expect(steps[0]).toBeGreaterThan(0);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(new Set(steps).size).toBe(4);
  });

  it('second against first order: few steps, some dozens, hundreds', async () => {
    const run = await open('second-order');
    const steps = Object.fromEntries(['Newton', 'L-BFGS', 'Conjugate gradient', 'SGD', 'Adam'].map((name) => [name, run(name).below(1e-6)]));
    expect(steps.Newton).toBeLessThan(30);
    expect(steps['L-BFGS']).toBeLessThan(60);
    expect(steps['Conjugate gradient']).toBeLessThan(60);
    expect([steps.SGD, steps.Adam]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('Newton ends in the saddle; by the size of the curvature it leaves', async () => {
    const run = await open('newton-on-the-saddle');
    const newton = run('Newton').end;
    expect(Math.hypot(newton.x, newton.y)).toBeLessThan(1e-6);
    expect(Math.abs(run('Saddle-free Newton').end.y)).toBeCloseTo(Math.SQRT2, 5);
  });

  it('Muon makes equal steps in steep and flat directions; Adam goes down the steep ones first', async () => {
    const run = await open('muon');
    const shares = ({ x, y }: Walked, step: number) => (y[0] - y[step]) / (x[step] - x[0]);
    expect(shares(run('Muon'), 20)).toBeGreaterThan(0.5);
    expect(shares(run('Muon'), 20)).toBeLessThan(2);
    expect(shares(run('Adam'), 20)).toBeLessThan(0.05);
    for (const name of ['Adam', 'Momentum']) expect(run('Muon').loss[60], name).toBeLessThan(0.1 * run(name).loss[60]);
  });

  it('momentum rolls past the middle; Nesterov brakes earlier', async () => {
    const run = await open('nesterov');
    const past = (name: string): number => Math.max(...run(name).x);
    expect(past('SGD')).toBeLessThan(0);
    expect(past('Nesterov')).toBeLessThan(0.8 * past('Momentum'));
    expect(run('Nesterov').end.loss).toBeLessThan(run('Momentum').end.loss);
  });

  it('AdaGrad’s steps shrink; RMSProp goes on', async () => {
    const run = await open('adagrad');
    const way = ({ x, y }: Walked): number => Math.hypot(x[300] - x[150], y[300] - y[150]);
    for (const plot of [0, 1]) expect(run('AdaGrad', plot).end.loss).toBeGreaterThan(5 * run('RMSProp', plot).end.loss);
    expect(way(run('AdaGrad'))).toBeLessThan(0.6 * way(run('RMSProp')));
  });

  it('four valleys: momentum carries its run into another one than SGD’s', async () => {
    const run = await open('himmelblau');
    const [sgd, momentum] = [run('SGD').end, run('Momentum').end];
    for (const end of [sgd, momentum]) expect(end.loss).toBeLessThan(1e-3);
    expect(Math.hypot(sgd.x - momentum.x, sgd.y - momentum.y)).toBeGreaterThan(2);
  });

  it('many dents: SGD stays in the nearest, momentum ends lower', async () => {
    const run = await open('rastrigin');
    const { x, y, loss } = run('SGD').end;
    expect([Math.abs(x + 3) < 0.1, Math.abs(y - 3) < 0.1]).toEqual([true, true]);
    expect(run('Momentum').end.loss).toBeLessThan(0.7 * loss);
  });

  it('noise: the cloud is the wider the higher the rate', async () => {
    const run = await open('noise');
    const width = (name: string): number => spread(run(name).y.slice(200));
    expect(width('SGD, lr 0.05')).toBeLessThan(0.5 * width('SGD, lr 0.5'));
    expect(width('Momentum')).toBeGreaterThan(1.5 * width('SGD, lr 0.05'));
  });

  it('are all held to what they say', () => {
    expect(scenes.map(({ id }) => id)).toEqual([
      'ravine-and-saddle',
      'second-order',
      'newton-on-the-saddle',
      'muon',
      'nesterov',
      'adagrad',
      'himmelblau',
      'rastrigin',
      'noise',
    ]);
  });
});
