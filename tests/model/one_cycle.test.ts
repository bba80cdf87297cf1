/**
 * One cycle's momentum (or first beta) over whole cycles. The golden file has PyTorch's rates only: they hold the plain machine of
 * tests/support/one_cycle.ts, which moves both with the same phases, and through it the momentum.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { movingMomentum } from '../../src/model/momentum.ts';
import { momentumOf, scheduleLr } from '../../src/model/schedules/index.ts';
import { ONE_CYCLE, type OneCycleArguments, walkOneCycle } from '../support/one_cycle.ts';

interface Golden {
  schedule: string;
  hyper: Partial<OneCycleArguments> & Pick<OneCycleArguments, 'max_lr' | 'total_steps'>;
  lr: number[];
}

const file = join(process.env.GOLDEN_DIR ?? 'tests/fixtures/golden', 'schedules.json');
const golden = (JSON.parse(readFileSync(file, 'utf8')) as { cases: Golden[] }).cases.filter(({ schedule }) => schedule === 'OneCycleLR');
const whole = (hyper: Golden['hyper']): OneCycleArguments => ({ ...ONE_CYCLE, ...hyper });

/** Lengths whose climb ends on a step, beside one, in the middle and at the end. */
const cases = [10, 11, 40, 97, 1000].flatMap((total_steps) =>
  [0.25, 0.3, 0.5, 0.77, 1].flatMap((pct_start) =>
    (['cos', 'linear'] as const).flatMap((anneal_strategy) =>
      [false, true].map((three_phase) => ({ total_steps, pct_start, anneal_strategy, three_phase })),
    ),
  ),
);

describe('one cycle', () => {
  it('has golden rates with both ways to anneal and both numbers of phases', () => {
    const kinds = golden.map(({ hyper }) => `${whole(hyper).anneal_strategy} ${whole(hyper).three_phase ? 3 : 2}`);
    expect(kinds.toSorted()).toEqual(['cos 2', 'linear 3']);
  });

  it.each(golden)('the plain machine has PyTorch’s rates: $hyper', ({ hyper, lr }) => {
    const walked = walkOneCycle(whole(hyper));
    expect(walked).toHaveLength(lr.length);
    for (const [step, wanted] of lr.entries()) expect(Math.abs(walked[step]!.lr - wanted), `step ${step}`).toBeLessThanOrEqual(1e-8 * wanted);
  });

  // Rate and momentum are as far along in a phase as each other: PyTorch's own rate says where its momentum is.
  it.each(golden)('the momentum is where PyTorch’s rate says: $hyper', ({ hyper, lr }) => {
    const args = whole(hyper);
    const { max_lr, base_momentum: low, max_momentum: high } = args;
    const [initial, peak] = [max_lr / args.div_factor, lr.indexOf(Math.max(...lr))];
    const bottom = args.three_phase ? initial : initial / args.final_div_factor;
    const at = momentumOf({ type: 'OneCycleLR', ...hyper })!;
    for (const [step, rate] of lr.entries()) {
      const share = Math.max(0, (rate - (step <= peak ? initial : bottom)) / (max_lr - (step <= peak ? initial : bottom)));
      expect(at(step), `step ${step}`).toBeCloseTo(high + (low - high) * share, 7);
    }
  });

  it.each(cases)('moves as the plain machine over the whole cycle: $total_steps, $pct_start, $anneal_strategy, three_phase $three_phase', (shape) => {
    const args: OneCycleArguments = {
      ...ONE_CYCLE,
      max_lr: 0.3,
      base_momentum: 0.7,
      max_momentum: 0.97,
      div_factor: 10,
      final_div_factor: 200,
      ...shape,
    };
    const spec = { type: 'OneCycleLR', ...args };
    const [momentum, beta] = [movingMomentum('SGD', spec)!, movingMomentum('Adam', spec)!];
    const walked = walkOneCycle(args);
    expect(walked).toHaveLength(shape.total_steps);
    for (const [step, wanted] of walked.entries()) {
      expect(momentum(step), `momentum at step ${step}`).toBeCloseTo(wanted.momentum, 13);
      expect(beta(step)).toBe(momentum(step));
      expect(scheduleLr(spec, 7, step), `rate at step ${step}`).toBeCloseTo(wanted.lr, 13);
    }
    // Where PyTorch would raise, the last value stays.
    for (const more of [0, 1, 1000]) expect(momentum(shape.total_steps + more)).toBe(momentum(shape.total_steps - 1));
  });

  it('a warm-up holds the momentum where the cycle begins, and the cycle follows it unchanged', () => {
    const args: OneCycleArguments = { ...ONE_CYCLE, max_lr: 0.1, total_steps: 50 };
    const at = momentumOf({ type: 'OneCycleLR', ...args, warmup_steps: 7 })!;
    for (let step = 0; step < 7; step++) expect(at(step)).toBe(0.95);
    for (const [step, { momentum }] of walkOneCycle(args).entries()) expect(at(7 + step)).toBeCloseTo(momentum, 13);
  });
});
