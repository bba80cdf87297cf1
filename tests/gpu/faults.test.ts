/** A session that loses its device, or is asked for several things at once: no point lost, none repeated, every curve as if nothing had been. */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { random } from '../../src/model/random.ts';
import type { RunSpec } from '../../src/model/types.ts';
import { type Curve, Driven, smallExperiment, smallRuns, stepsTo } from '../support/session.ts';

const [s, calm] = [new Driven(), new Driven()];
/** The first goes by its validations: what it remembers must come back, too. */
const runs: readonly RunSpec[] = [
  { ...smallRuns[0], schedule: { type: 'ReduceLROnPlateau', factor: 0.8, patience: 0, threshold: 0.1 } },
  smallRuns[1],
];
const IDS = ['r0', 'r1'];
const STEPS = 120;

afterEach(() => {
  s.onEvent = () => {};
  vi.restoreAllMocks();
});
afterAll(() => {
  s.close();
  calm.close();
});

let undisturbed: Record<string, Curve> | undefined;
async function expected(): Promise<Record<string, Curve>> {
  if (!undisturbed) {
    await calm.open(smallExperiment(runs));
    await calm.step(STEPS);
    undisturbed = Object.fromEntries(IDS.map((r) => [r, calm.curve(r)]));
  }
  return undisturbed;
}

/** The first n steps. */
const upTo = (n: number, { step, loss, lr, accuracy, validation }: Curve): Curve => ({
  step: step.slice(0, n),
  loss: loss.slice(0, n),
  lr: lr.slice(0, n),
  accuracy: accuracy.slice(0, n),
  validation: validation.filter(([at]) => at <= n),
});

/** The curve holds steps 1 … n, and they are those of the undisturbed one. */
function same(label: string, curve: Curve, whole: Curve, n = STEPS): void {
  expect(curve.step, `${label} steps`).toEqual(stepsTo(n));
  expect(curve, label).toEqual(upTo(n, whole));
}

/** Loses the device when the sent points pass a step. */
function loseAt(steps: number[]): void {
  s.onEvent = (event) => {
    if (event.type !== 'points' || steps.length === 0) return;
    const reached = Math.max(...event.train.flatMap((t) => [...t.step]));
    if (reached < steps[0]) return;
    steps.shift();
    s.send({ type: 'lose_device' });
  };
}

describe('a lost device', () => {
  const r = random(23);
  it.each(Array.from({ length: 10 }, () => r.below(350)))(
    '%i ms after the start: resumes, and the curves are those of an undisturbed session',
    async (ms) => {
      const whole = await expected();
      await s.open(smallExperiment(runs));
      const from = s.events.length;
      s.send({ type: 'start' });
      await new Promise((resolve) => setTimeout(resolve, ms));
      s.send({ type: 'lose_device' });
      await s.next('resumed', from);
      const { step } = s.all('status').at(-1) ?? { step: 0 };
      await s.until((e) => e.type === 'status' && e.step >= step + 15, from);
      s.send({ type: 'pause' });
      await s.step(1);
      const done = s.curve('r0').step.length;
      await s.step(Math.max(1, STEPS - done));
      for (const id of IDS) {
        const curve = s.curve(id);
        expect(curve.step).toEqual(stepsTo(Math.max(done + 1, STEPS)));
        same(`${id}, lost after ${done} steps`, upTo(STEPS, curve), whole[id]);
      }
      const told = s.events.slice(from).map((e) => e.type);
      expect(told.filter((t) => t === 'device_lost' || t === 'resumed' || t === 'error')).toEqual(['device_lost', 'resumed']);
    },
  );

  it('while n steps are asked for: they are done in full', async () => {
    const whole = await expected();
    await s.open(smallExperiment(runs));
    loseAt([30]);
    const from = s.events.length;
    await s.step(STEPS);
    expect(s.all('device_lost').length).toBeGreaterThan(0);
    expect(s.events.slice(from).filter((e) => e.type === 'resumed')).toHaveLength(1);
    for (const id of IDS) same(id, s.curve(id), whole[id]);
  });

  it('while paused: comes back to the very step, and a change acts from there', async () => {
    const faster: RunSpec[] = [runs[0], { ...runs[1], optimizer: { type: 'Adam', lr: 0.04 } }];
    await calm.open(smallExperiment(runs));
    await calm.step(40);
    calm.update(smallExperiment(faster));
    await calm.step(30);
    await s.open(smallExperiment(runs));
    await s.step(40);
    const from = s.events.length;
    s.send({ type: 'lose_device' });
    await s.next('resumed', from);
    s.update(smallExperiment(faster));
    await s.step(30);
    for (const id of IDS) expect(s.curve(id)).toEqual(calm.curve(id));
    s.send({ type: 'lose_device' });
    s.update(smallExperiment(runs));
    calm.update(smallExperiment(runs));
    await s.step(20);
    await calm.step(20);
    for (const id of IDS) expect(s.curve(id)).toEqual(calm.curve(id));
    expect(s.curve('r1').lr[75]).toBe(Math.fround(0.01));
  });

  it('while it loads, resets or updates: all of them are done', async () => {
    const whole = await expected();
    for (const moment of ['device', 'compile'] as const) {
      await s.open(smallExperiment(smallRuns));
      const from = s.events.length;
      s.onEvent = (event) => {
        if (event.type !== 'progress' || event.phase !== moment) return;
        s.onEvent = () => {};
        s.send({ type: 'lose_device' });
      };
      if (moment === 'device') s.send({ type: 'lose_device' });
      await s.open(smallExperiment(runs));
      await s.step(25);
      for (const id of IDS) same(id, s.curve(id), whole[id], 25);
      expect(s.events.slice(from).filter((e) => e.type === 'error')).toEqual([]);
    }
    s.send({ type: 'lose_device' });
    s.sendReset();
    await s.step(12);
    for (const id of IDS) same(id, s.curve(id), whole[id], 12);
    s.update(smallExperiment([...runs, smallRuns[2]]));
    s.send({ type: 'lose_device' });
    await s.step(12);
    for (const id of IDS) same(id, s.curve(id), whole[id], 24);
    expect(s.curve('r2').step).toEqual(stepsTo(24));
  });

  it('beside a run that has diverged: that is told once', async () => {
    await s.open(smallExperiment([runs[0], { name: 'wild', optimizer: { type: 'SGD', lr: 1e30 } }]));
    await s.step(20);
    const [{ step }] = s.all('diverged');
    const from = s.events.length;
    s.send({ type: 'lose_device' });
    await s.next('resumed', from);
    await s.step(20);
    expect(s.all('diverged')).toHaveLength(1);
    expect(s.curve('r1').step).toEqual(stepsTo(step - 1));
    same('r0', s.curve('r0'), (await expected()).r0, 40);
  });

  it('again and again: each time it resumes; at the same step for ever: an error, and the session still answers', async () => {
    const whole = await expected();
    await s.open(smallExperiment(runs));
    loseAt([10, 30, 50, 70, 90]);
    await s.step(STEPS);
    for (const id of IDS) same(id, s.curve(id), whole[id]);
    await s.open(smallExperiment(runs));
    await s.step(5);
    const from = s.events.length;
    s.onEvent = (event) => {
      if (event.type === 'resumed') s.send({ type: 'lose_device' });
    };
    s.send({ type: 'lose_device' });
    expect((await s.next('error', from)).error.name).toBe('DeviceLostError');
    expect(s.events.slice(from).filter((e) => e.type === 'device_lost').length).toBeLessThan(6);
    s.onEvent = () => {};
    await s.step(15);
    for (const id of IDS) same(id, s.curve(id), whole[id], 20);
  });

  it('and no adapter any more: says so; once there is one again, training goes on', async () => {
    const whole = await expected();
    await s.open(smallExperiment(runs));
    await s.step(8);
    vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
    const from = s.events.length;
    s.send({ type: 'lose_device' });
    expect(await s.next('unavailable', from)).toMatchObject({ reason: 'no-adapter' });
    vi.restoreAllMocks();
    await s.step(12);
    for (const id of IDS) same(id, s.curve(id), whole[id], 20);
  });
});
