import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column } from '../../src/store/column.ts';
import { RunSeries } from '../../src/store/series.ts';
import { domainsOf, type Fit } from '../../src/ui/charts/domains.ts';
import { curvePath, mapX, mapY, type Plot } from '../../src/ui/charts/path.ts';
import { growingDomain, linearTicks, logTicks, roundUp, valueDomain } from '../../src/ui/charts/scale.ts';
import { LOSS } from '../../src/ui/charts/spec.ts';
import { indexAt } from '../../src/ui/charts/useCrosshair.ts';

const FIT: Fit = {
  choice: { axis: 'step', log: false, epochsPerStep: 0, samplesPerStep: 1 },
  smoothing: 0,
  range: 'auto',
  zoom: { x: null, y: {} },
};

describe('axes', () => {
  it('ends at a round number at or above the newest point, by a quarter at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (n) => {
        const end = roundUp(n);
        expect(end).toBeGreaterThanOrEqual(n);
        expect(end).toBeLessThanOrEqual(n * 1.34);
      }),
    );
  });

  it('moves seldom while the curves grow', () => {
    const ends = new Set(Array.from({ length: 10_000 }, (_, i) => growingDomain(i, 50).max));
    expect(ends.size).toBeLessThan(30);
  });

  it('holds its values', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
        fc.double({ min: 1.01, max: 1e4, noNaN: true }),
        fc.boolean(),
        (low, factor, log) => {
          const { min, max } = valueDomain(low, low * factor, log);
          expect(min).toBeLessThanOrEqual(low);
          expect(max).toBeGreaterThanOrEqual(low * factor);
          const ticks = log ? logTicks({ min, max }, 6) : linearTicks({ min, max }, 6);
          expect(ticks.length).toBeGreaterThan(0);
          expect(ticks.length).toBeLessThanOrEqual(8);
          for (const tick of ticks) {
            expect(tick).toBeGreaterThanOrEqual(min * 0.99 - 1e-9);
            expect(tick).toBeLessThanOrEqual(max * 1.01);
          }
        },
      ),
    );
  });

  it('does not let a run that diverges flatten the others', () => {
    const calm = new RunSeries();
    const wild = new RunSeries();
    for (const [series, f] of [
      [calm, (i: number) => 2.3 / i],
      [wild, (i: number) => 2.3 * 10 ** i],
    ] as const) {
      const step = Uint32Array.from({ length: 30 }, (_, i) => i + 1);
      const loss = Float32Array.from(step, f);
      series.addTrain({ run: 'x', step, train_loss: loss, train_accuracy: loss, lr: loss, grad_norm: loss, update_ratio: loss, time: loss });
    }
    const { y } = domainsOf(LOSS, [calm, wild], FIT);
    expect(y.max).toBeLessThan(100);
    expect(y.min).toBeLessThan(1);
  });
});

describe('paths', () => {
  const plot: Plot = { left: 40, top: 10, width: 300, height: 100, x: { min: 0, max: 100 }, y: { min: 0.01, max: 1 }, log: true, logX: false };

  it('stands where the axes say', () => {
    expect(mapX(plot, 50)).toBe(190);
    expect(mapY(plot, 0.1)).toBeCloseTo(60, 9);
    expect(mapY({ ...plot, log: false, y: { min: 0, max: 2 } }, 1)).toBe(60);
  });

  it('leaves a gap where a point has no place', () => {
    const ys = new Column();
    for (const v of [1, 0.5, 0, 0.5, Number.NaN, 0.25, 0.1]) ys.push(v);
    const d = curvePath(plot, [10, 20, 30, 40, 50, 60, 70], 1, ys);
    expect(d.match(/M/g)).toHaveLength(3);
    expect(d).not.toMatch(/NaN|Infinity/);
  });

  it('draws one point as a dot and none as nothing', () => {
    const ys = new Column();
    expect(curvePath(plot, [], 1, ys)).toBe('');
    ys.push(0.5);
    expect(curvePath(plot, [10], 1, ys)).toMatch(/^M[\d.]+ [\d.]+m-1.5 0h3$/);
  });

  it('finds the point at or before the pointer', () => {
    const at = { xs: [2, 4, 6], factor: 0.5 };
    expect([0.9, 1, 1.9, 2, 99].map((x) => indexAt(3, at, x))).toEqual([-1, 0, 0, 1, 2]);
  });
});
