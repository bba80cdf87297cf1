/** One line of one chart, from its points to its paths. */
import type { EarlierRun } from '../../store/earlier.ts';
import { liveStore } from '../../store/live.ts';
import { curves, isNoisy, type RunSeries } from '../../store/series.ts';
import { highlightStore } from '../../store/view.ts';
import type { Fit } from './domains.ts';
import { curveOf, curveOfSeries, type Line } from './lines.ts';
import type { PathsHandle } from './Paths.tsx';
import { bandPath, curvePath, mapX, mapY, type Plot } from './path.ts';
import type { ChartSpec } from './spec.ts';

/** Where paths go: onto the page, or to what brings them there together. */
type Target = Pick<PathsHandle, 'set'>;

export function paintLine(paths: Target, plot: Plot, line: Line, spec: ChartSpec, fit: Fit, ghost: boolean): void {
  for (const [i, { metric }] of spec.layers.entries()) {
    const curve = curveOf(line, metric, fit.choice, fit.smoothing);
    paths.set(`${line.key}/${i}/line`, curve ? curvePath(plot, curve.xs, curve.factor, curve.ys) : '');
    if (curve?.band) paths.set(`${line.key}/${i}/band`, bandPath(plot, curve.xs, curve.factor, curve.band.low, curve.band.high));
    else if (line.grouped) paths.set(`${line.key}/${i}/band`, '');
  }
  paintGhost(paths, plot, line, spec, fit, ghost);
  if (line.grouped) paintMembers(paths, plot, line, spec, fit, highlightStore.getState().line === line.key);
  paths.set(`${line.key}/marks`, line.runs.map((run) => marks(plot, run.id, spec, fit)).join(''));
}

/** The raw curve behind a smoothed one. */
export function paintGhost(paths: Target, plot: Plot, line: Line, spec: ChartSpec, fit: Fit, on: boolean): void {
  if (line.grouped) return;
  for (const [i, { metric }] of spec.layers.entries()) {
    if (!isNoisy(metric)) continue;
    const raw = on && fit.smoothing > 0 ? curveOf(line, metric, fit.choice, 0) : null;
    paths.set(`${line.key}/${i}/ghost`, raw ? curvePath(plot, raw.xs, raw.factor, raw.ys) : '');
  }
}

/** The single runs of a group: all of them while it stands out, and always those that have diverged, since the mean goes on without them. */
export function paintMembers(paths: Target, plot: Plot, line: Line, spec: ChartSpec, fit: Fit, all: boolean): void {
  const { diverged } = liveStore.getState();
  for (const [i, { metric }] of spec.layers.entries()) {
    for (const { id } of line.runs) {
      const series = all || diverged[id] ? curves.peek(id) : undefined;
      paths.set(`${line.key}/${i}/${id}`, series ? seriesPath(plot, series, metric, fit) : '');
    }
  }
}

export function paintEarlier(paths: Target, plot: Plot, run: EarlierRun & { key: string }, spec: ChartSpec, fit: Fit): void {
  for (const [i, { metric }] of spec.layers.entries()) paths.set(`${run.key}/${i}/earlier`, seriesPath(plot, run.series, metric, fit));
}

function seriesPath(plot: Plot, series: RunSeries, metric: ChartSpec['layers'][number]['metric'], { choice, smoothing }: Fit): string {
  const { xs, factor, ys } = curveOfSeries(series, metric, choice, smoothing);
  return curvePath(plot, xs, factor, ys);
}

/** A diamond where the run was changed in flight, a cross where it diverged. */
function marks(plot: Plot, id: string, spec: ChartSpec, { choice, smoothing }: Fit): string {
  const { markers, diverged } = liveStore.getState();
  const end = diverged[id];
  const series = end || markers[id] ? curves.peek(id) : undefined;
  if (!series) return '';
  const { metric } = spec.layers[0]!;
  const { xs, factor, ys } = curveOfSeries(series, metric, choice, smoothing);
  const at = (step: number): [number, number] | null => {
    const i = Math.max(0, series.indexAt(metric, step));
    const y = ys.data[i];
    return i >= ys.length || y === undefined || !Number.isFinite(y) ? null : [Math.round(mapX(plot, xs[i]! * factor)), Math.round(mapY(plot, y))];
  };
  let d = '';
  for (const { step } of markers[id] ?? []) {
    const point = at(step);
    if (point) d += `M${point[0]} ${point[1] - 5}l5 5l-5 5l-5 -5z`;
  }
  const point = end && at(end.step - 1);
  if (point) d += `M${point[0] - 4} ${point[1] - 4}l8 8m0 -8l-8 8`;
  return d;
}
