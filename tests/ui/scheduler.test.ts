import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** A chart that counts how often it was painted, and takes so many frames' worth of time for it. */
function chart(slices: number) {
  const counted = { begun: 0, done: 0, now: 0 };
  const paint = function* (): Generator<void> {
    counted.begun++;
    counted.now++;
    for (let i = 0; i < slices; i++) {
      clock += 13;
      yield;
    }
    counted.now--;
    counted.done++;
  };
  return { counted, paint };
}

/** A scheduler that nobody has used, and the curves that it listens to. */
async function fresh() {
  vi.resetModules();
  const [{ paintSoon, register }, { curves }] = await Promise.all([import('../../src/ui/charts/scheduler.ts'), import('../../src/store/series.ts')]);
  return { paintSoon, register, curves };
}

/** What the page's clock says beyond the timers': the time that painting takes. */
let clock = 0;

describe('when charts are painted', () => {
  beforeEach(() => {
    clock = 0;
    vi.useFakeTimers();
    vi.spyOn(performance, 'now').mockImplementation(() => Date.now() + clock);
    vi.stubGlobal('requestAnimationFrame', (next: () => void) => setTimeout(next, 16));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('at once when it is asked for, and at most ten times a second however often that is', async () => {
    const { paintSoon, register } = await fresh();
    const { counted, paint } = chart(0);
    const stop = register(paint);
    paintSoon(paint);
    vi.advanceTimersByTime(17);
    expect(counted.done).toBe(1);
    for (let ms = 0; ms < 1000; ms += 10) {
      paintSoon(paint);
      vi.advanceTimersByTime(10);
    }
    expect(counted.done).toBeGreaterThan(5);
    expect(counted.done).toBeLessThanOrEqual(11);
    stop();
  });

  it('one at a time, in slices of a frame, and each to its end', async () => {
    const { paintSoon, register } = await fresh();
    const all = [chart(3), chart(3), chart(3)];
    const stops = all.map(({ paint }) => register(paint));
    for (const { paint } of all) paintSoon(paint);
    for (let frame = 0; frame < 40; frame++) {
      vi.advanceTimersByTime(16);
      expect(all.filter(({ counted }) => counted.now > 0).length).toBeLessThanOrEqual(1);
    }
    expect(all.map(({ counted }) => counted.done)).toEqual([1, 1, 1]);
    for (const stop of stops) stop();
  });

  it('waits longer with new points where painting takes its time, although they come meanwhile', async () => {
    const { curves, register } = await fresh();
    const { counted, paint } = chart(10);
    const stop = register(paint);
    for (let ms = 0; ms < 10_000; ms += 50) {
      curves.touch();
      vi.advanceTimersByTime(50);
    }
    expect(counted.done).toBeGreaterThan(3);
    // One painting after the other would be sixty.
    expect(counted.done).toBeLessThan(45);
    stop();
  });
});
