/** The microscope's arithmetic: bins, angles, singular values, heat map. */
import { describe, expect, it } from 'vitest';
import { random } from '../../src/model/random.ts';
import { BINS, DECADES, histogram } from '../../src/train/microscope/histogram.ts';
import { sumSlabs } from '../../src/train/microscope/layer.ts';
import { heatMap } from '../../src/train/microscope/numbers.ts';
import { singularValues } from '../../src/train/microscope/singular.ts';
import { cosine, norm } from '../../src/train/microscope/vectors.ts';

const total = (counts: Uint32Array): number => counts.reduce((a, b) => a + b, 0);

describe('histograms', () => {
  it('put every finite number into one bin or into zero', () => {
    const stream = random(4);
    const values = Float32Array.from({ length: 5000 }, () => stream.normal() * 10 ** (12 * stream.uniform() - 10));
    values.set([0, -0, Number.NaN, Number.POSITIVE_INFINITY], 100);
    for (const signed of [true, false]) {
      const h = histogram(values, signed);
      expect(h.counts).toHaveLength(BINS);
      expect(total(h.counts) + h.zero).toBe(4998);
      expect(h.non_finite).toBe(2);
      const finite = values.filter(Number.isFinite);
      expect([h.min, h.max]).toEqual([Math.min(...finite), Math.max(...finite)]);
    }
  });

  it('tell signs and powers of ten apart, and keep a power of ten as the upper end', () => {
    const side = (x: number): number => Math.floor(((Math.log10(x) + DECADES) * 32) / DECADES);
    const h = histogram([1, -1, 0.02, -3e-6, 2e-7, 0], true);
    expect([h.top, h.decades]).toEqual([0, DECADES]);
    // 1 is at the upper end, 0.02 in the second decade below it, −3e-6 in the lowest, 2e-7 below all.
    expect(h.counts[63]).toBe(1);
    expect(h.counts[0]).toBe(1);
    expect(h.counts[32 + side(0.02)]).toBe(1);
    expect(h.counts[31 - side(3e-6)]).toBe(1);
    expect(h.zero).toBe(2);
    const sizes = histogram([0.5, -5, 40], false);
    expect(sizes.top).toBe(2);
    const at = (x: number): number => Math.floor(((Math.log10(x) - 2 + DECADES) * 64) / DECADES);
    expect([...sizes.counts].flatMap((n, i) => (n > 0 ? [i] : []))).toEqual([0.5, 5, 40].map(at));
  });

  it('reach further down where one number is far above the others', () => {
    const stream = random(2);
    const values = Float64Array.from({ length: 1000 }, () => Math.abs(stream.normal()));
    values[5] = 1e9;
    const h = histogram(values, false);
    expect(h.top).toBe(9);
    expect(h.decades).toBeGreaterThanOrEqual(12);
    expect(h.zero).toBeLessThan(10);
    expect(histogram([1e300, 1e-300], false).decades).toBe(18);
  });

  it('of nothing, and of nothing but zeros, are empty', () => {
    for (const values of [[], [0, 0]]) {
      const h = histogram(values, true);
      expect([total(h.counts), h.zero, h.min, h.max]).toEqual([0, values.length, 0, 0]);
    }
  });
});

describe('angles', () => {
  it('are exact where they are known', () => {
    expect(cosine([3, 4], [6, 8])).toBe(1);
    expect(cosine([1, 0], [0, 2])).toBe(0);
    expect(cosine([1, 1], [-2, -2])).toBeCloseTo(-1, 15);
    expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 15);
    expect(norm([3, 4])).toBe(5);
  });

  it('do not exist for a vector without a direction', () => {
    expect(cosine([0, 0], [1, 2])).toBeNull();
    expect(cosine([1, Number.NaN], [1, 2])).toBeNull();
  });
});

describe('singular values', () => {
  it('of a diagonal, of a rank-1 and of a zero matrix', () => {
    expect([...(singularValues([3, 0, 0, 0, -7, 0], 2, 3) ?? [])]).toEqual([7, 3]);
    const rank1 = singularValues([1, 2, 2, 4, 3, 6], 3, 2) ?? [];
    expect(rank1[0]).toBeCloseTo(Math.sqrt(14 * 5), 12);
    expect(rank1[1]).toBeCloseTo(0, 12);
    expect([...(singularValues(new Float32Array(12), 4, 3) ?? [])]).toEqual([0, 0, 0]);
  });

  it.each([
    [5, 9],
    [40, 17],
    [64, 64],
  ])('of a %i × %i matrix with known ones come back, whichever side is longer', (rows, cols) => {
    const stream = random(rows);
    const n = Math.min(rows, cols);
    const wanted = Float64Array.from({ length: n }, (_, i) => 10 ** (-i / 8));
    // Reflections keep singular values.
    const matrix = new Float64Array(rows * cols);
    wanted.forEach((s, i) => {
      matrix[i * cols + i] = s;
    });
    const reflect = (length: number, at: (i: number, k: number) => number, others: number): void => {
      const v = Float64Array.from({ length }, () => stream.normal());
      const size = norm(v);
      for (let k = 0; k < others; k++) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += (v[i] / size) * matrix[at(i, k)];
        for (let i = 0; i < length; i++) matrix[at(i, k)] -= 2 * dot * (v[i] / size);
      }
    };
    for (let turn = 0; turn < 3; turn++) {
      reflect(rows, (i, k) => i * cols + k, cols);
      reflect(cols, (i, k) => k * cols + i, rows);
    }
    const found = singularValues(matrix, rows, cols) ?? [];
    expect(found).toHaveLength(n);
    wanted.forEach((s, i) => {
      expect(Math.abs(found[i] - s) / s).toBeLessThan(1e-9);
    });
    const frobenius = Math.hypot(...found);
    expect(frobenius).toBeCloseTo(norm(matrix), 12);
  });

  it('are not tried for what is too large or not finite', () => {
    expect(singularValues(new Float32Array(129 * 130), 129, 130)).toBeNull();
    expect(singularValues([1, Number.NaN, 0, 1], 2, 2)).toBeNull();
  });
});

it('slabs are added in float32, in their order', () => {
  const slabs = Float32Array.of(1, 16777216, 2 ** -24, 1, 2 ** -24, 1);
  expect([...sumSlabs(slabs, 2)]).toEqual([Math.fround(Math.fround(1 + 2 ** -24) + 2 ** -24), Math.fround(Math.fround(16777216 + 1) + 1)]);
});

describe('heat map', () => {
  it('of a small tensor has a cell a weight, in PyTorch’s order', () => {
    const map = heatMap(Float32Array.of(1, -2, 3, 4, 5, 6), [2, 3, 1, 1]);
    expect([map.rows, map.cols, [...map.values], [...map.indices]]).toEqual([2, 3, [1, -2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5]]);
    expect(heatMap(Float32Array.of(7, 8), [2])).toMatchObject({ rows: 1, cols: 2 });
  });

  it.each([
    [100, 300],
    [33, 65],
    [1, 1000],
  ])('of a large one (%i × %i) shows the first of each cell, and every weight has one', (height, width) => {
    const stream = random(9);
    const values = Float32Array.from({ length: height * width }, () => stream.normal());
    const { rows, cols, ...map } = heatMap(values, height > 1 ? [height, width] : [width]);
    expect([rows, cols]).toEqual([Math.min(32, height), 64]);
    expect([...map.values]).toEqual([...map.indices].map((i) => values[i]));
    // As the page finds the cell of a weight.
    const cellOf = (i: number): number => Math.floor((Math.floor(i / width) * rows) / height) * cols + Math.floor(((i % width) * cols) / width);
    for (const [cell, i] of map.indices.entries()) expect(cellOf(i)).toBe(cell);
    for (let i = 0; i < values.length; i++) expect(map.indices[cellOf(i)]).toBeLessThanOrEqual(i);
  });
});
