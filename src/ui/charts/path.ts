/** From a curve to the `d` of a path: decimated, clipped, in tenths of a pixel. */
import type { Column } from '../../store/column.ts';
import { decimate, type Picked } from '../../store/decimate.ts';
import type { Domain } from './scale.ts';

/** The plot area in pixels and what it shows. */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  x: Domain;
  y: Domain;
  log: boolean;
}

/** Pixels a decimation column: half the points of one a pixel, and no eye sees the difference on a jagged line. */
const COLUMN_PX = 1.5;
/** Beyond the plot area by this much a coordinate is as good as infinite. */
const OUT = 40;

const picked: Picked = { index: new Uint32Array(0), used: 0 };

export function mapX(plot: Plot, x: number): number {
  return plot.left + ((x - plot.x.min) / (plot.x.max - plot.x.min)) * plot.width;
}

export function mapY(plot: Plot, y: number): number {
  const { min, max } = plot.y;
  const share = plot.log ? Math.log(y / min) / Math.log(max / min) : (y - min) / (max - min);
  const at = plot.top + plot.height * (1 - share);
  return Math.min(plot.top + plot.height + OUT, Math.max(plot.top - OUT, at));
}

/** Points that are not finite, or have no place on a log axis, leave a gap. */
export function curvePath(plot: Plot, xs: ArrayLike<number>, factor: number, ys: Column): string {
  const { x, width } = plot;
  const columns = Math.max(1, Math.round(width / COLUMN_PX));
  decimate(xs, ys, 0, ys.length, x.min / factor, x.max / factor, columns, picked);
  let d = '';
  let pen = false;
  let drawn = 0;
  for (let k = 0; k < picked.used; k++) {
    const i = picked.index[k]!;
    const value = ys.data[i]!;
    if (!Number.isFinite(value) || (plot.log && value <= 0)) {
      pen = false;
      continue;
    }
    d += `${pen ? 'L' : 'M'}${Math.round(mapX(plot, xs[i]! * factor) * 10) / 10} ${Math.round(mapY(plot, value) * 10) / 10}`;
    pen = true;
    drawn++;
  }
  // A single point is drawn as a dot by its round cap.
  return drawn === 1 ? `${d}h0.01` : d;
}
