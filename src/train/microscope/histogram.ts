/** Histograms of a layer's numbers, which span many powers of ten: bins of equal width in log₁₀|x|, for both signs or for sizes alone. */
import type { Histogram } from '../../worker/protocol.ts';

export const BINS = 64;
/** Powers of ten below the largest value that are told apart; what is smaller counts as zero. */
export const DECADES = 6;

type Numbers = ArrayLike<number>;

interface Span {
  min: number;
  max: number;
  non_finite: number;
}

function spanOf(values: Numbers): Span {
  const span = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, non_finite: 0 };
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) span.non_finite++;
    else if (value < span.min) span.min = value;
    if (Number.isFinite(value) && value > span.max) span.max = value;
  }
  return span.max < span.min ? { ...span, min: 0, max: 0 } : span;
}

/**
 * `signed`: the lower half of the bins holds negative numbers, the outermost the largest; else every number counts by its size. The upper
 * end is a whole power of ten, so that the axis of a live histogram rests.
 */
export function histogram(values: Numbers, signed: boolean): Histogram {
  const { min, max, non_finite } = spanOf(values);
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const top = largest > 0 ? Math.ceil(Math.log10(largest)) : 0;
  const side = signed ? BINS / 2 : BINS;
  const counts = new Uint32Array(BINS);
  let zero = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    const at = Math.floor(((Math.log10(Math.abs(value)) - top + DECADES) * side) / DECADES);
    // log₁₀ 0 is −∞. A power of ten itself belongs to the bin below.
    if (!(at >= 0)) zero++;
    else if (signed && value < 0) counts[side - 1 - Math.min(at, side - 1)]++;
    else counts[(signed ? side : 0) + Math.min(at, side - 1)]++;
  }
  return { signed, top, decades: DECADES, counts, zero, min, max, non_finite };
}
