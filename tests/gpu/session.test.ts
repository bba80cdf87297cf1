/** The session behind the page: the protocol, in the order in which a visitor may send it. */
import { afterAll, describe, expect, it } from 'vitest';
import type { RunSpec } from '../../src/model/types.ts';
import { type Curve, Driven, otherNet, smallExperiment, smallRuns, stepsTo } from '../support/session.ts';
import { bitwise } from '../support/train.ts';

/** Two sessions serve all tests: loading is a fresh start, and compiling for another device takes longer than training. */
const [s, other] = [new Driven(), new Driven()];
afterAll(() => {
  s.close();
  other.close();
});

const same = (label: string, a: Curve, b: Curve, from = 0, to = Infinity): (string | null)[] => [
  bitwise(`${label} loss`, a.loss.slice(from, to), b.loss.slice(from, to)),
  bitwise(`${label} accuracy`, a.accuracy.slice(from, to), b.accuracy.slice(from, to)),
];
const alike = (label: string, a: Curve, b: Curve): void => {
  expect(a.step).toEqual(b.step);
  expect(same(label, a, b)).toEqual([null, null]);
  expect(a.validation).toEqual(b.validation);
};

describe('an experiment', () => {
  it('is loaded, stepped, started, paused and reset; every point comes once', async () => {
    const ready = await s.open(smallExperiment(smallRuns));
    expect(ready.data).toMatchObject({ name: 'spirals', shape: [2, 1, 1], train: 160, validation: 40 });
    expect(ready.runs.map((r) => r.run)).toEqual(['r0', 'r1', 'r2']);
    expect(new Set(ready.runs.map((r) => r.weights)).size).toBe(1);
    expect(new Set(ready.runs.map((r) => r.batches)).size).toBe(1);
    expect(ready.plan.lanes).toBe(3);
    expect(ready.plan.parameters).toBe(2 * 12 + 12 + 24 + 12 * 2 + 2);
    expect(await s.next('status')).toMatchObject({ state: 'idle', step: 0, epoch: 0 });
    await s.step(7);
    for (const r of ['r0', 'r1', 'r2']) expect(s.curve(r).step).toEqual(stepsTo(7));
    expect(s.all('status').at(-1)).toMatchObject({ state: 'paused', step: 7, epoch: 0.7 });
    s.send({ type: 'start' });
    await s.until((e) => e.type === 'status' && e.step >= 60);
    s.send({ type: 'pause' });
    expect(s.all('status').at(-1)?.state).toBe('paused');
    await s.step(1);
    const before = ['r0', 'r1', 'r2'].map((r) => s.curve(r));
    for (const curve of before) {
      expect(curve.step).toEqual(stepsTo(curve.step.length));
      expect(curve.step.length).toBe(before[0].step.length);
      expect(curve.validation.map(([step]) => step)).toEqual(stepsTo(Math.floor(curve.step.length / 10)).map((k) => 10 * k));
    }
    const times = s.all('points').flatMap((e) => e.train.filter((t) => t.run === 'r0').flatMap((t) => [...t.time]));
    expect(times.every((t, i) => i === 0 || t >= times[i - 1])).toBe(true);
    s.sendReset();
    await s.until((e) => e.type === 'status' && e.step === 0);
    expect(s.all('status').at(-1)?.state).toBe('idle');
    expect(s.curve('r0').step).toEqual([]);
    await s.step(before[0].step.length);
    for (const [i, curve] of before.entries()) alike(`run ${i}`, s.curve(`r${i}`), curve);
    expect(s.events.filter((e) => e.type === 'error')).toEqual([]);
  });

  it('gives the same curves twice, in one session or two, in steps or running', async () => {
    const [a, b] = [s, other];
    await a.open(smallExperiment(smallRuns));
    await b.open(smallExperiment(smallRuns));
    for (const n of [1, 2, 30, 17]) await a.step(n);
    b.send({ type: 'start' });
    await b.until((e) => e.type === 'status' && e.step >= 50);
    b.send({ type: 'pause' });
    await b.step(1);
    const long = b.curve('r1');
    await a.step(long.step.length - 50);
    for (const r of ['r0', 'r1', 'r2']) alike(r, a.curve(r), b.curve(r));
    await a.open(smallExperiment(smallRuns));
    expect(a.curve('r1').step).toEqual([]);
    await a.step(long.step.length);
    alike('again', a.curve('r1'), long);
  });

  it('with two architectures steps them in turn, each as alone', async () => {
    const mixed: RunSpec[] = [smallRuns[0], { ...smallRuns[1], model: otherNet }, smallRuns[1]];
    await s.open(smallExperiment(mixed));
    await s.step(35);
    const alone = other;
    await alone.open(smallExperiment([mixed[1]]));
    await alone.step(35);
    alike('other', s.curve('r1'), alone.curve('r0'));
    await alone.open(smallExperiment([mixed[0], mixed[2]]));
    await alone.step(35);
    alike('first', s.curve('r0'), alone.curve('r0'));
    alike('last', s.curve('r2'), alone.curve('r1'));
  });

  it('that cannot be trained is an error that names the layer; the next one works', async () => {
    await s.open(smallExperiment(smallRuns));
    const wrong = smallExperiment(smallRuns, {
      model: {
        input: [2, 1, 1],
        layers: [...otherNet.layers.slice(0, 3), { id: 'conv9', type: 'Conv2d', out_channels: 2, kernel_size: 3 }, otherNet.layers[3]],
      },
    });
    s.sendLoad(wrong);
    const { error } = await s.next('error');
    expect(error).toMatchObject({ name: 'ModelError', layer: 'conv9', path: expect.stringContaining('model.layers.3') });
    s.send({ type: 'start' });
    await s.step(3);
    expect(s.curve('r0').step).toEqual([]);
    const huge = smallExperiment(
      Array.from({ length: 32 }, () => smallRuns[1]),
      {
        model: {
          input: [2, 1, 1],
          layers: [
            { id: 'flatten', type: 'Flatten' },
            { id: 'a', type: 'Linear', out_features: 8192 },
            { id: 'huge', type: 'Linear', out_features: 8192 },
            { id: 'z', type: 'Linear', out_features: 2 },
          ],
        },
      },
    );
    const from = s.events.length;
    s.sendLoad(huge);
    expect((await s.next('error', from)).error).toMatchObject({ name: 'LimitError', layer: 'huge' });
    const { plan } = await s.open(smallExperiment(smallRuns));
    expect(plan.lanes).toBe(3);
    await s.step(5);
    expect(s.curve('r2').step).toEqual(stepsTo(5));
  });

  it('of dropped files is held against the network once they are there', async () => {
    const files = smallExperiment(smallRuns, { data: { type: 'files', name: 'mine' } });
    const dataset = {
      name: 'mine',
      shape: [1, 2, 1] as const,
      images: new Uint8Array(80),
      labels: Uint8Array.from({ length: 40 }, (_, i) => i % 2),
      classes: ['a', 'b'],
      train: 30,
      mean: [0.5],
      std: [0.5],
    };
    s.sendLoad(files, undefined, { dataset });
    expect((await s.next('error')).error).toMatchObject({ name: 'ModelError', path: 'model.input' });
    s.sendLoad(files, undefined, { dataset: { ...dataset, shape: [2, 1, 1], classes: ['a', 'b', 'c'] } });
    expect((await s.next('error')).error).toMatchObject({ name: 'ModelError', layer: 'fc2' });
    s.sendLoad(files, undefined, { dataset: { ...dataset, shape: [2, 1, 1], mean: [0.5, 0.5], std: [0.5, 0.5] } });
    expect((await s.next('ready')).data).toMatchObject({ name: 'mine', train: 30, validation: 10 });
    await s.step(4);
    expect(s.curve('r0').step).toEqual(stepsTo(4));
  });
});

describe('runs that change', () => {
  const faster = (lr: number): RunSpec[] => [smallRuns[0], { ...smallRuns[1], optimizer: { type: 'Adam', lr } }, smallRuns[2]];

  it('in flight: a new lr acts from its step on, on its run alone', async () => {
    const [a, plain] = [s, other];
    await a.open(smallExperiment(smallRuns));
    await plain.open(smallExperiment(smallRuns));
    a.send({ type: 'start' });
    await a.until((e) => e.type === 'status' && e.step >= 30);
    a.update(smallExperiment(faster(0.05)));
    await a.until((e) => e.type === 'points' && e.train.some((t) => t.run === 'r1' && t.lr.includes(Math.fround(0.05))));
    a.send({ type: 'pause' });
    await a.step(1);
    const changed = a.curve('r1');
    const n = changed.step.length;
    await plain.step(n);
    const at = changed.lr.indexOf(Math.fround(0.05));
    expect(at).toBeGreaterThanOrEqual(30);
    expect(changed.step).toEqual(stepsTo(n));
    expect(changed.lr).toEqual(changed.lr.map((_, i) => Math.fround(i < at ? 0.01 : 0.05)));
    expect(same('before', changed, plain.curve('r1'), 0, at + 1)).toEqual([null, null]);
    expect(changed.loss.slice(at + 1).every((v, i) => v !== plain.curve('r1').loss[at + 1 + i])).toBe(true);
    for (const r of ['r0', 'r2']) alike(r, a.curve(r), plain.curve(r));
    expect(a.all('restarted')).toEqual([]);
    expect(a.curve('r2').lr.slice(38, 42)).toEqual([0.003, 0.003, 0.0015, 0.0015].map(Math.fround));
  });

  it('often: every change is made, and training goes on', async () => {
    await s.open(smallExperiment(smallRuns));
    s.send({ type: 'start' });
    await s.until((e) => e.type === 'status' && e.step >= 5);
    for (let k = 1; k <= 10; k++) s.update(smallExperiment(faster(0.01 + k / 1000)));
    await s.until((e) => e.type === 'points' && e.train.some((t) => t.run === 'r1' && t.lr.includes(Math.fround(0.02))));
    const from = s.events.length;
    await s.until((e) => e.type === 'points', from);
    expect(s.all('status').at(-1)?.state).toBe('running');
    s.send({ type: 'pause' });
    await s.step(1);
    expect(s.curve('r1').step).toEqual(stepsTo(s.curve('r1').step.length));
  });

  it('added: it starts again alone and catches up; removed: the others stay as they are; changed in kind: it restarts', async () => {
    const [a, whole] = [s, other];
    await a.open(smallExperiment(smallRuns.slice(0, 1)), ['x']);
    await a.step(25);
    let from = a.events.length;
    a.update(smallExperiment(smallRuns.slice(0, 2)), ['x', 'y']);
    expect((await a.next('restarted', from)).runs).toEqual(['y']);
    expect((await a.next('ready', from)).runs.map((r) => r.run)).toEqual(['x', 'y']);
    await a.step(15);
    await whole.open(smallExperiment(smallRuns.slice(0, 2)), ['x', 'y']);
    await whole.step(40);
    for (const r of ['x', 'y']) alike(r, a.curve(r), whole.curve(r));
    from = a.events.length;
    a.update(smallExperiment(smallRuns.slice(1, 2)), ['y']);
    expect((await a.next('ready', from)).plan.lanes).toBe(1);
    await a.step(10);
    await whole.step(10);
    alike('y', a.curve('y'), whole.curve('y'));
    expect(a.curve('x').step).toEqual(stepsTo(40));
    a.update(smallExperiment([{ ...smallRuns[1], seed: 7 }]), ['y']);
    expect((await a.next('restarted')).runs).toEqual(['y']);
    await a.step(12);
    await whole.open(smallExperiment([{ ...smallRuns[1], seed: 7 }]), ['y']);
    await whole.step(12);
    alike('y again', a.curve('y'), whole.curve('y'));
  });

  it('into what cannot be: an error, and training goes on as it was', async () => {
    await s.open(smallExperiment(smallRuns));
    await s.step(4);
    s.update(
      smallExperiment([
        smallRuns[0],
        smallRuns[1],
        { ...smallRuns[2], model: { input: [2, 1, 1], layers: [{ id: 'odd', type: 'Linear', out_features: 3 }] } },
      ]),
    );
    expect((await s.next('error')).error).toMatchObject({ name: 'ModelError', layer: 'odd' });
    await s.step(4);
    const plain = other;
    await plain.open(smallExperiment(smallRuns));
    await plain.step(8);
    for (const r of ['r0', 'r1', 'r2']) alike(r, s.curve(r), plain.curve(r));
  });

  it('by diverging: frozen with the step named, the others go on; all of them: training pauses', async () => {
    const wild: RunSpec = { name: 'wild', optimizer: { type: 'SGD', lr: 1e30 } };
    await s.open(smallExperiment([smallRuns[0], wild]));
    await s.step(20);
    const diverged = s.all('diverged');
    expect(diverged).toHaveLength(1);
    expect(diverged[0]).toMatchObject({ run: 'r1' });
    expect(s.curve('r1').step).toEqual(stepsTo(diverged[0].step - 1));
    expect(s.curve('r0').step).toEqual(stepsTo(20));
    s.sendReset();
    await s.step(20);
    expect(s.all('diverged')).toMatchObject([{ run: 'r1', step: diverged[0].step }]);
    await s.open(smallExperiment([wild]));
    s.send({ type: 'start' });
    await s.next('diverged');
    await s.until((e) => e.type === 'status' && e.state === 'paused');
    const { step } = s.all('status').at(-1) ?? { step: 0 };
    s.send({ type: 'start' });
    await s.step(5);
    expect(s.all('status').at(-1)).toMatchObject({ state: 'paused', step });
  });
});
