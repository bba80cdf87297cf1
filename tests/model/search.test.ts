import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimizers, optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import {
  axesOf,
  bestThird,
  checkDimension,
  checkSweep,
  type Dimension,
  draw,
  logSpace,
  narrow,
  type Outcome,
  outcomeOf,
  ratesAround,
  shareOf,
  stableBand,
  stepsOfRound,
  valueAt,
  withValues,
} from '../../src/model/search.ts';
import { turnsOf } from '../../src/model/turns.ts';
import type { Field } from '../../src/model/types.ts';

const LR: Dimension = { name: 'lr', from: 1e-4, to: 1, spread: 'log' };
const MOMENTUM: Dimension = { name: 'momentum', from: 0.5, to: 0.999, spread: 'complement' };
const field = (type: string, name: string): Field => optimizers[type]!.fields.find((f) => f.name === name)!;

describe('rates on a log scale', () => {
  it('stand a constant factor apart, ends exact', () => {
    expect(logSpace(1e-3, 10, 5)).toEqual([1e-3, 0.01, 0.1, 1, 10]);
    const rates = logSpace(0.0123456, 9.87654, 8);
    expect([rates[0], rates[7]]).toEqual([0.0123456, 9.87654]);
    for (let i = 2; i < 7; i++) expect(rates[i]! / rates[i - 1]!).toBeCloseTo((9.87654 / 0.0123456) ** (1 / 7), 1);
  });

  it('begin around the rate of the run', () => {
    expect(ratesAround(0.05)).toEqual([5e-4, 50]);
    expect(ratesAround(0)).toEqual([1e-5, 1]);
    expect(ratesAround(1e29, 1e30), 'never a rate that cannot be').toEqual([1e27, 1e30]);
  });

  it.each([
    ['lr from 1 to 0.1 runs backwards: swap the two.', 1, 0.1, 8, 100],
    ['lr from 0.1 to 0.1 is a single value: there is nothing to search.', 0.1, 0.1, 8, 100],
    ['lr must be above 0: a log scale has no 0.', 0, 0.1, 8, 100],
    ['lr must be a number from 0 to 1e30, found -1', -1, 0.1, 8, 100],
    ['lr must be a number from 0 to 1e30, found 1e+31', 1, 1e31, 8, 100],
    ['lr must be a number from 0 to 1e30, found NaN', Number.NaN, 1, 8, 100],
    ['64 lanes: a search has 8 to 32.', 0.01, 1, 64, 100],
    ['7 lanes: a search has 8 to 32.', 0.01, 1, 7, 100],
    ['9 steps: a search has 10 to 10000.', 0.01, 1, 8, 9],
  ])('are refused: %s', (message, from, to, lanes, steps) => {
    expect(() => checkSweep('SGD', from, to, lanes, steps)).toThrow(message.replace('1e30', '1e+30'));
  });
});

describe('dimensions', () => {
  it('are the plain numbers of the optimizer, lr first', () => {
    expect(axesOf('SGD').map(({ name, spread }) => [name, spread])).toEqual([
      ['lr', 'log'],
      ['momentum', 'complement'],
      ['weight_decay', 'log'],
    ]);
    expect(axesOf('Adam').map(({ name }) => name)).toEqual(['lr', 'betas.0', 'betas.1', 'weight_decay']);
    for (const type of optimizerTypes) {
      const axes = axesOf(type);
      expect(axes[0]!.name, type).toBe('lr');
      for (const { name, field: f, spread, usual } of axes) {
        expect(() => checkDimension({ name, spread, from: usual[0], to: usual[1] }, f), `${type} ${name}`).not.toThrow();
      }
    }
  });

  it.each([
    ['momentum must be below 1: 1 − momentum is spread on a log scale.', { ...MOMENTUM, to: 1 }],
    ['momentum from 0.9 to 0.5 runs backwards: swap the two.', { ...MOMENTUM, from: 0.9, to: 0.5 }],
    ['momentum must be a number from 0 to 1, found 1.5', { ...MOMENTUM, to: 1.5 }],
  ])('are refused: %s', (message, dimension) => {
    expect(() => checkDimension(dimension, field('SGD', 'momentum'))).toThrow(message);
  });

  it('spread 1 − momentum on a log scale: 0.9 lies a third of the way from 0 to 0.999', () => {
    const zero = { ...MOMENTUM, from: 0 };
    expect(valueAt(zero, 1 / 3)).toBeCloseTo(0.9, 10);
    expect(valueAt(zero, 2 / 3)).toBeCloseTo(0.99, 10);
  });

  it('give back the share of every value', () => {
    const dimension = fc.constantFrom<Dimension>(LR, MOMENTUM, { name: 'x', from: -2, to: 5, spread: 'linear' });
    fc.assert(
      fc.property(dimension, fc.double({ min: 0, max: 1, noNaN: true }), (d, share) => {
        expect(shareOf(d, valueAt(d, share))).toBeCloseTo(share, 2);
      }),
    );
  });
});

describe('random draws', () => {
  it('follow from seed and round alone, and fill the range', () => {
    const trials = draw([LR, MOMENTUM], 200, 3, 0);
    expect(draw([LR, MOMENTUM], 200, 3, 0)).toEqual(trials);
    expect(draw([LR, MOMENTUM], 200, 3, 1)).not.toEqual(trials);
    expect(draw([LR, MOMENTUM], 200, 4, 0)).not.toEqual(trials);
    for (const { lr, momentum } of trials) {
      expect(lr).toBeGreaterThanOrEqual(1e-4);
      expect(lr).toBeLessThanOrEqual(1);
      expect(momentum).toBeGreaterThanOrEqual(0.5);
      expect(momentum).toBeLessThan(1);
    }
    // Uniform on the log scale: a quarter in each of the four decades.
    for (let decade = -4; decade < 0; decade++) {
      const count = trials.filter(({ lr }) => lr! >= 10 ** decade && lr! < 10 ** (decade + 1)).length;
      expect(count).toBeGreaterThan(30);
    }
  });

  it('become arguments that the optimizer takes', () => {
    const adam = withValues({ type: 'Adam', lr: 0.1, amsgrad: true }, { lr: 0.01, 'betas.1': 0.95 });
    expect(adam).toEqual({ type: 'Adam', lr: 0.01, amsgrad: true, betas: [0.9, 0.95] });
    for (const type of optimizerTypes) {
      const axes = axesOf(type);
      const dimensions = axes.map(({ name, spread, usual }) => ({ name, spread, from: usual[0], to: usual[1] }));
      for (const values of draw(dimensions, 20, 1, 0)) {
        expect(() => resolveOptimizer(withValues({ type, lr: 1 }, values)), `${type} ${JSON.stringify(values)}`).not.toThrow();
      }
    }
  });
});

const finished = (final: number, start = 2): Outcome => ({ state: final < start ? 'stable' : 'worse', start, final });
const lost: Outcome = { state: 'diverged', start: 2, final: Number.NaN };

describe('what became of a lane', () => {
  it('is the mean of its last tenth against its first loss', () => {
    const losses = Float32Array.from({ length: 100 }, (_, i) => 2 - i / 100);
    const { final, ...rest } = outcomeOf(losses, 100, false)!;
    expect(rest).toEqual({ state: 'stable', start: 2 });
    expect(final).toBeCloseTo(2 - 0.945, 6);
  });

  it('averages five steps at least, and all where there are fewer', () => {
    expect(outcomeOf([2, 9, 1, 1, 1, 1, 1], 7, false)!.final).toBe(1);
    expect(outcomeOf([4, 2], 2, false)!.final).toBe(3);
    expect(outcomeOf([], 0, false)).toBeUndefined();
  });

  it('reads no further than its length: columns are longer than what they hold', () => {
    expect(outcomeOf(Float32Array.of(2, 1, 0, 0), 2, false)!.final).toBe(1.5);
  });

  it('is worse when it ends where it began or above, and diverged when it did', () => {
    expect(outcomeOf([2, 2, 2], 3, false)!.state).toBe('worse');
    expect(outcomeOf([2, 3, 3, 3, 3, 3], 6, false)!.state).toBe('worse');
    expect(outcomeOf([2, 2, 2, 2, 2, 1, 1, 1, 1, 1], 10, false)!.state).toBe('stable');
    expect(outcomeOf([2, 1, 1], 3, true)).toEqual({ state: 'diverged', start: 2, final: Number.NaN });
    expect(outcomeOf([], 0, true)?.state).toBe('diverged');
  });

  it('is unsteady when it blew up on its way to a lower loss, for longer than a moment', () => {
    // (2 + 40 · 5 + 54 · 1.5 + 5 · 0.5) / 100 = 2.855 on average.
    const blown = [2, ...Array<number>(40).fill(5), ...Array<number>(54).fill(1.5), ...Array<number>(5).fill(0.5)];
    expect(outcomeOf(blown, 100, false)).toMatchObject({ state: 'unsteady', start: 2 });
    const moment = [2, ...Array<number>(5).fill(9), ...Array<number>(94).fill(0.5)];
    expect(outcomeOf(moment, 100, false)).toMatchObject({ state: 'stable', final: 0.5 });
  });
});

describe('the stable band', () => {
  const rated = (...outcomes: (Outcome | undefined)[]) => outcomes.map((outcome, i) => ({ lr: 10 ** (i - 3), outcome }));

  it('is the unbroken row of stable rates around the best, and the edge its upper end', () => {
    expect(stableBand(rated(finished(1.9), finished(1.5), finished(0.5), finished(0.9), finished(2.5), lost))).toEqual({
      from: 0,
      to: 3,
      best: 2,
      edge: 1,
      tenth: 0.1,
    });
  });

  it('ends at a gap, whatever comes beyond', () => {
    expect(stableBand(rated(finished(1.9), lost, finished(0.5), finished(0.9), lost, finished(1)))).toMatchObject({
      from: 2,
      to: 3,
      best: 2,
      edge: 1,
    });
  });

  it('has no edge where the highest rate is still stable, or the next has not been tried', () => {
    expect(stableBand(rated(finished(1), finished(0.5)))).toEqual({ from: 0, to: 1, best: 1, edge: null, tenth: null });
    expect(stableBand(rated(finished(1), finished(0.5), undefined))).toMatchObject({ edge: null });
  });

  it('is none where nothing is stable', () => {
    expect(stableBand(rated(finished(3), lost))).toBeNull();
    expect(stableBand([])).toBeNull();
  });
});

describe('narrowing', () => {
  const fields = new Map([
    ['lr', field('SGD', 'lr')],
    ['momentum', field('SGD', 'momentum')],
  ]);
  const trials = (...pairs: [lr: number, final: number][]) => pairs.map(([lr, final]) => ({ values: { lr, momentum: 0.9 }, final }));

  it('looks at the best third, diverged ones never among them', () => {
    const all = trials([1e-3, 3], [1e-2, 1], [0.1, 2], [0.5, Number.NaN], [1e-4, 4], [3e-2, 1.5]);
    expect(bestThird(all).map(({ values: { lr } }) => lr)).toEqual([1e-2, 3e-2]);
    expect(bestThird(trials([1, Number.NaN], [2, Number.NaN]))).toEqual([]);
    expect(bestThird(trials([1, 5], [2, Number.NaN], [3, Number.NaN], [4, Number.NaN], [5, Number.NaN], [6, Number.NaN]))).toHaveLength(1);
  });

  it('goes around them, with a margin, on the scale of the dimension', () => {
    const [lr] = narrow([LR], trials([1e-3, 1], [1e-2, 1], [0.5, 3], [0.6, 3], [0.7, 3], [0.8, 3]), fields);
    // One decade of best, 15 % of it beyond on either side.
    expect(lr!.from).toBeCloseTo(1e-3 * 10 ** -0.15, 5);
    expect(lr!.to).toBeCloseTo(1e-2 * 10 ** 0.15, 4);
    expect(lr).toMatchObject({ name: 'lr', spread: 'log' });
  });

  it('does not close in on a single point, and may leave the first range but not the field’s', () => {
    const [lr, momentum] = narrow([LR, MOMENTUM], trials([1, 1], [0.1, 2], [0.01, 3]), fields);
    expect(lr!.from).toBeLessThan(1);
    expect(lr!.to).toBeGreaterThan(1);
    expect(Math.log10(lr!.to / lr!.from)).toBeCloseTo(4 * 0.2 * 1.3, 1);
    expect(momentum!.from).toBeLessThan(0.9);
    expect(momentum!.to).toBeGreaterThan(0.9);
    expect(momentum!.to).toBeLessThan(1);
    const [edge] = narrow([{ ...MOMENTUM, from: 0, to: 0.5 }], [{ values: { momentum: 0 }, final: 1 }], fields);
    expect(edge!.from).toBe(0);
  });

  it('stays where everything diverged', () => {
    expect(narrow([LR], trials([1, Number.NaN], [0.1, Number.NaN]), fields)).toEqual([LR]);
  });

  it('gives ranges that can be drawn from, whatever the losses were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.infiniteStream(fc.double({ min: 0.01, max: 5 })), (seed, losses) => {
        let dimensions: Dimension[] = [LR, MOMENTUM];
        for (let round = 0; round < 4; round++) {
          const scored = draw(dimensions, 8, seed, round).map((values) => ({ values, final: losses.next().value! }));
          dimensions = narrow(dimensions, scored, fields);
          for (const d of dimensions) expect(() => checkDimension(d, fields.get(d.name)!)).not.toThrow();
        }
      }),
    );
  });

  it('doubles the steps each round', () => {
    expect([0, 1, 2].map((round) => stepsOfRound(50, round))).toEqual([50, 100, 200]);
    expect(stepsOfRound(8000, 2)).toBe(10_000);
  });
});

describe('turns', () => {
  it.each([
    [32, 32, 1, 32],
    [32, 16, 2, 16],
    [32, 31, 2, 16],
    [32, 12, 3, 11],
    [8, 1, 8, 1],
    [8, 0, 8, 1],
  ])('%i lanes of which %i fit: %i turns of %i', (lanes, most, turns, each) => {
    expect(turnsOf(lanes, most)).toEqual({ turns, each });
    expect(turns * each).toBeGreaterThanOrEqual(lanes);
  });
});
