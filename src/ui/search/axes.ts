/** Logarithmic axes of the small charts, in pixels. */
import type { Domain } from '../charts/scale.ts';

/** A value's place between two pixels; beyond the domain it stays at its end. */
export function logScale({ min, max }: Domain, start: number, end: number): (value: number) => number {
  const span = Math.log(max / min);
  return (value) => start + (end - start) * Math.min(1, Math.max(0, Math.log(value / min) / span));
}

/** Smallest and largest of what is positive and finite; undefined without any. */
export function positiveExtent(values: Iterable<number>): Domain | undefined {
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (!(value > 0) || !Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return max > 0 ? { min, max } : undefined;
}
