/**
 * Min–max decimation: at most two points a pixel column, and never an extreme lost, so that spikes stay in sight.
 */
import { type Column, lowerBound } from './column.ts';

/** What is drawn of a curve: indices into it, increasing, no longer than `used`. */
export interface Picked {
  index: Uint32Array;
  used: number;
}

/**
 * Picks of the points with from ≤ index < to the lowest and highest of each column of width (x1 − x0) / columns.
 * `xs` is increasing. Ends of the range are always picked, so that a curve reaches its newest point.
 */
export function decimate(xs: ArrayLike<number>, ys: Column, from: number, to: number, x0: number, x1: number, columns: number, out: Picked): Picked {
  const most = 2 * (columns + 2) + 2;
  if (out.index.length < most) out.index = new Uint32Array(most);
  out.used = 0;
  if (to <= from) return out;
  const width = (x1 - x0) / columns;
  let i = from;
  take(out, from);
  while (i < to) {
    const column = Math.floor((xs[i]! - x0) / width);
    // Rounding may put the boundary at or before i: a column holds at least the point it was made for.
    const end = Math.max(i + 1, width > 0 ? lowerBound(xs, x0 + (column + 1) * width, i, to) : to);
    const found = ys.extremes(i, end);
    if (found) {
      take(out, Math.min(found.low, found.high));
      take(out, Math.max(found.low, found.high));
    } else take(out, i); // not finite: stands for the gap
    i = end;
  }
  take(out, to - 1);
  return out;
}

function take(out: Picked, index: number): void {
  if (out.used > 0 && out.index[out.used - 1]! >= index) return;
  if (out.used === out.index.length) {
    const more = new Uint32Array(out.index.length * 2);
    more.set(out.index);
    out.index = more;
  }
  out.index[out.used++] = index;
}
