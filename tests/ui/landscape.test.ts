/** The landscape's picture: colours, lines of equal loss, places, words. */
import { describe, expect, it } from 'vitest';
import type { Landscape, LandscapePlane } from '../../src/store/landscape.ts';
import { contour } from '../../src/ui/landscape/contours.ts';
import { cellAt, frame, pathData, place, placeOfCell } from '../../src/ui/landscape/frame.ts';
import { colourOf, levelsOf, rangeOf, shareOf, valueAt } from '../../src/ui/landscape/scale.ts';
import { extremes, gridRows, describe as inWords, leftOut, middleOf } from '../../src/ui/landscape/words.ts';

const plane: LandscapePlane = {
  run: 'a',
  mode: 'random',
  size: 11,
  span: 1,
  samples: 512,
  seed: 1,
  without: [],
  step: 40,
  xs: Array.from({ length: 11 }, (_, i) => (i - 5) / 5),
  ys: Array.from({ length: 11 }, (_, i) => (i - 5) / 5),
  explained: null,
  paths: [{ run: 'a', steps: [0, 40], x: [0.5, 0], y: [-0.5, 0] }],
  unrecorded: false,
  statistics: false,
};
const bowl = Float32Array.from({ length: 121 }, (_, i) => 0.5 + ((i % 11) - 5) ** 2 + (Math.floor(i / 11) - 5) ** 2);
const landscape = (patch: Partial<Landscape> = {}): Landscape => ({
  state: 'done',
  plane,
  loss: bowl,
  accuracy: bowl.map(() => 0.25),
  done: 121,
  seconds: 1,
  message: '',
  ...patch,
});

describe('colours', () => {
  it('go by the logarithm of the finite losses', () => {
    const range = rangeOf([Number.NaN, 100, 1, Number.POSITIVE_INFINITY, 10])!;
    expect(range).toEqual({ min: 1, max: 100 });
    expect(shareOf(10, range)).toBeCloseTo(0.5, 12);
    expect(valueAt(0.5, range)).toBeCloseTo(10, 12);
    expect(colourOf(1, range)).toBe(0xff540144);
    expect(colourOf(100, range)).toBe(0xff25e7fd);
    expect(levelsOf(range, 3).map((level) => Number(level.toPrecision(4)))).toEqual([3.162, 10, 31.62]);
  });

  it('stand for at most six decades, and for something even where all losses are equal, zero or no numbers', () => {
    expect(rangeOf([1e-12, 10])!.min).toBeCloseTo(1e-5, 12);
    expect(rangeOf([Number.NaN])).toBeNull();
    for (const loss of [
      [2, 2],
      [0, 0],
    ]) {
      // biome-ignore format: pairs
      const range = rangeOf(loss)!;
      expect(range.min).toBeGreaterThan(0);
      expect(range.max).toBeGreaterThan(range.min);
      expect(Number.isFinite(shareOf(loss[0]!, range))).toBe(true);
    }
  });
});

describe('lines of equal loss', () => {
  it('lie where the loss is that, and close round a minimum', () => {
    const segments = contour({ columns: 11, rows: 11, values: bowl }, 9.5);
    expect(segments.length).toBeGreaterThan(12);
    const ends = new Map<string, number>();
    for (const segment of segments) {
      for (const [x, y] of segment) {
        // Straight between grid points: a little inside the circle of radius 3, since the bowl is hollow.
        expect(Math.hypot(x - 5, y - 5)).toBeGreaterThan(2.9);
        expect(Math.hypot(x - 5, y - 5)).toBeLessThan(3.000001);
        const key = `${x.toFixed(6)},${y.toFixed(6)}`;
        ends.set(key, (ends.get(key) ?? 0) + 1);
      }
    }
    expect(new Set(ends.values())).toEqual(new Set([2]));
  });

  it('keep the corners of a saddle apart that its middle keeps apart, and stop at what is no number', () => {
    const high = contour({ columns: 2, rows: 2, values: [9, 0, 0, 9] }, 4);
    expect(high).toHaveLength(2);
    // The middle, 4.5, belongs to the high corners: each line goes round a low one.
    for (const [[ax, ay], [bx, by]] of high) expect(Math.abs(ax - bx)).toBeCloseTo(Math.abs(ay - by), 9);
    const low = contour({ columns: 2, rows: 2, values: [9, 0, 0, 9] }, 5);
    expect(low).not.toEqual(high);
    expect(contour({ columns: 2, rows: 2, values: [9, 0, Number.NaN, 9] }, 4)).toEqual([]);
  });
});

describe('the frame', () => {
  const plot = frame(plane, 800, 500);
  it('is a square for random directions, with each point in its place', () => {
    expect(plot.width).toBe(plot.height);
    for (const i of [0, 5, 10]) {
      const [x, y] = placeOfCell(plot, 11, 11, i, 10 - i);
      const [px, py] = place(plot, plane.xs[i]!, plane.ys[10 - i]!);
      expect(x).toBeCloseTo(px, 9);
      expect(y).toBeCloseTo(py, 9);
      const [inward, down] = [i < 5 ? 3 : -3, i < 5 ? 3 : -3];
      expect(cellAt(plot, 11, 11, x + inward, y + down)).toEqual({ column: i, row: 10 - i });
    }
    expect(cellAt(plot, 11, 11, plot.left - 1, plot.top + 5)).toBeNull();
    expect(frame({ ...plane, mode: 'paths' }, 800, 500).width).toBeGreaterThan(plot.width);
  });

  it('draws a path to where the run stands', () => {
    const [x, y] = place(plot, 0, 0);
    expect(pathData(plot, plane.paths[0]!)).toMatch(new RegExp(`^M.*L${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}$`));
  });
});

describe('words', () => {
  it('say what the picture shows', () => {
    expect(middleOf(plane)).toBe(60);
    expect(inWords(landscape(), 'Adam')).toBe(
      'Training loss around Adam at step 40, on 512 samples, 11 × 11 points. Where the run stands 0.500; lowest 0.500 at (0, 0), highest 50.5 at (−1, −1).',
    );
    expect(inWords(landscape({ plane: { ...plane, explained: [0.7, 0.2] } }), 'Adam')).toMatch(
      /holds 90\.0 % of the paths' variance: 70\.0 % along x, 20\.0 % along y\.$/,
    );
  });

  it('count what is no number, and say nothing of what has not come', () => {
    const loss = bowl.slice();
    loss[0] = Number.NaN;
    loss[1] = Number.POSITIVE_INFINITY;
    expect(extremes({ loss, done: 121 })).toMatchObject({ low: 60, lost: 2 });
    expect(inWords(landscape({ loss }), 'Adam')).toContain('At 2 points the loss is no finite number.');
    expect(inWords(landscape({ done: 11 }), 'Adam')).not.toContain('stands');
    expect(gridRows(landscape({ done: 12 }))).toHaveLength(13);
    expect(gridRows(landscape())[61]).toEqual([0, 0, 0.5, 0.25]);
  });
});

describe('what is not on the plane', () => {
  it('is hidden or diverged, but never the run in its middle', () => {
    const runs = ['a', 'b', 'c', 'd'].map((id) => ({ id, hidden: id === 'b' }));
    expect(leftOut(runs, {}, 'a')).toEqual(['b']);
    expect(leftOut(runs, { c: { step: 3 }, d: { step: 4 } }, 'd')).toEqual(['b', 'c']);
    expect(leftOut(runs, {}, 'b')).toEqual([]);
  });
});
