import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column, lowerBound } from '../../src/store/column.ts';
import { decimate, type Picked } from '../../src/store/decimate.ts';

const value = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
);

function columnOf(values: readonly number[]): Column {
  const column = new Column(4);
  for (const v of values) column.push(v);
  return column;
}

const fresh = (): Picked => ({ index: new Uint32Array(0), used: 0 });

describe('Column', () => {
  it('knows the extremes of any range, however it was grown', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), fc.nat(400), fc.nat(400), (values, a, b) => {
        const column = columnOf(values);
        const from = Math.min(a, b, values.length);
        const to = Math.min(Math.max(a, b), values.length);
        const finite = Array.from(column.data.subarray(from, to)).filter(Number.isFinite);
        const found = column.extremes(from, to);
        expect(found === null).toBe(finite.length === 0);
        if (!found) return;
        expect(column.data[found.low]).toBe(Math.min(...finite));
        expect(column.data[found.high]).toBe(Math.max(...finite));
      }),
    );
  });
});

describe('decimate', () => {
  it('keeps the extremes of every pixel column, in order, with at most two points a column', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 600 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 600, maxLength: 600 }),
        fc.integer({ min: 1, max: 80 }),
        (values, gaps, columns) => {
          const ys = columnOf(values);
          let x = 0;
          const xs = values.map((_, i) => (x += gaps[i]!));
          const end = xs.at(-1)! * 1.1;
          const { index, used } = decimate(xs, ys, 0, values.length, 0, end, columns, fresh());
          const picked = [...index.subarray(0, used)];
          expect(picked).toEqual([...new Set(picked)].sort((a, b) => a - b));
          expect(used).toBeLessThanOrEqual(2 * (columns + 1) + 2);
          const width = end / columns;
          for (let column = 0; column < columns; column++) {
            const from = lowerBound(xs, column * width, 0, xs.length);
            const to = lowerBound(xs, (column + 1) * width, 0, xs.length);
            const inside = ys.extremes(from, to);
            if (!inside) continue;
            const kept = picked
              .filter((i) => i >= from && i < to)
              .map((i) => ys.data[i]!)
              .filter(Number.isFinite);
            expect(Math.min(...kept)).toBe(ys.data[inside.low]);
            expect(Math.max(...kept)).toBe(ys.data[inside.high]);
          }
        },
      ),
    );
  });

  it('keeps a single spike among a million points', () => {
    const n = 1_000_000;
    const ys = new Column(n);
    const xs = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      xs[i] = i + 1;
      ys.push(i === 654_321 ? 100 : Math.sin(i));
    }
    const { index, used } = decimate(xs, ys, 0, n, 0, n, 500, fresh());
    expect([...index.subarray(0, used)]).toContain(654_321);
    expect(used).toBeLessThan(1010);
  });

  it('reaches the newest point and draws nothing of nothing', () => {
    const ys = columnOf([3, 2, 1]);
    const { index, used } = decimate([1, 2, 3], ys, 0, 3, 0, 1000, 10, fresh());
    expect([...index.subarray(0, used)]).toEqual([0, 2]);
    expect(decimate([], columnOf([]), 0, 0, 0, 1, 10, fresh()).used).toBe(0);
  });
});
