/**
 * Brings one chart from what it shows to what is wanted, in pieces that the scheduler spreads over frames: points are averaged, axes are fitted and
 * paths are written before anything on the page changes; then axes and curves change together. A painting that has begun is finished even if
 * something else is wanted meanwhile, or a slider that is dragged would leave the chart as it was until the hand rests.
 */
import type { RefObject } from 'react';
import type { EarlierRun } from '../../store/earlier.ts';
import type { RunSeries } from '../../store/series.ts';
import { highlightStore } from '../../store/view.ts';
import type { Size } from '../hooks.ts';
import { type Domains, domainsOf, type Fit, read } from './domains.ts';
import type { FrameOf } from './Frame.tsx';
import { curveOf, type Line, seriesOf } from './lines.ts';
import type { PathsHandle } from './Paths.tsx';
import { paintEarlier, paintLine } from './paint.ts';
import { columnOfLines, type Plot } from './path.ts';
import { paintSoon } from './scheduler.ts';
import type { ChartSpec } from './spec.ts';

/** Raw curves behind more lines than these would be one cloud: then only the line that stands out has its own. */
export const MOST_GHOSTS = 12;

/** What a chart shows, and how. */
export interface Scene {
  spec: ChartSpec;
  lines: readonly Line[];
  earlier: readonly (EarlierRun & { key: string })[];
  fit: Fit;
}

/** What React is given: a new object only when a line, an axis or the size is another. */
export interface Shown {
  scene: Scene;
  domains: Domains;
  frame: FrameOf;
}

/** Paths for what is shown, or is about to be. */
interface Ready {
  shown: Shown;
  plot: Plot;
  paths: readonly (readonly [key: string, d: string])[];
}

/** What the axes take of a chart, in pixels: of all charts the same, and known once the first has been drawn. */
interface Insets {
  left: number;
  top: number;
  across: number;
  down: number;
}

let insets: Insets | null = null;

export class Painter {
  /** Where the curves stand on the page; null until the axes are there. */
  readonly plot: { current: Plot | null } = { current: null };
  private readonly paths: RefObject<PathsHandle | null>;
  private readonly show: (shown: Shown) => void;
  private wanted: { scene: Scene; size: Size } | null = null;
  /** What was asked of React last, and what it has done. */
  private shown: Shown | null = null;
  private rendered: Shown | null = null;
  private ready: Ready | null = null;
  /** What the earlier races were painted for: they do not change otherwise. */
  private behind: { plot: Plot; scene: Scene } | null = null;

  constructor(paths: RefObject<PathsHandle | null>, show: (shown: Shown) => void) {
    this.paths = paths;
    this.show = show;
  }

  want(scene: Scene, size: Size): void {
    this.wanted = { scene, size };
    paintSoon(this.paint);
  }

  /** The chart is not to be seen: its elements are gone. */
  sleep(): void {
    this.wanted = null;
    this.rendered = null;
    this.ready = null;
    this.behind = null;
    this.plot.current = null;
  }

  /** React has brought this onto the page. */
  onRendered(shown: Shown): void {
    this.rendered = shown;
    this.apply();
  }

  /** The axes stand here and show this. */
  readonly onPlot = (plot: Plot): void => {
    this.plot.current = plot;
    this.paths.current?.clip(plot.left, plot.top, plot.width, plot.height);
    if (this.shown) {
      const { width, height } = this.shown.frame;
      insets = { left: plot.left, top: plot.top, across: width - plot.width, down: height - plot.height };
    }
    if (this.ready && equal(plot, this.ready.plot)) this.apply();
    else paintSoon(this.paint);
  };

  /** For the scheduler: one piece of work between one `yield` and the next. */
  readonly paint = (): Iterator<void> => this.steps();

  private *steps(): Generator<void> {
    if (!this.wanted) return;
    const { scene, size } = this.wanted;
    for (const _ of upToDate(scene)) yield;
    const shown = this.next(scene, size);
    if (!insets) return this.ask(shown);
    const plot = plotOf(shown, insets);
    const paths: [key: string, d: string][] = [];
    const target = { set: (key: string, d: string) => void paths.push([key, d]) };
    const stale = this.behind?.scene !== scene || !equal(this.behind.plot, plot);
    for (const run of stale ? scene.earlier : []) {
      paintEarlier(target, plot, run, scene.spec, scene.fit);
      yield;
    }
    const { line: standsOut } = highlightStore.getState();
    const few = scene.lines.length <= MOST_GHOSTS;
    for (const line of scene.lines) {
      paintLine(target, plot, line, scene.spec, scene.fit, few || line.key === standsOut);
      yield;
    }
    // Asleep meanwhile: there is nothing to paint on.
    if (!this.wanted) return;
    this.ready = { shown, plot, paths };
    this.ask(shown);
  }

  private ask(shown: Shown): void {
    if (shown === this.shown && shown === this.rendered) return this.apply();
    this.shown = shown;
    this.show(shown);
  }

  /** All together: each frame that changes a path is drawn by the browser, whole. */
  private apply(): void {
    const { ready } = this;
    const handle = this.paths.current;
    if (!ready || !handle || this.rendered !== ready.shown || !this.plot.current || !equal(this.plot.current, ready.plot)) return;
    for (const [key, d] of ready.paths) handle.set(key, d);
    this.behind = { plot: ready.plot, scene: ready.shown.scene };
    this.ready = null;
  }

  /** As it is shown already, if nothing that React draws is another. */
  private next(scene: Scene, size: Size): Shown {
    const { fit, spec } = scene;
    const domains = domainsOf(spec, allSeries(scene), fit, earlierSeries(scene));
    const { x, y, whole } = domains;
    const frame: FrameOf = {
      ...size,
      x0: x.min,
      x1: x.max,
      y0: y.min,
      y1: y.max,
      log: spec.log && y.min > 0,
      logX: fit.choice.log && x.min > 0,
      percent: spec.percent ?? false,
      axis: fit.choice.axis,
    };
    const before = this.shown;
    if (!before || !alike(before.frame, frame)) return { scene, domains, frame };
    if (before.scene === scene && before.domains.whole.max === whole.max) return before;
    return { scene, domains, frame: before.frame };
  }
}

const alike = (a: FrameOf, b: FrameOf): boolean => (Object.keys(a) as (keyof FrameOf)[]).every((key) => a[key] === b[key]);

const NEAR = 0.01;

/** The same axes at the same place. */
function equal(a: Plot, b: Plot): boolean {
  const places = (['left', 'top', 'width', 'height'] as const).every((side) => Math.abs(a[side] - b[side]) < NEAR);
  const [x, y] = [a.x.min === b.x.min && a.x.max === b.x.max, a.y.min === b.y.min && a.y.max === b.y.max];
  return places && x && y && a.log === b.log && a.logX === b.logX;
}

function plotOf({ frame, scene }: Shown, { left, top, across, down }: Insets): Plot {
  const { width, height, x0, x1, y0, y1, log, logX } = frame;
  const [x, y] = [
    { min: x0, max: x1 },
    { min: y0, max: y1 },
  ];
  return { left, top, width: width - across, height: height - down, x, y, log, logX, columnPx: columnOfLines(scene.lines.length) };
}

const allSeries = (scene: Scene): RunSeries[] => scene.lines.flatMap((line) => seriesOf(line.runs));
const earlierSeries = (scene: Scene): RunSeries[] => scene.earlier.map((run) => run.series);

/** Averages and means that the scene asks for: twenty thousand points of a run at a time, where they are asked for the first time. */
function* upToDate(scene: Scene): Generator<void> {
  const { spec, lines, fit } = scene;
  for (const series of [...allSeries(scene), ...earlierSeries(scene)]) {
    for (const { metric } of spec.layers) {
      read(series, metric, fit);
      yield;
    }
  }
  for (const line of lines) {
    for (const { metric } of line.grouped ? spec.layers : []) {
      curveOf(line, metric, fit.choice, fit.smoothing);
      yield;
    }
  }
}
