/** What a chart draws: a line a run, or a line a group of runs with its band. */
import { type Band, bandOf } from '../../store/bands.ts';
import type { Column } from '../../store/column.ts';
import { curves, type Metric, type RunSeries } from '../../store/series.ts';
import type { RunItem } from '../hooks.ts';
import { type AxisChoice, positions } from './domains.ts';

export interface Line {
  /** A run's id or a group's key. */
  key: string;
  name: string;
  color: number;
  /** The visible runs of it; one where nothing is grouped. */
  runs: readonly RunItem[];
  grouped: boolean;
}

/** Lines of the runs that are drawn, in their order. */
export function linesOf(runs: readonly RunItem[]): Line[] {
  const lines = new Map<string, Line>();
  for (const run of runs) {
    const { group } = run;
    const key = group?.key ?? run.id;
    const known = lines.get(key);
    lines.set(key, { key, name: group?.label ?? run.name, color: run.color, runs: [...(known?.runs ?? []), run], grouped: group !== null });
  }
  return [...lines.values()];
}

/** Of the runs that have any points. */
export const seriesOf = (runs: readonly { id: string }[]): RunSeries[] => runs.flatMap((run) => curves.peek(run.id) ?? []);

export interface Curve {
  /** Positions before the factor; only the first `ys.length` mean something. */
  xs: ArrayLike<number>;
  factor: number;
  ys: Column;
  /** Of a group. */
  band: Band | null;
}

export function curveOfSeries(series: RunSeries, metric: Metric, choice: AxisChoice, smoothing: number): Curve {
  const { xs, factor } = positions({ steps: series.steps(metric).data, times: series.times(metric).data }, choice);
  return { xs, factor, ys: series.drawn(metric, smoothing), band: null };
}

/** The run's curve or the group's mean, up to date; null while there is nothing. */
export function curveOf(line: Line, metric: Metric, choice: AxisChoice, smoothing: number): Curve | null {
  const series = seriesOf(line.runs);
  if (series.length === 0) return null;
  if (!line.grouped) return curveOfSeries(series[0]!, metric, choice, smoothing);
  const band = bandOf(line.key, series, metric, smoothing);
  return { ...positions({ steps: band.step.data, times: band.time.data }, choice), ys: band.mean, band };
}
