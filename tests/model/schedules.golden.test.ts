/** Learning-rate schedules against PyTorch's, 40 steps each. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { followerOf, scheduleLr, schedules } from '../../src/model/schedules/index.ts';
import type { ScheduleSpec, Value } from '../../src/model/types.ts';

/** In the product, not in PyTorch. */
const OURS = ['constant', 'QuarterCosine'];

interface GoldenCase {
  schedule: string;
  hyper: Record<string, Value>;
  base_lr: number;
  lr: number[];
  /** What the schedule was told after each step. */
  metrics: number[] | null;
}

const file = join(process.env.GOLDEN_DIR ?? 'tests/fixtures/golden', 'schedules.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenCase[] };

/** The rate before each metric is told. */
function follow(spec: ScheduleSpec, base_lr: number, metrics: readonly number[]): number[] {
  const follower = followerOf(spec, base_lr)!;
  let state = follower.take(null);
  return metrics.map((loss, i) => {
    const { lr } = state;
    state = follower.observe(state, i + 1, { loss, accuracy: 0 });
    return lr;
  });
}

describe('schedules agree with PyTorch', () => {
  it.each(cases.filter((c) => c.schedule in schedules))('$schedule $hyper', ({ schedule, hyper, base_lr, lr, metrics }) => {
    expect(lr).toHaveLength(40);
    const followed = metrics ? follow({ type: schedule, ...hyper }, base_lr, metrics) : [];
    for (const [step, expected] of lr.entries()) {
      const actual = metrics ? followed[step]! : scheduleLr({ type: schedule, ...hyper }, base_lr, step);
      expect(Math.abs(actual - expected), `step ${step}: ${actual} against ${expected}`).toBeLessThanOrEqual(1e-7 * expected);
    }
  });

  it('covers every schedule that PyTorch has', () => {
    const names = cases.map((c) => c.schedule);
    for (const name of Object.keys(schedules)) expect([name, names.includes(name)]).toEqual([name, !OURS.includes(name)]);
  });
});

describe('golden schedules', () => {
  it.each([...new Set(cases.map((c) => c.schedule))])('%s is supported', (name) => expect(name in schedules).toBe(true));
});
