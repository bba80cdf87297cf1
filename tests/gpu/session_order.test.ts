/** Commands that come faster than they can be done: the last word counts, and nothing is mixed up. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RunSpec } from '../../src/model/types.ts';
import { Driven, otherNet, smallExperiment, smallRuns, stepsTo } from '../support/session.ts';

const [s, calm] = [new Driven(), new Driven()];
const runs = smallRuns.slice(0, 2);
const faster: RunSpec[] = [runs[0], { ...runs[1], optimizer: { type: 'Adam', lr: 0.04 } }];
const other = smallExperiment(runs, { model: otherNet, seed: 5 });

afterEach(() => {
  s.onEvent = () => {};
  s.send({ type: 'pause' });
});
afterAll(() => {
  s.close();
  calm.close();
});

const nextTick = (ms = 60): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const running = (step: number) => s.until((e) => e.type === 'status' && e.state === 'running' && e.step >= step, s.events.length, `step ${step}`);

describe('commands without waiting', () => {
  it('start before ready starts; pause before ready does not', async () => {
    s.sendLoad(smallExperiment(runs));
    s.send({ type: 'start' });
    await running(5);
    s.sendLoad(smallExperiment(runs));
    s.send({ type: 'start' });
    s.send({ type: 'pause' });
    await s.next('ready');
    await nextTick(300);
    expect(s.all('points')).toEqual([]);
    expect(s.all('status').every((e) => e.state === 'idle')).toBe(true);
  });

  it('a load takes the place of everything before it', async () => {
    await calm.open(other);
    await calm.step(20);
    s.sendLoad(smallExperiment(runs));
    s.send({ type: 'start' });
    s.update(smallExperiment(faster));
    s.send({ type: 'step', n: 5000, request: 900 });
    s.sendLoad(smallExperiment(smallRuns));
    s.send({ type: 'step', n: 5000, request: 901 });
    const load = s.sendLoad(other);
    const from = s.events.length;
    await s.until((e) => e.type === 'ready' && e.load === load, from);
    await s.step(20);
    for (const r of ['r0', 'r1']) expect(s.curve(r)).toEqual(calm.curve(r));
    const done = s.events.filter((e) => e.type === 'done').map((e) => (e.type === 'done' ? e.request : 0));
    expect(done).toEqual(expect.arrayContaining([900, 901]));
    expect(s.all('error')).toEqual([]);
  });

  it.each(['load', 'reset'] as const)('a %s in mid-run: nothing of the run before is sent under its number', async (what) => {
    await calm.open(smallExperiment(runs));
    await calm.step(15);
    for (let time = 0; time < 4; time++) {
      await s.open(smallExperiment(runs));
      s.send({ type: 'start' });
      await running(10 + 13 * time);
      if (what === 'load') s.sendLoad(smallExperiment(runs));
      else s.sendReset();
      await s.step(15);
      for (const r of ['r0', 'r1']) {
        expect(s.curve(r).step).toEqual(stepsTo(15));
        expect(s.curve(r)).toEqual(calm.curve(r));
      }
      expect(s.all('status').every((e) => e.step <= 15)).toBe(true);
    }
  });

  it('n steps and m steps are n + m steps', async () => {
    await s.open(smallExperiment(runs));
    await Promise.all([s.step(30), s.step(1), s.step(20)]);
    expect(s.curve('r0').step).toEqual(stepsTo(51));
  });

  it('a change during n steps acts after them; a change while running acts at once, and running goes on', async () => {
    await s.open(smallExperiment(runs));
    const stepping = s.step(60);
    await s.until((e) => e.type === 'status' && e.state === 'running');
    s.update(smallExperiment(faster));
    await stepping;
    expect(s.curve('r1').step).toEqual(stepsTo(60));
    await s.step(5);
    expect(s.curve('r1').lr.map((lr) => lr > 0.03)).toEqual(stepsTo(65).map((step) => step > 60));
    s.send({ type: 'start' });
    const from = s.events.length;
    for (const each of [runs, faster, runs]) s.update(smallExperiment(each));
    await s.until(() => s.events.slice(from).filter((e) => e.type === 'ready').length === 3, from);
    const { length } = s.curve('r1').step;
    await running(length + 50);
    expect(s.curve('r1').lr.at(-1)).toBe(Math.fround(0.01));
    expect(s.curve('r1').step).toEqual(stepsTo(s.curve('r1').step.length));
  });

  it('pause cuts n steps short and says done; start after it goes on', async () => {
    await s.open(smallExperiment(runs));
    const long = s.step(100_000);
    await running(20);
    s.send({ type: 'pause' });
    await long;
    const { length } = s.curve('r0').step;
    expect(length).toBeLessThan(100_000);
    await nextTick();
    expect(s.curve('r0').step).toEqual(stepsTo(length));
    s.send({ type: 'start' });
    s.send({ type: 'start' });
    await running(length + 10);
    s.send({ type: 'pause' });
    await s.step(1);
    expect(s.curve('r0').step).toEqual(stepsTo(s.curve('r0').step.length));
  });

  it('a pause is answered at once and lasts', async () => {
    await s.open(smallExperiment(runs));
    s.send({ type: 'start' });
    await running(30);
    s.send({ type: 'pause' });
    expect(s.all('status').at(-1)?.state).toBe('paused');
    await nextTick();
    const { length } = s.curve('r0').step;
    await nextTick(150);
    expect(s.curve('r0').step).toHaveLength(length);
  });
});
