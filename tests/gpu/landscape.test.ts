/** The landscape: the run's own loss in its middle, the loss of the moved weights elsewhere, and a race that never knew of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { filterNormalised } from '../../src/train/directions.ts';
import { Evaluator, lanesThatFit } from '../../src/train/evaluator.ts';
import { Landscape } from '../../src/train/landscape.ts';
import { Paths } from '../../src/train/paths.ts';
import { walkRows } from '../../src/train/rows.ts';
import type { Trainer } from '../../src/train/trainer.ts';
import type { LandscapeRequest } from '../../src/worker/protocol.ts';
import { Driven, otherNet, smallExperiment, smallRuns } from '../support/session.ts';
import { arraysOf, bitwise, bitwiseAll, fourOptimizers, harness, lane, sharedGpu, smallData, trainerData } from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const wish = (more: Partial<LandscapeRequest> = {}): LandscapeRequest => ({
  run: 'a',
  mode: 'random',
  size: 11,
  span: 1,
  samples: 30,
  seed: 1,
  without: [],
  ...more,
});
const lanes = () => [lane('a', fourOptimizers[0]), lane('b', fourOptimizers[2]), lane('c', fourOptimizers[3], { seed: 9 })];
const never = () => false;

async function all(landscape: Landscape, trainer: Trainer): Promise<Float32Array> {
  const loss = new Float32Array(landscape.points);
  while (landscape.done < landscape.points) {
    const part = await landscape.advance(trainer, never);
    if (part) loss.set(part.loss, part.first);
  }
  return loss;
}

/** Trains with a look at the weights wherever they are recorded, as a session does. */
async function trainTo(trainer: Trainer, paths: Paths, goal: number): Promise<void> {
  while (trainer.step < goal) {
    await paths.record(trainer);
    await trainer.train(Math.min(goal, paths.next(trainer)));
  }
  await paths.record(trainer);
}

describe('a landscape', () => {
  it('has the evaluation of the run in its middle, bit for bit, and leaves the race as it was', async () => {
    const data = trainerData(smallData(60), 45);
    const [h, silent] = [await harness(gpu, lanes(), data), await harness(gpu, lanes(), data)];
    const paths = new Paths();
    await trainTo(h.trainer, paths, 20);
    await silent.trainer.train(20);
    const before = await h.trainer.snapshot();
    for (const mode of ['random', 'paths'] as const) {
      for (const [run, l] of [
        ['a', 0],
        ['c', 2],
      ] as const) {
        const landscape = await Landscape.create(h.trainer, wish({ run, mode }), paths);
        const loss = await all(landscape, h.trainer);
        const { xs, ys, paths: laid, explained } = landscape.summary;
        const { group } = h.trainer.groupOf(run);
        const own = (await group.evaluate(walkRows(3, 0, 30, 8), 2))[l];
        const at = ys.indexOf(0) * xs.length + xs.indexOf(0);
        expect(bitwise('the middle', [loss[at]], [own.loss])).toBeNull();
        expect(loss.every(Number.isFinite)).toBe(true);
        expect(new Set(loss).size).toBeGreaterThan(100);
        expect(laid.map((path) => path.run).sort()).toEqual(['a', 'b', 'c']);
        expect(laid[0].run).toBe(run);
        expect([laid[0].x.at(-1), laid[0].y.at(-1), laid[0].steps.at(-1)]).toEqual([0, 0, 20]);
        expect(explained === null).toBe(mode === 'random');
        if (explained) expect(explained[0] + explained[1]).toBeGreaterThan(0.5);
        landscape.destroy();
      }
    }
    const after = await h.trainer.snapshot();
    for (const [id, snapshot] of before) expect(bitwiseAll(id, arraysOf(after.get(id)!), arraysOf(snapshot))).toEqual([]);
    await h.trainer.train(40);
    await silent.trainer.train(40);
    const [with_, without] = [await h.trainer.snapshot(), await silent.trainer.snapshot()];
    for (const [id, snapshot] of without) expect(bitwiseAll(id, arraysOf(with_.get(id)!), arraysOf(snapshot))).toEqual([]);
    expect(gpu.errors).toEqual([]);
    h.trainer.destroy();
    silent.trainer.destroy();
  });

  it('has at every other point the loss of the weights moved there, whatever the number of lanes', async () => {
    const data = trainerData(smallData(60), 45);
    const { trainer } = await harness(gpu, [lane('a', fourOptimizers[2])], data);
    await trainer.train(10);
    const { group } = trainer.groupOf('a');
    const weights = await group.readTensors(0);
    const landscape = await Landscape.create(trainer, wish({ seed: 4 }), new Paths());
    const loss = await all(landscape, trainer);
    landscape.destroy();
    const narrow = await Landscape.create(trainer, wish({ seed: 4 }), new Paths());
    for (let k = 0; k < 4; k++) narrow.halve();
    expect(bitwise('with fewer lanes', await all(narrow, trainer), loss)).toBeNull();
    narrow.destroy();
    const [u, v] = [0, 1].map((axis) => filterNormalised(group.compiled.info, weights, 4, axis));
    for (const [i, j] of [
      [0, 0],
      [3, 7],
      [10, 4],
    ] as const) {
      const [x, y] = [landscape.summary.xs[i], landscape.summary.ys[j]];
      const moved = new Map(
        [...weights].map(([name, w]) => [name, w.map((value, k) => value + x * (u.get(name)?.[k] ?? 0) + y * (v.get(name)?.[k] ?? 0))]),
      );
      group.writeTensors(0, moved);
      const [{ loss: expected }] = await group.evaluate(walkRows(1, 0, 30, 8), 4);
      expect(bitwise(`(${i}, ${j})`, [loss[j * 11 + i]], [expected])).toBeNull();
    }
    trainer.destroy();
  });

  it('needs a program without gradients, partial sums and state', async () => {
    const { trainer } = await harness(gpu, lanes(), trainerData(smallData(60), 45));
    const { group } = trainer.groupOf('a');
    const one = await Evaluator.create(gpu, group.compiled, trainer.dataset, 1);
    expect(one.bytes).toBeLessThan(group.program.bytes / 3);
    expect(lanesThatFit(gpu, group.compiled, 1000)).toBe(64);
    expect(lanesThatFit(gpu, group.compiled, 5)).toBe(5);
    one.destroy();
    trainer.destroy();
  });

  it('is refused with a sentence where there can be none', async () => {
    const { trainer } = await harness(gpu, lanes(), trainerData(smallData(60), 45));
    const refused = (more: Partial<LandscapeRequest>) => expect(Landscape.create(trainer, wish(more), new Paths())).rejects.toThrow(/\.$/);
    await refused({ size: 12 });
    await refused({ span: 0 });
    await refused({ span: Number.NaN });
    await refused({ samples: 0 });
    await refused({ run: 'nobody' });
    const capped = await Landscape.create(trainer, wish({ samples: 1e6 }), new Paths());
    expect(capped.summary.samples).toBe(45);
    const fewer = await Landscape.create(trainer, wish({ run: 'b', without: ['a', 'b'] }), new Paths());
    expect(fewer.summary.paths.map(({ run }) => run)).toEqual(['b', 'c']);
    trainer.destroy();
    const still = await harness(gpu, lanes().slice(0, 2), trainerData(smallData(60), 45));
    await expect(Landscape.create(still.trainer, wish({ mode: 'paths' }), new Paths())).rejects.toThrow(/Train for a few steps/);
    const off = Object.assign(new Paths(), { isOff: () => true });
    await expect(Landscape.create(still.trainer, wish({ mode: 'paths', without: ['b'] }), off)).rejects.toThrow(/Choose random directions\.$/);
    still.trainer.destroy();
  });
});

describe('paths', () => {
  it('are recorded at multiples of an interval that doubles, to a bound', async () => {
    const { trainer } = await harness(gpu, lanes().slice(0, 2), trainerData(smallData(60), 45));
    const paths = new Paths();
    await trainTo(trainer, paths, 300);
    const { steps, params } = paths.of('a')!;
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBeGreaterThanOrEqual(296);
    expect(steps.length).toBeLessThanOrEqual(64);
    expect(new Set(steps.map((step, i) => step - (steps[i - 1] ?? -8)))).toEqual(new Set([8]));
    expect(params).toHaveLength(steps.length);
    expect(paths.of('b')!.steps).toEqual(steps);
    paths.forget(['a']);
    expect(paths.of('a')).toBeUndefined();
    paths.keep([]);
    expect(paths.of('b')).toBeUndefined();
    trainer.destroy();
  });
});

describe('a session', () => {
  const s = new Driven();
  afterAll(() => s.close());
  const ask = (request: number, more: Partial<LandscapeRequest> = {}): void =>
    s.send({ type: 'landscape', request, ...wish({ run: 'r0', samples: 100, ...more }) });

  it('streams a landscape in the middle of a race, whose curves are those of a race without one', async () => {
    await s.open(smallExperiment(smallRuns));
    s.send({ type: 'start' });
    await s.until((e) => e.type === 'status' && e.step >= 20);
    ask(1, { mode: 'paths' });
    const { plane } = await s.next('landscape');
    expect(plane.paths.map(({ run }) => run)).toEqual(['r0', 'r1', 'r2']);
    expect(plane.paths[1].steps.length).toBeGreaterThan(10);
    expect(plane.statistics).toBe(true);
    const done = await s.next('landscape_done', 0);
    expect(done).toMatchObject({ request: 1, cancelled: false });
    const rows = s.all('landscape_rows');
    expect(rows.reduce((sum, { loss }) => sum + loss.length, 0)).toBe(121);
    expect(s.all('status').at(-1)?.state).toBe('running');
    const reached = s.all('status').at(-1)?.step ?? 0;
    await s.until((e) => e.type === 'status' && e.step >= reached + 20);
    s.send({ type: 'pause' });
    await s.step(1);
    const raced = s.curve('r1');
    await s.open(smallExperiment(smallRuns));
    await s.step(raced.step.length);
    const alone = s.curve('r1');
    expect(raced.step).toEqual(alone.step);
    expect(bitwise('losses', raced.loss, alone.loss)).toBeNull();
    expect(s.events.filter((e) => e.type === 'error')).toEqual([]);
  });

  it('gives one up when it is cancelled, when another is asked for, and when the experiment changes', async () => {
    await s.open(smallExperiment([smallRuns[0], { ...smallRuns[1], model: otherNet }]));
    await s.step(5);
    ask(2, { size: 31 });
    const { plane } = await s.next('landscape');
    expect(plane.paths.map(({ run }) => run)).toEqual(['r0']);
    s.send({ type: 'cancel_landscape', request: 2 });
    expect(await s.until((e) => e.type === 'landscape_done' && e.request === 2, 0)).toMatchObject({ cancelled: true });
    ask(3, { size: 31 });
    ask(4, { run: 'r1' });
    await s.until((e) => e.type === 'landscape_done' && e.request === 4, 0);
    expect(s.all('landscape_done').find(({ request }) => request === 3)?.cancelled).toBe(true);
    expect(s.all('landscape_done').find(({ request }) => request === 4)?.cancelled).toBe(false);
    ask(5, { size: 31 });
    s.sendReset();
    expect(await s.until((e) => e.type === 'landscape_done' && e.request === 5, 0)).toMatchObject({ cancelled: true });
    ask(6, { mode: 'paths' });
    const failed = await s.next('landscape_failed');
    expect(failed).toMatchObject({ request: 6, message: expect.stringContaining('Train for a few steps') });
    await s.step(3);
    ask(7, { mode: 'paths' });
    await s.until((e) => e.type === 'landscape_done' && e.request === 7, 0);
    expect(s.events.filter((e) => e.type === 'error')).toEqual([]);
  });

  it('goes on where it was when the device is lost', async () => {
    await s.open(smallExperiment(smallRuns));
    await s.step(12);
    ask(8, { size: 31, samples: 160 });
    await s.until((e) => e.type === 'landscape_rows' && e.request === 8);
    s.send({ type: 'lose_device' });
    await s.until((e) => e.type === 'landscape_done' && e.request === 8);
    const rows = s.all('landscape_rows').filter(({ request }) => request === 8);
    const loss = new Float32Array(961);
    for (const { first, loss: part } of rows) loss.set(part, first);
    expect(rows.reduce((sum, row) => sum + row.loss.length, 0)).toBe(961);
    ask(9, { size: 31, samples: 160 });
    await s.until((e) => e.type === 'landscape_done' && e.request === 9);
    const again = new Float32Array(961);
    for (const { first, loss: part } of s.all('landscape_rows').filter(({ request }) => request === 9)) again.set(part, first);
    expect(bitwise('after a lost device', loss, again)).toBeNull();
  });
});
