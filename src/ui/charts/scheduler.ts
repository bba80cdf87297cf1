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
let waiting = false;
let frame = 0;
let last = 0;
/** Milliseconds that the last round took, style and layout included. */
let cost = 0;

curves.subscribe(() => {
  for (const paint of charts) dirty.add(paint);
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

function round(): void {
  waiting = false;
  last = performance.now();
  cost = 0;
  if (!frame) frame = requestAnimationFrame(next);
}

function next(): void {
  frame = 0;
  let [paint] = begun.keys();
  if (!paint) {
    [paint] = dirty;
    if (!paint) return;
    dirty.delete(paint);
    begun.set(paint, paint());
  }
  const began = performance.now();
  advance(paint);
  // The first task behind the frame: the browser has laid out and painted.
  setTimeout(() => {
    cost += performance.now() - began;
  });
  if (begun.size + dirty.size > 0) frame = requestAnimationFrame(next);
}

/** Goes on with a chart until it is done or the slice is. */
function advance(paint: Paint): void {
  const painting = begun.get(paint)!;
  const end = performance.now() + SLICE_MS;
  while (!painting.next().done) if (performance.now() >= end) return;
  begun.delete(paint);
}
