/** From a curve to the `d` of a path: decimated, clipped, in tenths of a pixel. */
import { type Column, lowerBound } from '../../store/column.ts';
import { decimate, type Picked } from '../../store/decimate.ts';
import { type Domain, shareOf } from './scale.ts';

/** The plot area in pixels and what it shows. */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  x: Domain;
  y: Domain;
  /** Vertical axis. */
  log: boolean;
  /** Horizontal axis. */
  logX?: boolean;
  /** Pixels a decimation column, where there are so many lines that fewer points do. */
  columnPx?: number;
}

/** Pixels a decimation column: half the points of one a pixel, and no eye sees the difference on a jagged line. */
const COLUMN_PX = 1.5;
/** So many lines have this; of more, each has fewer points, so that all of them cost the browser little more. */
const FEW_LINES = 8;

export const columnOfLines = (lines: number): number => COLUMN_PX * Math.sqrt(Math.max(1, lines / FEW_LINES));
/** Beyond the plot area by this much a coordinate is as good as infinite. */
const OUT = 40;
/** A point left or right of the plot keeps its place, or the line to it would have another slope. */
const FAR = 1e5;

const picked: Picked = { index: new Uint32Array(0), used: 0 };

export function mapX(plot: Plot, x: number): number {
  const at = plot.left + shareOf(plot.x, x, plot.logX ?? false) * plot.width;
  return Math.min(FAR, Math.max(-FAR, at));
}

export function mapY(plot: Plot, y: number): number {
  const at = plot.top + plot.height * (1 - shareOf(plot.y, y, plot.log));
  return Math.min(plot.top + plot.height + OUT, Math.max(plot.top - OUT, at));
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;

/** Picks what is drawn of a curve: inside the plot, and one point beyond each side. */
function pick(plot: Plot, xs: ArrayLike<number>, factor: number, ys: Column): Picked {
  const [x0, x1] = [plot.x.min / factor, plot.x.max / factor];
  const from = Math.max(0, lowerBound(xs, x0, 0, ys.length) - 1);
  const to = Math.min(ys.length, lowerBound(xs, x1, from, ys.length) + 1);
  return decimate(xs, ys, from, to, x0, x1, Math.max(1, Math.round(plot.width / (plot.columnPx ?? COLUMN_PX))), picked, plot.logX);
}

/** Points that are not finite, or have no place on a log axis, leave a gap. */
export function curvePath(plot: Plot, xs: ArrayLike<number>, factor: number, ys: Column): string {
  const { index, used } = pick(plot, xs, factor, ys);
  let d = '';
  let pen = false;
  let drawn = 0;
  for (let k = 0; k < used; k++) {
    const i = index[k]!;
    const value = ys.data[i]!;
    if (!Number.isFinite(value) || (plot.log && value <= 0)) {
      pen = false;
      continue;
    }
    d += `${pen ? 'L' : 'M'}${round(mapX(plot, xs[i]! * factor))} ${round(mapY(plot, value))}`;
    pen = true;
    drawn++;
  }
  // A single point is a dash as wide as its stroke: ends are cut off straight, for the sake of dash patterns.
  return drawn === 1 ? `${d}m-1.5 0h3` : d;
}

/** The area between two curves over the same positions: along the upper one, and back along the lower. */
export function bandPath(plot: Plot, xs: ArrayLike<number>, factor: number, low: Column, high: Column): string {
  const edge = (ys: Column): string[] => {
    const { index, used } = pick(plot, xs, factor, ys);
    return Array.from(index.subarray(0, used), (i) => `${round(mapX(plot, xs[i]! * factor))} ${round(mapY(plot, ys.data[i]!))}`);
  };
  const there = edge(high);
  if (there.length < 2) return '';
  return `M${there.join('L')}L${edge(low).reverse().join('L')}z`;
}
