/** ReduceLROnPlateau by hand, from PyTorch's `step`; a whole sequence of PyTorch's own stands in schedules.golden.test.ts. */
import { describe, expect, it } from 'vitest';
import { followerOf, type PlateauState, schedules } from '../../src/model/schedules/index.ts';
import type { ScheduleSpec } from '../../src/model/types.ts';

const plateau = (args: Record<string, number | string> = {}): ScheduleSpec => ({ type: 'ReduceLROnPlateau', ...args });

/** The rate after each metric. */
function rates(spec: ScheduleSpec, lr: number, metrics: readonly number[], as: 'loss' | 'accuracy' = 'loss'): number[] {
  const follower = followerOf(spec, lr)!;
  let state = follower.take(null);
  return metrics.map((value, i) => {
    state = follower.observe(state, i + 1, { loss: 0, accuracy: 0, [as]: value });
    return state.lr;
  });
}

describe('a plateau', () => {
  it('lasts one validation longer than patience', () => {
    expect(rates(plateau({ factor: 0.5, patience: 2 }), 8, [1, 1, 1, 1, 1, 1, 1])).toEqual([8, 8, 8, 4, 4, 4, 2]);
    expect(rates(plateau({ factor: 0.5, patience: 0 }), 8, [1, 1, 1, 0.5, 1])).toEqual([8, 4, 2, 2, 1]);
  });

  it('ends where the metric improves by more than the threshold', () => {
    const spec = plateau({ factor: 0.5, patience: 1, threshold: 0.1 });
    // 0.91 is not below 1 · 0.9, 0.89 is.
    expect(rates(spec, 8, [1, 0.91, 0.89, 0.89, 0.85, 0.85])).toEqual([8, 8, 8, 8, 4, 4]);
    // 0.95 is not below 1 − 0.1, 0.85 is.
    expect(rates(plateau({ factor: 0.5, patience: 0, threshold: 0.1, threshold_mode: 'abs' }), 8, [1, 0.95, 0.85, 0.8])).toEqual([8, 4, 4, 2]);
  });

  it('watches the accuracy where it must rise', () => {
    const spec = plateau({ factor: 0.5, patience: 0, mode: 'max', threshold: 0.1 });
    expect(rates(spec, 8, [0.5, 0.54, 0.56, 0.6], 'accuracy')).toEqual([8, 4, 4, 2]);
    expect(rates({ ...spec, threshold_mode: 'abs' }, 8, [0.5, 0.59, 0.61], 'accuracy')).toEqual([8, 4, 4]);
  });

  it('does not count while it cools down', () => {
    expect(rates(plateau({ factor: 0.5, patience: 0, cooldown: 2 }), 8, [1, 1, 1, 1, 1, 1])).toEqual([8, 4, 4, 4, 2, 2]);
  });

  it('never goes below min_lr, and makes no drop smaller than eps', () => {
    expect(rates(plateau({ factor: 0.1, patience: 0, min_lr: 3 }), 8, [1, 1, 1])).toEqual([8, 3, 3]);
    expect(rates(plateau({ factor: 0.5, patience: 0, eps: 1 }), 3, [1, 1, 1, 1])).toEqual([3, 1.5, 1.5, 1.5]);
    expect(rates(plateau({ factor: 0.5, patience: 0, min_lr: 9 }), 8, [1, 1, 1])).toEqual([8, 8, 8]);
  });

  it('takes what is not a number for no improvement', () => {
    expect(rates(plateau({ factor: 0.5, patience: 1 }), 8, [1, Number.NaN, Infinity, 0.5])).toEqual([8, 8, 4, 4]);
  });

  it('begins after the warm-up', () => {
    const spec = plateau({ factor: 0.5, patience: 0, warmup_steps: 3 });
    expect(rates(spec, 8, [1, 1, 1, 1, 1])).toEqual([8, 8, 8, 4, 2]);
  });

  it('is taken up where it was left, with the rate that holds now', () => {
    const spec = plateau({ factor: 0.5, patience: 0 });
    const follower = followerOf(spec, 8)!;
    let state: PlateauState = follower.take(null);
    for (const loss of [1, 1]) state = follower.observe(state, 1, { loss, accuracy: 0 });
    expect(state).toMatchObject({ lr: 4, best: 1, num_bad_epochs: 0 });
    expect(follower.take(structuredClone(state))).toEqual(state);
    // Another rate, set by hand while training: it holds at once, and the plateau goes on.
    expect(followerOf(spec, 6)!.take(state)).toEqual({ ...state, base_lr: 6, lr: 6 });
    // Other arguments keep the memory, another metric does not.
    expect(followerOf({ ...spec, patience: 5 }, 8)!.take(state)).toEqual(state);
    expect(followerOf({ ...spec, mode: 'max' }, 8)!.take(state)).toMatchObject({ lr: 4, best: -Infinity });
  });

  it('is followed by this schedule alone', () => {
    for (const type of Object.keys(schedules)) expect(followerOf({ type }, 1) !== undefined).toBe(type === 'ReduceLROnPlateau');
    expect(followerOf(undefined, 1)).toBeUndefined();
    expect(() => followerOf(plateau({ factor: 1 }), 1)).toThrow('schedule.factor must be a number from 0 to below 1, found 1');
  });
});
