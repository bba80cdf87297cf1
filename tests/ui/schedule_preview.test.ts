/** Geometry of a schedule's preview: every rate has a place, whatever its size. */
import { describe, expect, it } from 'vitest';
import { lineOf, plotOf, pointOf } from '../../src/ui/runs/preview.ts';

const BOX = { width: 100, height: 46, steps: 10, log: false, fromZero: true };

describe('a preview’s line', () => {
  it('begins at 0, or at the lowest value, and never leaves the box', () => {
    const fromZero = plotOf([0.2, 0.4], BOX);
    expect([fromZero.y.min, fromZero.y.max]).toEqual([0, 0.4]);
    expect(pointOf(fromZero, 5, 0.2)).toEqual({ x: 50, y: 23 });
    expect(plotOf([0.2, 0.4], { ...BOX, fromZero: false }).y).toEqual({ min: 0.2, max: 0.4 });
    expect([-1, 0, 9].map((value) => pointOf(fromZero, 0, value).y)).toEqual([43, 43, 3]);
  });

  it('shows four decades at most on a log axis', () => {
    const plot = plotOf([1, 1e-9], { ...BOX, log: true });
    expect(plot.y).toEqual({ min: 1e-4, max: 1 });
    expect([1, 1e-2, 1e-4, 1e-9, 0].map((value) => pointOf(plot, 0, value).y)).toEqual([3, 23, 43, 43, 43]);
  });

  it.each([[1e30], [1e-30], [0], [0.05]])('of a rate that stands at %d lies in the middle', (value) => {
    for (const log of [false, true]) {
      const plot = plotOf([value, value], { ...BOX, log });
      expect(plot.flat).toBe(value);
      expect(pointOf(plot, 0, value).y).toBe(23);
      expect(lineOf([0, 10], [value, value], plot)).toBe('M0.0 23.0L100.0 23.0');
    }
  });

  it('of a rate that leaves the floats ends at the top', () => {
    const values = [1, 1e200, Number.POSITIVE_INFINITY];
    expect(lineOf([0, 5, 10], values, plotOf(values, BOX))).toBe('M0.0 43.0L50.0 3.0L100.0 3.0');
  });
});
