/** How training is paced, on a clock of our own: two submits in flight on a device that takes a set time for a step. */
import { describe, expect, it } from 'vitest';
import { RING_SLOTS } from '../../src/engine/plan.ts';
import { Pace, PaintPace } from '../../src/train/pace.ts';

/** Sends `submits` of what the pace asks for; milliseconds of each. `each(n)`: of a step in submit n. */
function drive(pace: Pace, submits: number, each: (n: number) => number): number[] {
  let now = 1000;
  let free = now;
  const flying: { steps: number; sent: number; done: number }[] = [];
  const lasted: number[] = [];
  for (let n = 0; n < submits; n++) {
    const began = Math.max(free, now);
    const lasts = pace.steps * each(n);
    free = began + lasts;
    lasted.push(lasts);
    flying.push({ steps: pace.steps, sent: now, done: free });
    if (flying.length < 2) continue;
    const { steps, sent, done } = flying.shift() as (typeof flying)[number];
    now = done;
    pace.measured(steps, done - sent, now);
  }
  return lasted;
}

const SETTLED = 40;
const visible = { visible: true, maxSpeed: false };
/** From 256 steps in 16 ms to one in 8. */
const DEVICES = [0.05, 0.3, 1, 2.5, 4.3, 5.1, 7.9];

describe('a submit', () => {
  it.each(DEVICES)('lasts 8 to 16 ms while the page is visible: %d ms a step', (ms) => {
    const settled = drive(new Pace(), 2 * SETTLED, () => ms).slice(SETTLED);
    for (const lasts of settled) {
      expect(lasts).toBeLessThanOrEqual(16);
      expect(lasts).toBeGreaterThanOrEqual(Math.min(8, RING_SLOTS * ms));
    }
  });

  it.each([
    { visible: true, maxSpeed: true },
    { visible: false, maxSpeed: false },
  ])('lasts longer, and at most 100 ms, when only speed counts: %o', (demand) => {
    for (const ms of DEVICES) {
      const pace = new Pace();
      pace.demand = demand;
      for (const lasts of drive(pace, 2 * SETTLED, (n) => ms * (1 + 0.2 * Math.sin(n))).slice(SETTLED)) {
        expect(lasts).toBeLessThanOrEqual(100);
        expect(lasts).toBeGreaterThan(Math.min(50, RING_SLOTS * ms * 0.8));
      }
    }
  });

  it('is one step where a step takes longer than that', () => {
    for (const maxSpeed of [false, true]) {
      const pace = new Pace();
      pace.demand = { visible: true, maxSpeed };
      drive(pace, SETTLED, () => 120);
      expect(pace.steps).toBe(1);
    }
  });

  it('follows the switch while training', () => {
    const demand = { ...visible };
    const pace = new Pace();
    pace.demand = demand;
    drive(pace, SETTLED, () => 2);
    const calm = pace.steps;
    demand.maxSpeed = true;
    drive(pace, SETTLED, () => 2);
    expect(pace.steps).toBeGreaterThan(4 * calm);
    demand.maxSpeed = false;
    drive(pace, SETTLED, () => 2);
    expect(pace.steps).toBe(calm);
  });

  it('at most doubles, whatever was measured, and shrinks at once', () => {
    const pace = new Pace();
    pace.measured(1, 1e-6, 1);
    expect(pace.steps).toBe(2);
    for (let n = 0; n < 20; n++) pace.measured(pace.steps, 1e-6, 2 + n * 1e-6);
    expect(pace.steps).toBe(RING_SLOTS);
    pace.measured(RING_SLOTS, 5000, 6000);
    expect(pace.steps).toBeLessThan(4);
  });

  it('is not measured across what came between', () => {
    const pace = new Pace();
    pace.measured(1, 4, 100);
    pace.interrupted();
    pace.measured(1, 4, 9000);
    expect(pace.msPerStep).toBeCloseTo(4, 9);
  });
});

describe('painting', () => {
  it.each([
    [false, 0.025],
    [true, 0.004],
  ])('takes at most its share of the time, and is due at first; on a software adapter (%s): %d', (software, share) => {
    const pace = new PaintPace();
    expect(pace.due(0)).toBe(true);
    let now = 0;
    let spent = 0;
    /** Of the time until it is due again. */
    let taken = 0;
    for (let n = 0; n < 20_000; n++) {
      if (pace.due(now)) {
        taken = now > 0 ? spent / now : 0;
        const took = 3 + (n % 7);
        pace.painted(now, software, now + took);
        spent += took;
        now += took;
      }
      now += 10;
    }
    expect(taken).toBeLessThanOrEqual(share);
    expect(taken).toBeGreaterThan(0.8 * share);
  });
});
