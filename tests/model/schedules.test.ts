/** Schedules by hand: warm-up, edges, and what a closed form could get wrong. PyTorch's values: schedules.golden.test.ts. */
import { describe, expect, it } from 'vitest';
import { resolveSchedule, scheduleLr, schedules } from '../../src/model/schedules/index.ts';
import type { ScheduleSpec } from '../../src/model/types.ts';

describe('schedules', () => {
  it('warm up from lr / W to lr, then begin', () => {
    const spec = { type: 'StepLR', step_size: 2, gamma: 0.5, warmup_steps: 4 };
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map((step) => scheduleLr(spec, 0.8, step))).toEqual([
      0.2,
      0.4,
      expect.closeTo(0.6, 12),
      0.8,
      0.8,
      0.8,
      0.4,
      0.4,
      0.2,
    ]);
    expect([0, 1, 2].map((step) => scheduleLr({ type: 'constant', warmup_steps: 2 }, 1, step))).toEqual([0.5, 1, 1]);
    expect(scheduleLr(undefined, 0.3, 9)).toBe(0.3);
    expect(scheduleLr({ type: 'CosineAnnealingLR', T_max: 10, warmup_steps: 5, eta_min: 0.1 }, 1, 15)).toBeCloseTo(0.1, 12);
  });

  it('may fall as well as rise', () => {
    expect(scheduleLr({ type: 'LinearLR', start_factor: 1, end_factor: 0, total_iters: 4 }, 2, 3)).toBe(0.5);
  });

  it('drop at milestones in any order, twice where one stands twice', () => {
    const spec = { type: 'MultiStepLR', milestones: [4, 2, 4], gamma: 0.5 };
    expect([0, 1, 2, 3, 4, 99].map((step) => scheduleLr(spec, 8, step))).toEqual([8, 8, 4, 4, 1, 1]);
    for (const milestones of [[], [1.5], [-1], [1e8], ['2'], [[2]], 2, Array.from({ length: 33 }, (_, i) => i)]) {
      expect(() => resolveSchedule({ type: 'MultiStepLR', milestones } as unknown as ScheduleSpec)).toThrow(
        'schedule.milestones must be a list of 1 to 32 whole numbers, each from 0 to 10000000, found',
      );
    }
  });

  it('restart at once, at every power of T_mult', () => {
    for (const [T_0, T_mult] of [
      [7, 1],
      [1, 2],
      [3, 5],
      [10, 3],
    ] as const) {
      const spec = { type: 'CosineAnnealingWarmRestarts', T_0, T_mult, eta_min: 0.1 };
      for (let start = 0, period: number = T_0; start < 1e5; start += period, period *= T_mult) {
        expect(scheduleLr(spec, 1, start), `${T_0} × ${T_mult}, step ${start}`).toBe(1);
        expect(scheduleLr(spec, 1, start + period - 1)).toBeCloseTo(0.1 + 0.45 * (1 + Math.cos((Math.PI * (period - 1)) / period)), 12);
        if (T_mult === 1 && start > 100) break;
      }
    }
    expect(scheduleLr({ type: 'CosineAnnealingWarmRestarts', T_0: 1, T_mult: 1 }, 1, 1e7)).toBe(1);
  });

  it('go round once, whatever the run’s own rate, and stay at the end', () => {
    const spec = { type: 'OneCycleLR', max_lr: 1, total_steps: 100, div_factor: 10, final_div_factor: 100 };
    const [rates, others] = [0.5, 7].map((lr) => Array.from({ length: 120 }, (_, step) => scheduleLr(spec, lr, step)));
    expect(others).toEqual(rates);
    expect(rates![0]).toBeCloseTo(0.1, 12);
    expect(rates![29]).toBeCloseTo(1, 12);
    expect(Math.max(...rates!)).toBe(rates![29]);
    for (let step = 30; step < 100; step++) expect(rates![step]!).toBeLessThan(rates![step - 1]!);
    expect(new Set(rates!.slice(99))).toEqual(new Set([rates![99]]));
    expect(rates![99]).toBeCloseTo(0.001, 12);
    // Phases shorter than a step.
    for (const total_steps of [1, 2, 3]) {
      for (const pct_start of [0, 0.3, 0.5, 1]) {
        for (const three_phase of [false, true]) {
          for (let step = 0; step < 5; step++) {
            const rate = scheduleLr({ ...spec, total_steps, pct_start, three_phase }, 1, step);
            expect(rate >= 0.001 - 1e-9 && rate <= 1).toBe(true);
          }
        }
      }
    }
  });

  it('end at exactly 0 and stay there: polynomial and quarter wave', () => {
    const quarter = { type: 'QuarterCosine', T_max: 6 };
    expect(scheduleLr(quarter, 2, 0)).toBe(2);
    expect(scheduleLr(quarter, 2, 2)).toBeCloseTo(Math.sqrt(3), 12);
    expect(scheduleLr(quarter, 2, 4)).toBeCloseTo(1, 12);
    for (const step of [6, 7, 1e6]) expect(scheduleLr(quarter, 2, step)).toBe(0);
    for (const step of [9, 1e6]) expect(scheduleLr({ type: 'PolynomialLR', total_iters: 9, power: 2.5 }, 2, step)).toBe(0);
    expect(scheduleLr({ type: 'ExponentialLR', gamma: 0.5, warmup_steps: 3 }, 1, 5)).toBe(0.25);
  });

  it('are finite, never below 0, and warm up alike', () => {
    for (const type of Object.keys(schedules)) {
      for (const step of [0, 1, 10, 999, 1000, 1001, 5000, 1e6, 1e7]) {
        const rate = scheduleLr({ type }, 0.1, step);
        expect(Number.isFinite(rate) && rate >= 0, `${type} ${step}: ${rate}`).toBe(true);
        expect(scheduleLr({ type, warmup_steps: 40 }, 0.1, step + 40)).toBe(rate);
      }
      expect(scheduleLr({ type, warmup_steps: 40 }, 0.1, 19)).toBeCloseTo(0.05, 12);
    }
  });

  it('refuse what they do not know', () => {
    expect(() => scheduleLr({ type: 'Cosine' }, 1, 0)).toThrow('schedule: "Cosine" is not a known schedule type');
  });
});
