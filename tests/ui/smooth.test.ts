import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column } from '../../src/store/column.ts';
import { Smoothed } from '../../src/store/smooth.ts';

const source = (values: readonly number[]): Column => {
  const column = new Column();
  for (const v of values) column.push(v);
  return column;
};

describe('Smoothed', () => {
  it('equals the debiased average, written out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (values, w) => {
          const smoothed = new Smoothed(w).follow(source(values));
          const t = values.length;
          let sum = 0;
          for (let i = 0; i < t; i++) sum += (1 - w) * w ** (t - 1 - i) * Math.fround(values[i]!);
          expect(smoothed.data[t - 1]).toBeCloseTo(sum / (1 - w ** t), 4);
        },
      ),
    );
  });

  it('starts at the first value and leaves a constant as it is', () => {
    const smoothed = new Smoothed(0.99).follow(source([2.5, 2.5, 2.5, 2.5]));
    for (let i = 0; i < 4; i++) expect(smoothed.data[i]).toBeCloseTo(2.5, 5);
  });

  it('gives the same whether it follows point by point or at once', () => {
    const column = new Column();
    const slow = new Smoothed(0.7);
    for (let i = 0; i < 500; i++) {
      column.push(Math.sin(i) + 2);
      slow.follow(column);
    }
    expect(slow.column.data.subarray(0, 500)).toEqual(new Smoothed(0.7).follow(column).data.subarray(0, 500));
  });

  it('passes on what is not finite and goes on from before it', () => {
    const smoothed = new Smoothed(0.5).follow(source([1, Number.NaN, 1]));
    expect(smoothed.data[1]).toBeNaN();
    expect(smoothed.data[2]).toBeCloseTo(1, 6);
  });
});
