/**
 * Min–max decimation: at most two points a pixel column, and never an extreme lost, so that spikes stay in sight.
 */
import { type Column, lowerBound } from './column.ts';

/** What is drawn of a curve: indices into it, increasing, no longer than `used`. */
export interface Picked {
  index: Uint32Array;
  used: number;
}

/** Pixel columns of a linear or logarithmic axis: which one holds an x, and where one begins. */
interface Columns {
  of(x: number): number;
  start(column: number): number;
}

function columnsOf(x0: number, x1: number, columns: number, log: boolean): Columns {
  if (!log) {
    const width = (x1 - x0) / columns;
    return { of: (x) => Math.floor((x - x0) / width), start: (column) => x0 + column * width };
  }
  const from = Math.log(x0);
  const width = (Math.log(x1) - from) / columns;
  return { of: (x) => (x > 0 ? Math.floor((Math.log(x) - from) / width) : -1), start: (column) => Math.exp(from + column * width) };
}

/**
 * Picks of the points with from ≤ index < to the lowest and highest of each of `columns` columns of equal width between x0 and x1 (equal
 * factors on a `log` axis, where x0 > 0). `xs` is increasing. Ends of the range are always picked, so that a curve reaches its newest point.
 */
export function decimate(
  xs: ArrayLike<number>,
  ys: Column,
  from: number,
  to: number,
  x0: number,
  x1: number,
  columns: number,
  out: Picked,
  log = false,
): Picked {
  const most = 2 * (columns + 2) + 2;
  if (out.index.length < most) out.index = new Uint32Array(most);
  out.used = 0;
  if (to <= from) return out;
  const axis = columnsOf(x0, x1, columns, log);
  let i = from;
  take(out, from);
  while (i < to) {
    // Rounding may put the boundary at or before i: a column holds at least the point it was made for.
    const end = Math.max(i + 1, x1 > x0 ? lowerBound(xs, axis.start(axis.of(xs[i]!) + 1), i, to) : to);
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
