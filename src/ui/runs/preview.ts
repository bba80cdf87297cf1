/** Geometry of a schedule's preview and of its small sister on the card's summary line. */
import { mapX, mapY, type Plot } from '../charts/path.ts';

/** A log axis shows so many at most: what is below is as good as nothing. */
const DECADES = 4;
/** Pixels between a line and the ends of its axis. */
const INSET = 3;

export interface Box {
  width: number;
  height: number;
  /** Step at the right end. */
  steps: number;
  log: boolean;
  /** A linear axis begins at 0. */
  fromZero: boolean;
}

/** `flat`: the value of a curve that never moves; its line lies in the middle. */
export function plotOf(values: readonly number[], { width, height, steps, log, fromZero }: Box): Plot & { flat: number | null } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const flat = most > least ? null : most;
  const low = log ? Math.max(least, most / 10 ** DECADES) : fromZero ? 0 : least;
  // Beside a number like 1e30, 1 is nothing.
  const around = Math.max(1, Math.abs(most));
  const y = flat === null ? { min: low, max: most } : { min: flat - around, max: flat + around };
  return { left: 0, top: INSET, width, height: height - 2 * INSET, x: { min: 0, max: steps }, y, log: log && flat === null, flat };
}

/** Where a step and a value stand, never outside of the plot. */
export function pointOf(plot: Plot, step: number, value: number): { x: number; y: number } {
  const y = plot.log && !(value > 0) ? Number.POSITIVE_INFINITY : mapY(plot, value);
  return { x: mapX(plot, step), y: Math.max(plot.top, Math.min(plot.top + plot.height, y)) };
}

/** The `d` of a line through samples at these steps. */
export function lineOf(at: readonly number[], values: readonly number[], plot: Plot): string {
  return at
    .map((step, i) => {
      const { x, y } = pointOf(plot, step, values[i]!);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
