/** Histograms of a layer's numbers, which span many powers of ten: bins of equal width in log₁₀|x|, for both signs or for sizes alone. */
import type { Histogram } from '../../worker/inspection.ts';

export const BINS = 64;
/** Powers of ten below the largest value that are told apart, at least and at most; what is smaller counts as zero. */
export const DECADES = 6;
const MOST_DECADES = 18;
/** What the axis has room for below the middle of the numbers, in powers of ten: a single large one must not push the others off it. */
const BELOW = 3;

type Numbers = ArrayLike<number>;

interface Span {
  min: number;
  max: number;
  non_finite: number;
  /** Mean of log₁₀|x| of what is not 0. */
  middle: number;
}

function spanOf(values: Numbers): Span {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [logs, sizes, non_finite] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      non_finite++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    if (value !== 0) {
      logs += Math.log10(Math.abs(value));
      sizes++;
    }
  }
  const middle = sizes > 0 ? logs / sizes : 0;
  return max < min ? { min: 0, max: 0, non_finite, middle } : { min, max, non_finite, middle };
}

/**
 * `signed`: the lower half of the bins holds negative numbers, the outermost the largest; else every number counts by its size. The upper
 * end is a whole power of ten, so that the axis of a live histogram rests.
 */
export function histogram(values: Numbers, signed: boolean): Histogram {
  const { min, max, non_finite, middle } = spanOf(values);
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const top = largest > 0 ? Math.ceil(Math.log10(largest)) : 0;
  const decades = Math.max(DECADES, Math.min(MOST_DECADES, 2 * Math.ceil((top - middle + BELOW) / 2)));
  const side = signed ? BINS / 2 : BINS;
  const counts = new Uint32Array(BINS);
  let zero = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    const at = Math.floor(((Math.log10(Math.abs(value)) - top + decades) * side) / decades);
    // log₁₀ 0 is −∞. A power of ten itself belongs to the bin below.
    if (!(at >= 0)) zero++;
    else if (signed && value < 0) counts[side - 1 - Math.min(at, side - 1)]++;
    else counts[(signed ? side : 0) + Math.min(at, side - 1)]++;
  }
  return { signed, top, decades, counts, zero, min, max, non_finite };
}
