/** From losses to colours and levels: logarithmic, since a loss next to a minimum and one far from it differ by powers of ten. */
import { viridis } from '../../model/viridis.ts';

/** Of the finite losses: the range of the colours. */
export interface Range {
  min: number;
  max: number;
}

/** Decades that the colours span at most, from the top: a loss of 1e-9 beside one of 10 is black, as 1e-5 would be. */
const MOST_DECADES = 6;

/** Losses that are exactly 0 have no logarithm. */
const LEAST = 1e-30;

/** Of what has come; null while that is nothing finite. */
export function rangeOf(loss: ArrayLike<number>): Range | null {
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < loss.length; i++) {
    const value = loss[i]!;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return null;
  const floor = Math.max(min, max * 10 ** -MOST_DECADES, LEAST);
  return { min: floor, max: Math.max(max, floor * (1 + 1e-6)) };
}

/** Share of the range on a logarithmic scale, 0 … 1. */
export function shareOf(value: number, { min, max }: Range): number {
  return Math.min(1, Math.max(0, Math.log(Math.max(value, min) / min) / Math.log(max / min)));
}

export const valueAt = (share: number, { min, max }: Range): number => min * (max / min) ** share;

/** Packed RGBA of a finite loss, red in the lowest byte. */
export const colourOf = (value: number, range: Range): number => viridis[Math.round(255 * shareOf(value, range))]!;

/** Losses at equal shares of the range, its ends not among them. */
export const levelsOf = (range: Range, count: number): number[] => Array.from({ length: count }, (_, i) => valueAt((i + 1) / (count + 1), range));
