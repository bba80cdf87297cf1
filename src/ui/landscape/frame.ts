/** Where things stand on the picture: the plane's coordinates, the grid's points, pixels. */
import type { LandscapePlane } from '../../store/landscape.ts';
import { type Plot, mapX as toX } from '../charts/path.ts';

export type Path = LandscapePlane['paths'][number];

const MARGIN = { left: 52, top: 8, right: 76, bottom: 34 };
/** From the picture to the bar with the colours, and its width. */
export const BAR = { gap: 14, width: 12 };

/** The plot for a box of so many pixels: it ends where the grid ends. Random directions have equal units: a square. */
export function frame({ xs, ys, mode }: LandscapePlane, width: number, height: number): Plot {
  const room = { width: Math.max(40, width - MARGIN.left - MARGIN.right), height: Math.max(40, height - MARGIN.top - MARGIN.bottom) };
  const side = Math.min(room.width, room.height);
  const size = mode === 'random' ? { width: side, height: side } : { width: Math.min(room.width, 1.8 * room.height), height: room.height };
  return {
    ...size,
    left: MARGIN.left + (room.width - size.width) / 2,
    top: MARGIN.top,
    x: { min: xs[0]!, max: xs.at(-1)! },
    y: { min: ys[0]!, max: ys.at(-1)! },
    log: false,
  };
}

/** Unlike that of a chart, not held back at the edge: paths are clipped. */
const toY = (plot: Plot, y: number): number => plot.top + plot.height * (1 - (y - plot.y.min) / (plot.y.max - plot.y.min));

export const place = (plot: Plot, x: number, y: number): [number, number] => [toX(plot, x), toY(plot, y)];

/** A place on the grid, column and row with fractions, in pixels. */
export function placeOfCell(plot: Plot, columns: number, rows: number, column: number, row: number): [number, number] {
  return [plot.left + (column / (columns - 1)) * plot.width, plot.top + plot.height * (1 - row / (rows - 1))];
}

/** The point next to a pixel; null beside the picture. */
export function cellAt(plot: Plot, columns: number, rows: number, px: number, py: number): { column: number; row: number } | null {
  const x = (px - plot.left) / plot.width;
  const y = 1 - (py - plot.top) / plot.height;
  const inside = x >= 0 && x <= 1 && y >= 0 && y <= 1;
  return inside ? { column: Math.round(x * (columns - 1)), row: Math.round(y * (rows - 1)) } : null;
}

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Path data in pixels. */
export function pathData(plot: Plot, { x, y }: Path): string {
  return x
    .map((value, i) => {
      const [px, py] = place(plot, value, y[i]!);
      return `${i === 0 ? 'M' : 'L'}${tenths(px)} ${tenths(py)}`;
    })
    .join('');
}
