/**
 * The mean of a group of runs at each step, with its 95 % interval (Student's t over the runs that have a value there). It follows the curves as
 * they grow: what is done once is not done again, so that ten redraws a second cost what ten redraws a second bring.
 */
import { interval95 } from '../model/stats.ts';
import { Column, Steps } from './column.ts';
import type { Metric, RunSeries } from './series.ts';

export class Band {
  readonly step = new Steps();
  /** Training time of the first run that has this step. */
  readonly time = new Column();
  readonly mean = new Column();
  /** Ends of the interval; both at the mean where only one run has a value. */
  readonly low = new Column();
  readonly high = new Column();
  /** How many runs the mean is of. */
  readonly count = new Column();
  readonly members: readonly RunSeries[];
  readonly smoothing: number;
  private readonly metric: Metric;
  /** Of each member the first point that is not in yet. */
  private readonly at: number[];

  constructor(members: readonly RunSeries[], metric: Metric, smoothing: number) {
    this.members = members;
    this.metric = metric;
    this.smoothing = smoothing;
    this.at = members.map(() => 0);
  }

  /**
   * Takes in what the members gained since the last call. A value that is not finite is left out, and so is a run that has no point any more: it
   * has diverged, or has not come so far. Returns whether the band still holds: false once a run that was behind has come to steps that are in.
   */
  follow(): boolean {
    const steps = this.members.map((series) => series.steps(this.metric));
    const columns = this.members.map((series) => series.drawn(this.metric, this.smoothing));
    const values: number[] = [];
    for (;;) {
      let next = Number.POSITIVE_INFINITY;
      for (const [m, { data, length }] of steps.entries()) if (this.at[m]! < length) next = Math.min(next, data[this.at[m]!]!);
      if (next === Number.POSITIVE_INFINITY) return true;
      if (this.step.length > 0 && next <= this.step.last()) return false;
      values.length = 0;
      let time = Number.NaN;
      for (const [m, { data, length }] of steps.entries()) {
        const i = this.at[m]!;
        if (i >= length || data[i] !== next) continue;
        this.at[m] = i + 1;
        const value = columns[m]!.data[i]!;
        if (!Number.isFinite(value)) continue;
        if (values.length === 0) time = this.members[m]!.times(this.metric).data[i]!;
        values.push(value);
      }
      if (values.length > 0) this.push(next, time, values);
    }
  }

  private push(step: number, time: number, values: readonly number[]): void {
    const { mean, half, n } = interval95(values);
    const room = n > 1 ? half : 0;
    this.step.push(step);
    this.time.push(time);
    this.mean.push(mean);
    this.low.push(mean - room);
    this.high.push(mean + room);
    this.count.push(n);
  }
}

/** Bands in use; what was not asked for longest goes. */
const MOST_BANDS = 256;
const bands = new Map<string, Band>();

/** The band of a group, up to date. @param key the group's. */
export function bandOf(key: string, members: readonly RunSeries[], metric: Metric, smoothing: number): Band {
  const name = `${key} ${metric}`;
  const known = bands.get(name);
  const fits = known && known.smoothing === smoothing && same(known.members, members) && known.follow();
  if (fits) return known;
  const band = new Band(members, metric, smoothing);
  band.follow();
  bands.delete(name);
  bands.set(name, band);
  if (bands.size > MOST_BANDS) bands.delete(bands.keys().next().value!);
  return band;
}

const same = (a: readonly RunSeries[], b: readonly RunSeries[]): boolean => a.length === b.length && a.every((series, i) => series === b[i]);
