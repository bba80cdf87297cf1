/** Axes: where a domain ends and where its ticks stand. Ends move in jumps, so that the frame of a chart is drawn again seldom. */

export interface Domain {
  min: number;
  max: number;
}

const STEPS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number at or above a positive value. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((s) => s * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** From 0 (on a log axis from the first point, which is above 0) to a round number beyond the newest point. */
export function growingDomain(last: number, least: number, first = 0): Domain {
  return { min: first, max: roundUp(Math.max(last, least, 2 * first)) };
}

/** Where a value stands between the ends, 0 … 1; −∞ for what has no place on a log axis. */
export function shareOf({ min, max }: Domain, value: number, log: boolean): number {
  if (!log) return (value - min) / (max - min);
  return value > 0 ? Math.log(value / min) / Math.log(max / min) : Number.NEGATIVE_INFINITY;
}

/** The value that stands there. */
export const valueAt = ({ min, max }: Domain, share: number, log: boolean): number => (log ? min * (max / min) ** share : min + share * (max - min));

/** Quantised to whole steps of `unit` decades on a log axis, or to nice numbers on a linear one. */
export function valueDomain(low: number, high: number, log: boolean): Domain {
  if (log) return logDomain(low, high);
  if (!(high > low)) return { min: Math.min(0, low), max: roundUp(Math.max(high, 1e-6)) };
  const step = roundUp((high - low) / 8);
  return { min: Math.floor(low / step) * step, max: Math.ceil(high / step) * step };
}

function logDomain(low: number, high: number): Domain {
  if (!(high > 0)) return { min: 0.1, max: 1 };
  const bottom = low > 0 ? low : high / 1e4;
  // Quarters of a decade: about 1, 1.8, 3.2, 5.6.
  const min = 10 ** (Math.floor(Math.log10(bottom) * 4 - 0.1) / 4);
  const max = 10 ** (Math.ceil(Math.log10(high) * 4 + 0.1) / 4);
  return { min, max };
}

/** Round ticks of a linear axis, at most `count` of them. */
export function linearTicks({ min, max }: Domain, count: number): number[] {
  const span = max - min;
  if (!(span > 0)) return [min];
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((s) => s * power).find((s) => span / s <= count) ?? 10 * power;
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** 1 and 3 of each decade where they fit, else 1, else every other decade. */
export function logTicks({ min, max }: Domain, count: number): number[] {
  if (!(min > 0) || !(max > min)) return [];
  for (const [marks, stride] of [
    [[1, 2, 5], 1],
    [[1, 3], 1],
    [[1], 1],
    [[1], 2],
    [[1], 4],
  ] as const) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
      if (power % stride !== 0) continue;
      for (const mark of marks) {
        const tick = Number((mark * 10 ** power).toPrecision(6));
        if (tick >= min * 0.999 && tick <= max * 1.001) ticks.push(tick);
      }
    }
    if (ticks.length <= count && ticks.length > 1) return ticks;
  }
  return [min, max];
}
