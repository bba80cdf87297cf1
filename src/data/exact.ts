/**
 * Functions whose result is the same bit for bit in every browser. ECMAScript leaves the last digit of Math.sin, cos, log and exp to
 * the engine; + − × ÷ and Math.sqrt are exact everywhere, so the generators use only these and their bytes can be fingerprinted.
 */
import type { Random } from '../model/random.ts';

export const TAU = 2 * Math.PI;

/** Sine for |r| ≤ π/4, Taylor's series to r¹⁵ (error below 1e-16). */
function sinSmall(r: number): number {
  const s = r * r;
  return r * (1 - (s / 6) * (1 - (s / 20) * (1 - (s / 42) * (1 - (s / 72) * (1 - (s / 110) * (1 - (s / 156) * (1 - s / 210)))))));
}

/** Cosine for |r| ≤ π/4, Taylor's series to r¹⁶. */
function cosSmall(r: number): number {
  const s = r * r;
  const tail = 1 - (s / 132) * (1 - (s / 182) * (1 - s / 240));
  return 1 - (s / 2) * (1 - (s / 12) * (1 - (s / 30) * (1 - (s / 56) * (1 - (s / 90) * tail))));
}

/** Cosine of an angle in radians (moderate size: |angle| below 1e6). */
export function cos(angle: number): number {
  const quarter = Math.round(angle / (TAU / 4));
  const r = angle - quarter * (TAU / 4);
  switch (quarter & 3) {
    case 0:
      return cosSmall(r);
    case 1:
      return -sinSmall(r);
    case 2:
      return -cosSmall(r);
    default:
      return sinSmall(r);
  }
}

/** Sine of an angle in radians. */
export const sin = (angle: number): number => cos(angle - TAU / 4);

/**
 * A bell-shaped number with mean 0 and variance 1: the sum of four uniform ones (Irwin–Hall). Near enough to a normal one for shapes
 * and noise, and bounded by ±3.47, so that no sample is a freak.
 */
export function bell(r: Random): number {
  const a = r.word();
  const b = r.word();
  const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16);
  return (sum / 65535 - 2) * 1.7320508075688772;
}

/** Uniform in [low, high). */
export const between = (r: Random, low: number, high: number): number => low + (high - low) * r.uniform();

/** x³: ECMAScript leaves the last digit of `**` to the engine too. */
export const cube = (x: number): number => x * x * x;

/** `value` limited to low … high. */
export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
