import { describe, expect, it } from 'vitest';
import { interval95 } from '../../src/model/stats.ts';
import { Band, bandOf } from '../../src/store/bands.ts';
import { RunSeries } from '../../src/store/series.ts';
import { feed, seriesOf } from '../support/series.ts';

const column = (data: ArrayLike<number>, length: number): number[] => Array.from({ length }, (_, i) => data[i]!);

describe('Band', () => {
  it('is the mean and the interval of Student at each step', () => {
    const band = new Band([seriesOf([1, 2]), seriesOf([2, 4]), seriesOf([6, 3])], 'train_loss', 0);
    band.follow();
    const { mean, half } = interval95([1, 2, 6]);
    expect(band.mean.data[0]).toBeCloseTo(mean, 6);
    expect(band.low.data[0]).toBeCloseTo(mean - half, 5);
    expect(band.high.data[0]).toBeCloseTo(mean + half, 5);
    expect(column(band.step.data, band.step.length)).toEqual([1, 2]);
    expect(band.time.data[1]).toBeCloseTo(0.2, 6);
  });

  it('goes on without a run that ended, and leaves out what is not finite', () => {
    const band = new Band([seriesOf([1, 1, 1, 1]), seriesOf([3, Number.NaN]), seriesOf([5, 5, 5, Number.POSITIVE_INFINITY])], 'train_loss', 0);
    band.follow();
    expect(column(band.count.data, band.count.length)).toEqual([3, 2, 2, 1]);
    expect(column(band.mean.data, band.mean.length)).toEqual([3, 3, 3, 1]);
    expect(band.low.data[3]).toBe(1);
    expect(band.high.data[3]).toBe(1);
  });

  it('is the same whether it follows point by point or at once, smoothed or not', () => {
    const rows = Array.from({ length: 200 }, (_, i) => [Math.sin(i) + 2, Math.cos(i) + 2, Math.sin(2 * i) + 2]);
    for (const smoothing of [0, 0.9]) {
      const members = [0, 1, 2].map(() => new RunSeries());
      const live = new Band(members, 'train_loss', smoothing);
      for (const [i, row] of rows.entries()) {
        for (const [m, series] of members.entries()) feed(series, i + 1, [row[m]!]);
        expect(live.follow()).toBe(true);
      }
      const whole = new Band(members, 'train_loss', smoothing);
      whole.follow();
      for (const key of ['mean', 'low', 'high', 'count'] as const) expect(live[key].data.subarray(0, 200)).toEqual(whole[key].data.subarray(0, 200));
    }
  });

  it('begins anew when a run that was behind comes to steps that are in', () => {
    const ahead = seriesOf([2, 2, 2]);
    const behind = seriesOf([4]);
    const before = bandOf('group-a', [ahead, behind], 'train_loss', 0);
    expect(column(before.mean.data, 3)).toEqual([3, 2, 2]);
    feed(behind, 2, [4, 4]);
    const after = bandOf('group-a', [ahead, behind], 'train_loss', 0);
    expect(column(after.mean.data, 3)).toEqual([3, 3, 3]);
    expect(bandOf('group-a', [ahead, behind], 'train_loss', 0)).toBe(after);
    expect(bandOf('group-a', [ahead], 'train_loss', 0)).not.toBe(after);
  });
});
