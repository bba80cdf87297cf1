import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm, interval95, mean, pairedDifference, t95, tQuantile, tTwoSided, variance } from '../../src/model/stats.ts';

/** Quantiles of Student's t by SciPy 1.x `scipy.stats.t.ppf`; the columns are p = 0.6, 0.9, 0.975, 0.995, 0.9995. */
const PS = [0.6, 0.9, 0.975, 0.995, 0.9995];
const TABLE: [df: number, ...quantiles: number[]][] = [
  [1, 0.32491969623290634, 3.0776835371752544, 12.706204736174694, 63.656741162871526, 636.6192487687897],
  [2, 0.2886751345948128, 1.8856180831641272, 4.302652729749462, 9.924843200918287, 31.599054576445365],
  [2.5, 0.2814595127485477, 1.7302509288071766, 3.5746548420036817, 7.163728138948783, 18.277893528131457],
  [3, 0.2766706623326898, 1.637744353696209, 3.1824463052837078, 5.840909309733355, 12.923978636687961],
  [4, 0.2707222947075976, 1.533206274058944, 2.7764451051977934, 4.604094871349992, 8.610301581379522],
  [5, 0.2671808657041451, 1.4758840488244815, 2.5705818356363146, 4.032142983555228, 6.868826625881276],
  [9, 0.260955336473911, 1.3830287383966329, 2.262157162798205, 3.249835541592126, 4.780912585931217],
  [31, 0.2555321683175276, 1.3094635494946454, 2.039513446396408, 2.744041919294269, 3.6334563497583714],
  [120, 0.25390952321492877, 1.288646233656378, 1.9799304050824402, 2.6174211451068654, 3.373453768562533],
  [1000, 0.25341451583949876, 1.2823987214609247, 1.9623390808264083, 2.580754698065951, 3.300282648423944],
];

const close = (found: number, known: number, relative = 1e-9): void =>
  expect(Math.abs(found - known)).toBeLessThanOrEqual(relative * Math.abs(known));

describe("Student's t", () => {
  it('agrees with tabulated quantiles', () => {
    for (const [df, ...quantiles] of TABLE) for (const [i, known] of quantiles.entries()) close(tQuantile(df, PS[i]!), known);
  });

  it('is symmetric, and NaN where there is no quantile', () => {
    expect(tQuantile(7, 0.5)).toBe(0);
    expect(tQuantile(7, 0.1)).toBe(-tQuantile(7, 0.9));
    for (const [df, p] of [
      [0, 0.9],
      [-1, 0.9],
      [3, 0],
      [3, 1],
      [Number.NaN, 0.5],
    ] as const)
      expect(tQuantile(df, p)).toBeNaN();
    expect(t95(0)).toBeNaN();
  });

  it('the tail at a quantile is what was asked for', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 500, noNaN: true }), fc.double({ min: 0.5001, max: 0.99999, noNaN: true }), (df, p) => {
        close(tTwoSided(df, tQuantile(df, p)), 2 * (1 - p), 1e-7);
      }),
    );
  });
});

describe('means and intervals', () => {
  it('mean and unbiased variance, also where a one-pass sum would cancel', () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    close(variance([2, 4, 4, 4, 5, 5, 7, 9]), 32 / 7);
    close(variance([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]), 30);
    expect(mean([])).toBeNaN();
    expect(variance([3])).toBeNaN();
  });

  it('an interval needs two values', () => {
    expect(interval95([3])).toEqual({ mean: 3, half: Number.NaN, n: 1 });
    expect(interval95([])).toEqual({ mean: Number.NaN, half: Number.NaN, n: 0 });
    const { mean: centre, half, n } = interval95([1, 2, 3, 4, 5]);
    expect([centre, n]).toEqual([3, 5]);
    close(half, 2.7764451051977934 * Math.sqrt(2.5 / 5));
  });

  it('covers the true mean 95 times in 100', () => {
    // Normal values from a fixed stream: the count is the same on every machine.
    let state = 12345;
    const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let covered = 0;
    for (let i = 0; i < 4000; i++) {
      const { mean: centre, half } = interval95([normal(), normal(), normal()]);
      if (Math.abs(centre) <= half) covered++;
    }
    expect(Math.abs(covered / 4000 - 0.95)).toBeLessThan(0.012);
  });
});

describe('paired difference', () => {
  // Depression scores before and after (Hollander and Wolfe 1973, table 3.1); p and interval by `scipy.stats.ttest_rel`.
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];

  it('agrees with a published example', () => {
    const { mean: difference, half, n, p } = pairedDifference(before, after);
    expect(n).toBe(9);
    close(p, 0.016176627434908088, 1e-8);
    close(difference - half, 0.10377871227216856, 1e-8);
    close(difference + half, 0.7599990655056093, 1e-8);
  });

  it('one pair says nothing, equal pairs say everything', () => {
    expect(pairedDifference([1], [2]).p).toBeNaN();
    expect(pairedDifference([1, 2, 3], [1, 2, 3])).toMatchObject({ mean: 0, half: 0, p: 1 });
    expect(pairedDifference([2, 3, 4], [1, 2, 3])).toMatchObject({ mean: 1, half: 0, p: 0 });
  });
});

describe('holm', () => {
  it('agrees with an example worked by hand', () => {
    // Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1: 0.02, 0.03, 0.06, 0.04, and none below the one before it.
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [i, p] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(p, 14);
  });

  it('leaves one test alone, stops at 1 and counts what cannot be tested', () => {
    expect(holm([0.04])).toEqual([0.04]);
    expect(holm([0.7, 0.9, 0.6])).toEqual([1, 1, 1]);
    expect(holm([0.02, Number.NaN])).toEqual([0.04, Number.NaN]);
    expect(holm([])).toEqual([]);
  });
});
