/**
 * When charts are painted: at most ten times a second, and one chart a frame, so that no single task grows with the number of charts.
 */
import { curves } from '../../store/series.ts';

const EVERY_MS = 100;

type Paint = () => void;

const charts = new Set<Paint>();
const dirty = new Set<Paint>();
let waiting = false;
let frame = 0;
let last = 0;

curves.subscribe(() => {
  for (const paint of charts) dirty.add(paint);
  if (waiting) return;
  waiting = true;
  setTimeout(round, Math.max(0, last + EVERY_MS - performance.now()));
});

/** The chart is painted whenever the curves change. Returns how to stop. */
export function register(paint: Paint): () => void {
  charts.add(paint);
  return () => {
    charts.delete(paint);
    dirty.delete(paint);
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
  if (!frame) frame = requestAnimationFrame(next);
}

function next(): void {
  frame = 0;
  const [paint] = dirty;
  if (!paint) return;
  dirty.delete(paint);
  paint();
  if (dirty.size > 0) frame = requestAnimationFrame(next);
}
