/** What the interface says of a schedule before it runs. */
import { describe, expect, it } from 'vitest';
import { endNote, type Preview, previewOf } from '../../src/model/preview.ts';
import { schedules } from '../../src/model/schedules/index.ts';
import type { OptimizerSpec, ScheduleSpec } from '../../src/model/types.ts';

const CONTEXT = { epoch: { batch_size: 10, train: 205 }, eval_every: 20 };
const SGD: OptimizerSpec = { type: 'SGD', lr: 0.5, momentum: 0.3 };
const of = (schedule?: ScheduleSpec, optimizer = SGD, more = {}): Preview => previewOf({ optimizer, schedule }, { ...CONTEXT, ...more })!;

/** The rate shown at a step, which must be one of the samples or between two equal ones. */
const at = (preview: Preview, step: number): number => preview.lr[preview.at.findLastIndex((s) => s <= step)]!;

describe('a preview', () => {
  it('reaches as far as the schedule’s own lengths', () => {
    expect(of().steps).toBe(1000);
    expect(of({ type: 'constant', warmup_steps: 700 }).steps).toBe(2100);
    expect(of({ type: 'StepLR', step_size: 50 }).steps).toBe(200);
    expect(of({ type: 'MultiStepLR', milestones: [400, 80] }).steps).toBe(500);
    expect(of({ type: 'CosineAnnealingLR', T_max: 80, warmup_steps: 20 }).steps).toBe(120);
    expect(of({ type: 'CosineAnnealingWarmRestarts', T_0: 10, T_mult: 2 }).steps).toBe(70);
    expect(of({ type: 'CosineAnnealingWarmRestarts', T_0: 10, T_mult: 100 }).steps).toBe(1010);
    expect(of({ type: 'OneCycleLR', total_steps: 600 }).steps).toBe(660);
    expect(of({ type: 'ExponentialLR', gamma: 0.1 }).steps).toBe(10);
    expect(of({ type: 'ExponentialLR', gamma: 1 }).steps).toBe(1000);
    // 20.5 steps an epoch.
    expect(of({ type: 'StepLR', step_size: 2, interval: 'epoch' }).steps).toBe(164);
    expect(of({ type: 'ReduceLROnPlateau', patience: 1 }).steps).toBe(180);
    expect(of({ type: 'StepLR', step_size: 50 }, SGD, { least: 300 }).steps).toBe(300);
  });

  it.each(Object.keys(schedules))('of %s is finite everywhere, for every length', (type) => {
    for (const least of [0, 37, 5000]) {
      const { at: steps, lr, momentum } = of({ type, warmup_steps: 7 }, SGD, { least });
      expect(steps[0]).toBe(0);
      expect(steps.every((step, i) => i === 0 || step > steps[i - 1]!)).toBe(true);
      expect([...lr, ...(momentum ?? [])].every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
      expect(lr).toHaveLength(steps.length);
    }
  });

  it('shows the rate and the momentum that training will have', () => {
    const cycle = of({ type: 'OneCycleLR', max_lr: 0.2, total_steps: 200 });
    expect(Math.max(...cycle.lr)).toBeCloseTo(0.2, 3);
    expect(cycle.momentum![0]).toBeCloseTo(0.95, 12);
    expect(Math.min(...cycle.momentum!)).toBeCloseTo(0.85, 3);
    expect(of({ type: 'OneCycleLR', cycle_momentum: false }).momentum).toBeNull();
    expect(of({ type: 'OneCycleLR' }, { type: 'Adagrad', lr: 1 }).momentum).toBeNull();
    const epochs = of({ type: 'ExponentialLR', gamma: 0.5, interval: 'epoch' });
    expect([0, 20, 21, 41].map((step) => at(epochs, step))).toEqual([0.5, 0.5, 0.25, 0.125]);
  });

  it('shows a plateau as if nothing ever got better', () => {
    // Validations at 20, 40, 60, …: the first is the best, the next two are borne, the third lowers the rate.
    const stalled = of({ type: 'ReduceLROnPlateau', patience: 2, factor: 0.5 });
    expect([0, 79, 80, 139, 140].map((step) => at(stalled, step))).toEqual([0.5, 0.5, 0.25, 0.25, 0.125]);
    expect(stalled.follows).toBe(true);
    expect(stalled.notes.join(' ')).toContain('at least 60 steps away');
    expect(of({ type: 'ReduceLROnPlateau', min_lr: 1 }).notes).toEqual(['min_lr is not below lr: the rate never falls.']);
    expect(of({ type: 'ReduceLROnPlateau', eps: 1 }).notes).toEqual(['A drop would be smaller than eps: the rate never falls.']);
  });

  it('has a log axis where the rate moves by factors, unless it is 0', () => {
    const log = (spec: ScheduleSpec): boolean => of(spec).log;
    expect(['StepLR', 'MultiStepLR', 'ExponentialLR', 'ReduceLROnPlateau'].map((type) => log({ type }))).toEqual([true, true, true, true]);
    expect(['constant', 'CosineAnnealingLR', 'OneCycleLR', 'PolynomialLR', 'LinearLR'].some((type) => log({ type }))).toBe(false);
    expect(log({ type: 'StepLR', gamma: 0 })).toBe(false);
  });

  it('says where a schedule ends, turns, or moves what the run says', () => {
    expect(endNote(of({ type: 'PolynomialLR', total_iters: 600 }), 0)).toEqual({
      text: 'Ends at step 600; after that the rate stays at 0.',
      over: false,
    });
    expect(of({ type: 'CosineAnnealingLR', T_max: 300, warmup_steps: 50 }).notes).toEqual(['Lowest at step 350; then it climbs back.']);
    expect(of({ type: 'CosineAnnealingWarmRestarts', T_0: 40 }).notes).toEqual(['Lowest at step 40; then it starts anew.']);
    expect(of({ type: 'LinearLR', total_iters: 2, interval: 'epoch' }).end).toEqual({ step: 41, lr: 0.5 });
    const cycle = { type: 'OneCycleLR', total_steps: 500, max_lr: 0.1 };
    expect(endNote(of(cycle), 0)?.text).toBe('Ends at step 499; after that the rate stays at 4e-7.');
    expect(of(cycle).notes).toEqual(['Moves the momentum; the run’s own 0.3 does not count.']);
    expect(of(cycle, { type: 'Adam', lr: 1 }).notes[0]).toBe('Moves the first beta; the run’s own 0.9 does not count.');
    expect(of(cycle, { type: 'Adadelta', lr: 1 }).notes[0]).toBe('AdaDelta has no momentum to move: only the rate moves.');
    expect(of().notes).toEqual([]);
  });

  it('says how far the end is, and when a run outlives its schedule', () => {
    const line = of({ type: 'PolynomialLR', total_iters: 600 });
    expect(endNote(line, 340)).toEqual({ text: 'Ends at step 600, 260 from here; after that the rate stays at 0.', over: false });
    expect(endNote(line, 600)).toEqual({ text: 'Ends at step 600; after that the rate stays at 0.', over: false });
    const idle = 'Over since step 600: the rate stays at 0, and next to nothing is learned. A longer schedule would go on.';
    expect(endNote(line, 601)).toEqual({ text: idle, over: true });
    expect(endNote(of({ type: 'MultiStepLR', milestones: [5] }), 99)?.text).toBe(
      'Over since step 5: the rate stays at 0.05. A longer schedule would go on.',
    );
    expect(endNote(of({ type: 'CosineAnnealingLR', T_max: 5 }), 99)).toBeNull();
    expect(endNote(of(), 99)).toBeNull();
  });

  it('counts updates, of which each takes several steps where gradients are accumulated', () => {
    const four = { ...SGD, accumulate_steps: 4 };
    const line = of({ type: 'StepLR', step_size: 10, gamma: 0.5, warmup_steps: 2 }, four);
    expect(line.steps).toBe(168);
    expect([0, 3, 4, 8, 47, 48].map((step) => at(line, step))).toEqual([0.25, 0.25, 0.5, 0.5, 0.5, 0.25]);
    // Epochs are as long as the data, whatever an update takes.
    expect(of({ type: 'StepLR', step_size: 2, interval: 'epoch' }, four).steps).toBe(164);
    expect(of({ type: 'OneCycleLR', total_steps: 50 }, four).end?.step).toBe(196);
    expect([79, 80].map((step) => at(of({ type: 'ReduceLROnPlateau', patience: 2, factor: 0.5 }, four), step))).toEqual([0.5, 0.25]);
  });

  it('waits for the data where epochs are counted, and refuses what training refuses', () => {
    expect(previewOf({ optimizer: SGD, schedule: { type: 'StepLR', interval: 'epoch' } }, { epoch: undefined, eval_every: 1 })).toBeNull();
    expect(() => of({ type: 'StepLR', step_size: 0 })).toThrow('schedule.step_size');
  });
});
