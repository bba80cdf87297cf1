/** Keeps the paths of one chart at the curves: what to draw is read when it is drawn, so that React hears only of a new domain. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { liveStore } from '../../store/live.ts';
import { curves, isValidation, type RunSeries } from '../../store/series.ts';
import type { RunItem } from '../hooks.ts';
import { type AxisChoice, columnOf, type Domains, domainsOf, xOf } from './domains.ts';
import type { PathsHandle } from './Paths.tsx';
import { curvePath, mapX, mapY, type Plot } from './path.ts';
import { paintSoon, register } from './scheduler.ts';
import type { ChartSpec } from './spec.ts';

export interface Painter {
  domains: Domains;
  plot: RefObject<Plot | null>;
  onPlot: (plot: Plot) => void;
}

interface Options {
  spec: ChartSpec;
  runs: readonly RunItem[];
  choice: AxisChoice;
  smoothing: number;
  paths: RefObject<PathsHandle | null>;
  /** Not shown: nothing is painted. */
  asleep: boolean;
}

export function useCurvePainter({ spec, runs, choice, smoothing, paths, asleep }: Options): Painter {
  const { axis, epochsPerStep } = choice;
  const current = useMemo(() => ({ spec, runs, choice: { axis, epochsPerStep }, smoothing }), [spec, runs, axis, epochsPerStep, smoothing]);
  const plot = useRef<Plot | null>(null);
  const measure = useCallback(() => domainsOf(current.spec, seriesOf(current.runs), current.choice, current.smoothing), [current]);
  const [domains, setDomains] = useState(measure);

  const paint = useCallback(() => {
    const next = measure();
    setDomains((old) => (equal(old, next) ? old : next));
    const at = plot.current;
    if (!at || !paths.current) return;
    // A new domain comes through the frame, which paints when it is there.
    if (!equal({ x: at.x, y: at.y }, next) || at.log !== current.spec.log) return;
    for (const run of current.runs) paintRun(paths.current, at, run, current.spec, current.choice, current.smoothing);
  }, [current, measure, paths]);

  useEffect(() => {
    if (asleep) return;
    const stop = register(paint);
    const unwatch = liveStore.subscribe((now, before) => {
      if (now.markers !== before.markers || now.diverged !== before.diverged) paintSoon(paint);
    });
    paintSoon(paint);
    return () => {
      stop();
      unwatch();
    };
  }, [paint, asleep]);

  const latest = useRef(paint);
  latest.current = paint;
  const onPlot = useCallback(
    (next: Plot) => {
      plot.current = next;
      paths.current?.clip(next.left, next.top, next.width, next.height);
      latest.current();
    },
    [paths],
  );
  return { domains, plot, onPlot };
}

const seriesOf = (runs: readonly RunItem[]): RunSeries[] => runs.flatMap((run) => curves.peek(run.id) ?? []);

const equal = (a: Domains, b: Domains): boolean => a.x.min === b.x.min && a.x.max === b.x.max && a.y.min === b.y.min && a.y.max === b.y.max;

function paintRun(paths: PathsHandle, plot: Plot, run: RunItem, spec: ChartSpec, choice: AxisChoice, smoothing: number): void {
  const series = curves.peek(run.id);
  for (const [i, { metric }] of spec.layers.entries()) {
    if (!series) {
      paths.set(run.id, i, false, '');
      paths.set(run.id, i, true, '');
      continue;
    }
    const { xs, factor } = xOf(series, metric, choice);
    paths.set(run.id, i, false, curvePath(plot, xs, factor, columnOf(series, metric, smoothing)));
    const ghost = smoothing > 0 && !isValidation(metric) && metric !== 'lr';
    paths.set(run.id, i, true, ghost ? curvePath(plot, xs, factor, series.column(metric)) : '');
  }
  paths.marks(run.id, series ? marks(plot, run.id, series, spec, choice, smoothing) : '');
}

/** A diamond where the run was changed in flight, a cross where it diverged. */
function marks(plot: Plot, id: string, series: RunSeries, spec: ChartSpec, choice: AxisChoice, smoothing: number): string {
  const { markers, diverged } = liveStore.getState();
  const { metric } = spec.layers[0]!;
  const column = columnOf(series, metric, smoothing);
  const { xs, factor } = xOf(series, metric, choice);
  const at = (step: number): [number, number] | null => {
    const i = Math.max(0, series.indexAt(metric, step));
    const y = column.data[i];
    return i >= column.length || y === undefined || !Number.isFinite(y) ? null : [Math.round(mapX(plot, xs[i]! * factor)), Math.round(mapY(plot, y))];
  };
  let d = '';
  for (const { step } of markers[id] ?? []) {
    const point = at(step);
    if (point) d += `M${point[0]} ${point[1] - 5}l5 5l-5 5l-5 -5z`;
  }
  const end = diverged[id];
  const point = end && at(end.step - 1);
  if (point) d += `M${point[0] - 4} ${point[1] - 4}l8 8m0 -8l-8 8`;
  return d;
}
