/** Learning-rate schedules against PyTorch's, 40 steps each. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scheduleLr, schedules } from '../../src/model/schedules/index.ts';
import type { Value } from '../../src/model/types.ts';

/** In PyTorch's file, not in the product. A name that is neither here nor in the product fails. */
const NOT_YET = ['ReduceLROnPlateau'];
/** In the product, not in PyTorch. */
const OURS = ['constant', 'QuarterCosine'];

interface GoldenCase {
  schedule: string;
  hyper: Record<string, Value>;
  base_lr: number;
  lr: number[];
}

const file = join(process.env.GOLDEN_DIR ?? 'tests/fixtures/golden', 'schedules.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenCase[] };

describe('schedules agree with PyTorch', () => {
  it.each(cases.filter((c) => c.schedule in schedules))('$schedule $hyper', ({ schedule, hyper, base_lr, lr }) => {
    expect(lr).toHaveLength(40);
    for (const [step, expected] of lr.entries()) {
      const actual = scheduleLr({ type: schedule, ...hyper }, base_lr, step);
      expect(Math.abs(actual - expected), `step ${step}: ${actual} against ${expected}`).toBeLessThanOrEqual(1e-7 * expected);
    }
  });

  it('covers every schedule that PyTorch has', () => {
    const names = cases.map((c) => c.schedule);
    for (const name of Object.keys(schedules)) expect([name, names.includes(name)]).toEqual([name, !OURS.includes(name)]);
  });
});

describe(`golden schedules not supported yet: ${NOT_YET.join(', ')}`, () => {
  it.each([...new Set(cases.map((c) => c.schedule))])('%s is supported or listed, not both', (name) => {
    expect([name in schedules, NOT_YET.includes(name)].filter(Boolean)).toHaveLength(1);
  });
});
