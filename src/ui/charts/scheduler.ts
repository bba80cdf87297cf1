/**
 * When charts are painted: at most ten times a second, one chart a frame, and of many lines as many as fit into a slice of a frame, so that no
 * single task grows with the number of charts or runs.
 * Less often where that would take the browser more than its share of the time (less of it with a software adapter, which computes on the
 * same cores), and at full speed.
 */
import { live } from '../../store/live.ts';
import { curves } from '../../store/series.ts';
import { viewStore } from '../../store/view.ts';

const EVERY_MS = 100;
const FAST_MS = 500;
/** Share of the time that painting may take, and the longest wait that it may ask for. */
const HARDWARE = { share: 0.05, slowest: 1000 };
const SOFTWARE = { share: 0.01, slowest: 1500 };

/** Longest that painting may hold the page up at once; the browser needs as much again to lay out and paint what changed. */
const SLICE_MS = 12;

/** Paints a line between one `yield` and the next. */
type Paint = () => Iterator<void>;

const charts = new Set<Paint>();
const dirty = new Set<Paint>();
/** Charts whose painting goes on in the next frame. */
const begun = new Map<Paint, Iterator<void>>();
const begunAt = new WeakMap<Paint, number>();
let waiting = false;
let resting: ReturnType<typeof setTimeout> | undefined;
let frame = 0;
let last = 0;
/** Milliseconds that the last round took, style and layout included. */
let cost = 0;

curves.subscribe(() => {
  if (waiting) return;
  waiting = true;
  setTimeout(round, Math.max(0, last + interval() - performance.now()));
});

function interval(): number {
  const { share, slowest } = live().adapter?.software ? SOFTWARE : HARDWARE;
  return Math.max(viewStore.getState().maxSpeed ? FAST_MS : EVERY_MS, Math.min(slowest, cost / share));
}

/** The chart is painted whenever the curves change. Returns how to stop. */
export function register(paint: Paint): () => void {
  charts.add(paint);
  return () => {
    charts.delete(paint);
    dirty.delete(paint);
    begun.delete(paint);
  };
}

/** What the visitor has just asked for does not wait for the next tenth of a second. */
export function paintSoon(paint: Paint): void {
  dirty.add(paint);
  if (!frame) frame = requestAnimationFrame(next);
}

/** Not before, or painting that takes several frames would go on with every new point and know no share. */
function round(): void {
  for (const paint of charts) dirty.add(paint);
  waiting = false;
  last = performance.now();
  cost = 0;
  if (!frame) frame = requestAnimationFrame(next);
}

function next(): void {
  frame = 0;
  const began = performance.now();
  const paint = begun.keys().next().value ?? begin(began);
  if (paint) {
    advance(paint);
    // The first task behind the frame: the browser has laid out and painted.
    setTimeout(() => {
      cost += performance.now() - began;
    });
  }
  if (begun.size > 0 || [...dirty].some((other) => due(other) <= began)) frame = requestAnimationFrame(next);
  else if (dirty.size > 0) rest(Math.min(...[...dirty].map(due)) - began);
}

/** Begins with the first chart whose turn has come. */
function begin(now: number): Paint | undefined {
  const paint = [...dirty].find((other) => due(other) <= now);
  if (!paint) return undefined;
  dirty.delete(paint);
  begun.set(paint, paint());
  begunAt.set(paint, now);
  return paint;
}

/** When a chart may be painted again: also for who drags a slider, at most ten times a second. */
const due = (paint: Paint): number => (begunAt.get(paint) ?? Number.NEGATIVE_INFINITY) + EVERY_MS;

function rest(ms: number): void {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (!frame) frame = requestAnimationFrame(next);
  }, ms);
}

/** Goes on with a chart until it is done or the slice is. */
function advance(paint: Paint): void {
  const painting = begun.get(paint)!;
  const end = performance.now() + SLICE_MS;
  while (!painting.next().done) if (performance.now() >= end) return;
  begun.delete(paint);
}
