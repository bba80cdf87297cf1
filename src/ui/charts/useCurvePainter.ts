/** Keeps the paths of one chart at the curves: what to draw is read when it is drawn, so that React hears only of a new domain. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { EarlierRun } from '../../store/earlier.ts';
import { liveStore } from '../../store/live.ts';
import { highlightStore } from '../../store/view.ts';
import { type Domains, domainsOf, type Fit } from './domains.ts';
import { type Line, seriesOf } from './lines.ts';
import type { PathsHandle } from './Paths.tsx';
import { paintEarlier, paintGhost, paintLine, paintMembers } from './paint.ts';
import { columnOfLines, type Plot } from './path.ts';
import { paintNow, paintSoon, register } from './scheduler.ts';
import type { ChartSpec } from './spec.ts';

/** Raw curves behind more lines than these would be one cloud: then only the line that stands out has its own. */
const MOST_GHOSTS = 12;

export interface Painter {
  domains: Domains;
  plot: RefObject<Plot | null>;
  onPlot: (plot: Plot) => void;
}

/** What a chart shows, and how. */
export interface Scene {
  spec: ChartSpec;
  lines: readonly Line[];
  earlier: readonly (EarlierRun & { key: string })[];
  fit: Fit;
}

interface Options {
  scene: Scene;
  paths: RefObject<PathsHandle | null>;
  /** Not shown: nothing is painted. */
  asleep: boolean;
}

export function useCurvePainter({ scene, paths, asleep }: Options): Painter {
  const plot = useRef<Plot | null>(null);
  /** The plot and scene that the earlier races were painted for: they do not change otherwise. */
  const behind = useRef<[Plot, Scene] | null>(null);
  const measure = useCallback(() => domainsOf(scene.spec, allSeries(scene), scene.fit, earlierSeries(scene)), [scene]);
  const [domains, setDomains] = useState(measure);

  const paint = useMemo(
    () =>
      function* (): Generator<void> {
        const next = measure();
        setDomains((old) => (equal(old, next) ? old : next));
        const stands = plot.current;
        const handle = paths.current;
        if (!stands || !handle) return;
        const at: Plot = { ...stands, columnPx: columnOfLines(scene.lines.length) };
        // A new domain comes through the frame, which paints when it is there.
        const { spec, lines, earlier, fit } = scene;
        if (!equal({ ...at, whole: next.whole }, next) || at.log !== spec.log || at.logX !== fit.choice.log) return;
        yield;
        // All together at the end: each frame that changes a path is drawn by the browser, whole.
        const done: [key: string, d: string][] = [];
        const target = { set: (key: string, d: string) => void done.push([key, d]) };
        const stale = behind.current?.[0] !== stands || behind.current[1] !== scene;
        for (const run of stale ? earlier : []) {
          paintEarlier(target, at, run, spec, fit);
          yield;
        }
        const { line: standsOut } = highlightStore.getState();
        for (const line of lines) {
          paintLine(target, at, line, spec, fit, lines.length <= MOST_GHOSTS || line.key === standsOut);
          yield;
        }
        for (const [key, d] of done) handle.set(key, d);
        behind.current = [stands, scene];
      },
    [scene, measure, paths],
  );

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

  useHighlight(scene, paths, plot);
  const latest = useRef(paint);
  latest.current = paint;
  const onPlot = useCallback(
    (next: Plot) => {
      plot.current = next;
      paths.current?.clip(next.left, next.top, next.width, next.height);
      paintNow(latest.current);
    },
    [paths],
  );
  return { domains, plot, onPlot };
}

/** The line that stands out in every chart; of a group its single runs come with it. */
function useHighlight({ spec, lines, fit }: Scene, paths: RefObject<PathsHandle | null>, plot: RefObject<Plot | null>): void {
  useEffect(() => {
    const show = ({ line: key }: { line: string | null }): void => {
      const handle = paths.current;
      if (!handle) return;
      const shown = lines.some((line) => line.key === key) ? key : null;
      handle.highlight(shown);
      const at = plot.current;
      if (!at) return;
      for (const line of lines) {
        if (line.grouped) paintMembers(handle, at, line, spec, fit, line.key === shown);
        else if (lines.length > MOST_GHOSTS) paintGhost(handle, at, line, spec, fit, line.key === shown);
      }
    };
    show(highlightStore.getState());
    return highlightStore.subscribe(show);
  }, [spec, lines, fit, paths, plot]);
}

const allSeries = (scene: Scene) => scene.lines.flatMap((line) => seriesOf(line.runs));
const earlierSeries = (scene: Scene) => scene.earlier.map((run) => run.series);
const equal = (a: Domains, b: Domains): boolean =>
  a.x.min === b.x.min && a.x.max === b.x.max && a.y.min === b.y.min && a.y.max === b.y.max && a.whole.max === b.whole.max;
