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
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const flat = most > least ? null : most;
  const low = log ? Math.max(least, most / 10 ** DECADES) : fromZero ? 0 : least;
  const y = flat === null ? { min: low, max: most } : { min: flat, max: flat };
  return { left: 0, top: INSET, width, height: height - 2 * INSET, x: { min: 0, max: steps }, y, log: log && flat === null, flat };
}

/** Where a step and a value stand, never outside of the plot: what has left the floats is at its upper end. */
export function pointOf(plot: Plot, step: number, value: number): { x: number; y: number } {
  const level = plot.y.min === plot.y.max ? plot.top + plot.height / 2 : mapY(plot, value);
  const y = value === Number.POSITIVE_INFINITY ? plot.top : plot.log && !(value > 0) ? plot.top + plot.height : level;
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
