import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Column } from '../../src/store/column.ts';
import { curves, RunSeries } from '../../src/store/series.ts';
import { setView } from '../../src/store/view.ts';
import { type AxisChoice, domainsOf, type Fit } from '../../src/ui/charts/domains.ts';
import { bandPath, curvePath, mapX, type Plot } from '../../src/ui/charts/path.ts';
import { logTicks, shareOf, valueAt } from '../../src/ui/charts/scale.ts';
import { LOSS, LOSS_LINEAR } from '../../src/ui/charts/spec.ts';
import { isZoomed, pan, rangeBetween, resetZoom, within, zoomAbout, zoomStore, zoomX, zoomY } from '../../src/ui/charts/zoom.ts';
import { seriesOf } from '../support/series.ts';

const STEP: AxisChoice = { axis: 'step', log: false, epochsPerStep: 0, samplesPerStep: 32 };
const seen = (more: Partial<Fit> = {}): Fit => ({ choice: STEP, smoothing: 0, range: 'auto', zoom: { x: null, y: {} }, ...more });

afterEach(() => {
  resetZoom();
  setView({ xAxis: 'step' });
});

describe('ranges', () => {
  const domain = fc
    .tuple(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.double({ min: 1.5, max: 1e4, noNaN: true }))
    .map(([min, f]) => ({ min, max: min * f }));

  it('a share of an axis and the value there are inverse, linear and log', () => {
    fc.assert(
      fc.property(domain, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (d, share, log) => {
        expect(shareOf(d, valueAt(d, share, log), log)).toBeCloseTo(share, 9);
      }),
    );
  });

  it('a drag either way is the same range, inside what is shown; a click is none', () => {
    const shown = { min: 0, max: 200 };
    expect(rangeBetween(shown, 0.25, 0.5, false)).toEqual({ min: 50, max: 100 });
    expect(rangeBetween(shown, 0.5, 0.25, false)).toEqual({ min: 50, max: 100 });
    expect(rangeBetween(shown, 0.5, 1.7, false)).toEqual({ min: 100, max: 200 });
    expect(rangeBetween(shown, 0.5, 0.5, false)).toBeNull();
    expect(rangeBetween({ min: 1, max: 10_000 }, 0.25, 0.5, true)!.max).toBeCloseTo(100, 9);
  });

  it('zooming in about a value keeps it where it stands, and out again brings back what was', () => {
    fc.assert(
      fc.property(domain, fc.double({ min: 0.1, max: 0.9, noNaN: true }), fc.boolean(), (d, share, log) => {
        const centre = valueAt(d, share, log);
        const near = zoomAbout(d, centre, 0.5, log);
        expect(shareOf(near, centre, log)).toBeCloseTo(share, 6);
        const back = zoomAbout(near, centre, 2, log);
        expect(back.min).toBeCloseTo(d.min, 6);
        expect(shareOf(d, back.max, log)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('does not go deeper than numbers go', () => {
    let d = { min: 0, max: 1000 };
    for (let i = 0; i < 200; i++) d = zoomAbout(d, 500, 0.5, false);
    expect(d.max).toBeGreaterThan(d.min);
  });

  it('shifts up to the ends, and all of it is no zoom', () => {
    const whole = { min: 0, max: 100 };
    expect(within(pan({ min: 80, max: 95 }, 1, false), whole)).toEqual({ min: 85, max: 100 });
    expect(within({ min: -5, max: 20 }, whole)).toEqual({ min: 0, max: 25 });
    expect(within({ min: -5, max: 200 }, whole)).toBeNull();
  });

  it('is forgotten with other units and with other curves', () => {
    zoomX({ min: 1, max: 2 });
    zoomY('Accuracy', { min: 0.5, max: 1 });
    setView({ xAxis: 'time' });
    expect(zoomStore.getState()).toEqual({ x: null, y: { Accuracy: { min: 0.5, max: 1 } } });
    curves.clear();
    expect(isZoomed(zoomStore.getState())).toBe(false);
  });
});

describe('what a chart shows', () => {
  const falling = seriesOf(Array.from({ length: 100 }, (_, i) => 10 / (i + 1)));

  it('fits y to the x that is shown', () => {
    const { x, y, whole } = domainsOf(LOSS, [falling], seen({ zoom: { x: { min: 50, max: 100 }, y: {} } }));
    expect(x).toEqual({ min: 50, max: 100 });
    expect(whole).toEqual({ min: 0, max: 100 });
    expect(y.max).toBeLessThan(3);
    expect(domainsOf(LOSS, [falling], seen({ zoom: { x: null, y: { Loss: { min: 1, max: 2 } } } })).y).toEqual({ min: 1, max: 2 });
  });

  it('a log axis begins at the first point, in every unit', () => {
    const log = (axis: AxisChoice['axis']) => domainsOf(LOSS, [falling], seen({ choice: { ...STEP, axis, log: true, epochsPerStep: 0.5 } })).x.min;
    expect([log('step'), log('epoch'), log('samples')]).toEqual([1, 0.5, 32]);
    expect(log('time')).toBeCloseTo(0.1, 6);
    expect(domainsOf(LOSS, [], seen({ choice: { ...STEP, log: true } })).x.min).toBeGreaterThan(0);
  });

  it('leaves outliers out, or nothing at all', () => {
    const spiky = seriesOf(Array.from({ length: 1000 }, (_, i) => (i === 500 ? 1e6 : 1 + (i % 10) / 10)));
    const high = (range: Fit['range']): number => domainsOf(LOSS_LINEAR, [spiky], seen({ range })).y.max;
    expect(high('inliers')).toBeLessThan(3);
    expect(high('all')).toBeGreaterThanOrEqual(1e6);
    expect(high('auto')).toBeLessThan(1e6);
  });

  it('earlier races do not stretch the axis of this one, and hold it while there is none', () => {
    const short = seriesOf([2, 1]);
    expect(domainsOf(LOSS, [short], seen(), [falling]).x.max).toBe(50);
    expect(domainsOf(LOSS, [new RunSeries()], seen(), [falling]).x.max).toBe(100);
  });
});

describe('a logarithmic horizontal axis', () => {
  const plot: Plot = { left: 40, top: 10, width: 300, height: 100, x: { min: 1, max: 1000 }, y: { min: 0, max: 1 }, log: false, logX: true };

  it('puts equal factors equally far apart', () => {
    expect(mapX(plot, 10)).toBeCloseTo(140, 9);
    expect(mapX(plot, 100)).toBeCloseTo(240, 9);
    expect(mapX(plot, 0)).toBeLessThan(-1000);
  });

  it('keeps the spikes of a long curve with few points', () => {
    const ys = new Column();
    for (let i = 1; i <= 100_000; i++) ys.push(i === 77_777 ? 0.9 : 0.1);
    const d = curvePath(
      { ...plot, x: { min: 1, max: 1e5 } },
      Array.from({ length: 1e5 }, (_, i) => i + 1),
      1,
      ys,
    );
    expect(d).toContain(` ${10 + 100 * (1 - 0.9)}`);
    expect(d.split('L').length).toBeLessThan(500);
    expect(d).not.toMatch(/NaN|Infinity/);
  });

  it('has no ticks where it has no place, instead of looking for them for ever', () => {
    expect(logTicks({ min: 0, max: 10 }, 5)).toEqual([]);
  });
});

describe('bands', () => {
  const plot: Plot = { left: 0, top: 0, width: 100, height: 100, x: { min: 0, max: 4 }, y: { min: 0.1, max: 10 }, log: true, logX: false };
  const column = (values: readonly number[]): Column => {
    const made = new Column();
    for (const v of values) made.push(v);
    return made;
  };

  it('is one closed area, also where its lower end has no place on a log axis', () => {
    const d = bandPath(plot, [1, 2, 3], 1, column([1, -1, 1]), column([10, 10, 10]));
    expect(d).toMatch(/^M[^M]*z$/);
    expect(d).not.toMatch(/NaN|Infinity/);
  });

  it('draws only what is in the plot', () => {
    const xs = Array.from({ length: 1000 }, (_, i) => i);
    const values = column(xs.map(() => 1));
    expect(curvePath(plot, xs, 1, values).split('L').length).toBeLessThan(10);
  });
});
