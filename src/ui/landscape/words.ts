/** The landscape in words and as a table. */
import { formatLoss, formatNumber, formatPercent } from '../../model/format.ts';
import type { Landscape, LandscapePlane } from '../../store/landscape.ts';

/** Coordinates: three digits, with a true minus. */
export const coordinate = (value: number): string => formatNumber(Number(value.toPrecision(3))).replace(/^-/, '−');

const at = ({ xs, ys }: LandscapePlane, i: number): string => `(${coordinate(xs[i % xs.length]!)}, ${coordinate(ys[Math.floor(i / xs.length)]!)})`;

interface Extremes {
  low: number;
  high: number;
  /** Points whose loss is NaN or infinite. */
  lost: number;
}

/** Indices of the smallest and largest finite loss among the first `done`; −1 where there is none. */
export function extremes({ loss, done }: Pick<Landscape, 'loss' | 'done'>): Extremes {
  const found: Extremes = { low: -1, high: -1, lost: 0 };
  for (let i = 0; i < done; i++) {
    const value = loss[i]!;
    if (!Number.isFinite(value)) found.lost++;
    else {
      if (found.low < 0 || value < loss[found.low]!) found.low = i;
      if (found.high < 0 || value > loss[found.high]!) found.high = i;
    }
  }
  return found;
}

/** Where the run stands. */
export const middleOf = ({ xs, ys }: LandscapePlane): number => ys.indexOf(0) * xs.length + xs.indexOf(0);

export function explainedWords({ explained }: LandscapePlane): string {
  if (!explained) return '';
  const [x, y] = explained;
  return `The plane holds ${formatPercent(x + y)} of the paths' variance: ${formatPercent(x)} along x, ${formatPercent(y)} along y.`;
}

/**
 * Runs that are not to be on the plane: hidden ones, and those that diverged, whose paths lead so far away that nothing else could be seen. The
 * run in the middle is always there.
 */
export const leftOut = (runs: readonly { id: string; hidden: boolean }[], diverged: Readonly<Record<string, unknown>>, middle: string): string[] =>
  runs.filter(({ id, hidden }) => id !== middle && (hidden || diverged[id] !== undefined)).map(({ id }) => id);

/** What the picture shows, for those who do not see it and for those who want numbers. */
export function describe(landscape: Landscape, run: string): string {
  const { plane, loss, done } = landscape;
  if (!plane) return '';
  const { low, high, lost } = extremes(landscape);
  const middle = middleOf(plane);
  const parts = [`Training loss around ${run} at step ${plane.step}, on ${plane.samples} samples, ${plane.xs.length} × ${plane.ys.length} points.`];
  if (done > middle) parts.push(`Where the run stands ${formatLoss(loss[middle]!)};`);
  if (low >= 0)
    parts.push(
      `${done > middle ? 'lowest' : 'Lowest so far'} ${formatLoss(loss[low]!)} at ${at(plane, low)}, highest ${formatLoss(loss[high]!)} at ${at(plane, high)}.`,
    );
  if (lost > 0) parts.push(lost === 1 ? 'At one point the loss is no finite number.' : `At ${lost} points the loss is no finite number.`);
  return [...parts, explainedWords(plane)].filter(Boolean).join(' ');
}

/** One row a point. */
export function gridRows({ plane, loss, accuracy, done }: Landscape): (string | number)[][] {
  if (!plane) return [];
  const { xs, ys } = plane;
  const points = Array.from({ length: done }, (_, i) => [xs[i % xs.length]!, ys[Math.floor(i / xs.length)]!, loss[i]!, accuracy[i]!]);
  return [['x', 'y', 'loss', 'accuracy'], ...points];
}
