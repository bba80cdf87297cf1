/** Schedules by hand: warm-up, edges, and what a closed form could get wrong. PyTorch's values: schedules.golden.test.ts. */
import { describe, expect, it } from 'vitest';
import { momentumOf, resolveSchedule, scheduleLr, schedules } from '../../src/model/schedules/index.ts';
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

  it('warm up to where they begin, so that nothing jumps', () => {
    const cycle = { type: 'OneCycleLR', max_lr: 1, div_factor: 10, total_steps: 100, warmup_steps: 4 };
    for (const [step, rate] of [0.025, 0.05, 0.075, 0.1, 0.1].entries()) expect(scheduleLr(cycle, 7, step)).toBeCloseTo(rate, 12);
    expect(scheduleLr({ type: 'LinearLR', start_factor: 0.5, total_iters: 4, warmup_steps: 2 }, 1, 1)).toBe(0.5);
  });

  // PyTorch 2, worked by hand from its phases: total_steps 11, pct_start 0.4 climbs to step 0.4 · 11 − 1 = 3.4, then falls to step 10.
  it('move the momentum against the rate: one cycle', () => {
    const spec = { type: 'OneCycleLR', max_lr: 1, total_steps: 11, pct_start: 0.4, base_momentum: 0.8, max_momentum: 0.9 };
    const straight = momentumOf({ ...spec, anneal_strategy: 'linear' })!;
    const wanted = [0.9, 0.9 - 0.1 / 3.4, 0.9 - 0.2 / 3.4, 0.9 - 0.3 / 3.4, 0.8 + (0.1 * 0.6) / 6.6, 0.8 + (0.1 * 1.6) / 6.6];
    for (const [step, value] of wanted.entries()) expect(straight(step)).toBeCloseTo(value, 12);
    for (const step of [10, 11, 5000]) expect(straight(step)).toBeCloseTo(0.9, 12);
    const waves = momentumOf(spec)!;
    expect(waves(0)).toBeCloseTo(0.9, 12);
    expect(waves(2)).toBeCloseTo(0.8 + 0.05 * (1 + Math.cos((Math.PI * 2) / 3.4)), 12);
    expect(waves(7)).toBeCloseTo(0.9 - 0.05 * (1 + Math.cos((Math.PI * 3.6) / 6.6)), 12);
    // Three phases: back at 0.9 after twice the climb, at step 2 · 0.4 · 11 − 2 = 6.8, and there to the end.
    const three = momentumOf({ ...spec, anneal_strategy: 'linear', three_phase: true })!;
    expect(three(4)).toBeCloseTo(0.8 + (0.1 * 0.6) / 3.4, 12);
    for (const step of [7, 8, 9, 10, 99]) expect(three(step)).toBeCloseTo(0.9, 12);
  });

  it('leave the momentum alone where they do not move it, and hold it still while they warm up', () => {
    for (const type of Object.keys(schedules)) expect(momentumOf({ type }) !== undefined).toBe(type === 'OneCycleLR');
    expect(momentumOf(undefined)).toBeUndefined();
    expect(momentumOf({ type: 'OneCycleLR', cycle_momentum: false })).toBeUndefined();
    const warm = momentumOf({ type: 'OneCycleLR', warmup_steps: 5 })!;
    const cold = momentumOf({ type: 'OneCycleLR' })!;
    expect([0, 4, 5].map(warm)).toEqual([0.95, 0.95, 0.95]);
    expect(warm(105)).toBe(cold(100));
  });

  it('refuse a momentum that is none', () => {
    for (const value of [0, 1, -0.1, Number.NaN])
      expect(() => momentumOf({ type: 'OneCycleLR', max_momentum: value })).toThrow(
        'schedule.max_momentum must be a number from 0.001 to below 1, found',
      );
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
      expect(scheduleLr({ type, warmup_steps: 40 }, 0.1, 19)).toBeCloseTo(scheduleLr({ type }, 0.1, 0) / 2, 12);
    }
  });

  it('count epochs where they are told to: every batch of the same pass has the same rate', () => {
    // 10 samples in batches of 4: passes begin with samples 0, 10, 20, 30, that is in steps 0, 2.5, 5, 7.5.
    const epoch = { batch_size: 4, train: 10 };
    const halves = { type: 'ExponentialLR', gamma: 0.5, interval: 'epoch' };
    expect([0, 1, 2, 3, 4, 5, 7, 8].map((step) => scheduleLr(halves, 8, step, epoch))).toEqual([8, 8, 8, 4, 4, 2, 2, 1]);
    expect([0, 1, 2, 3].map((step) => scheduleLr({ ...halves, interval: 'step' }, 8, step, epoch))).toEqual([8, 4, 2, 1]);
    // The warm-up counts steps, and epochs are counted from its end.
    const warm = { ...halves, warmup_steps: 2 };
    expect([0, 1, 2, 3, 4, 5].map((step) => scheduleLr(warm, 8, step, epoch))).toEqual([4, 8, 8, 8, 8, 4]);
    // Whole numbers of steps an epoch are hit exactly, however far away.
    for (const [batch_size, train] of [
      [3, 21],
      [64, 49_984],
      [7, 4_900_000],
    ] as const) {
      const every = train / batch_size;
      const spec = { type: 'StepLR', step_size: 1, gamma: 0.999, interval: 'epoch' };
      for (const k of [1, 2, 999, 12_345]) {
        expect(scheduleLr(spec, 1, k * every, { batch_size, train })).toBe(0.999 ** k);
        expect(scheduleLr(spec, 1, k * every - 1, { batch_size, train })).toBe(0.999 ** (k - 1));
      }
    }
    for (const { type, fields } of Object.values(schedules)) {
      if (!fields.some((field) => field.name === 'interval')) continue;
      for (const k of [0, 1, 7, 300])
        expect([type, scheduleLr({ type, interval: 'epoch' }, 1, 5 * k + 4, { batch_size: 2, train: 10 })]).toEqual([
          type,
          scheduleLr({ type }, 1, k),
        ]);
    }
  });

  it('refuse what they do not know', () => {
    expect(() => scheduleLr({ type: 'Cosine' }, 1, 0)).toThrow('schedule: "Cosine" is not a known schedule type');
  });
});
