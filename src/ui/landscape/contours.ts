/** Lines of equal loss through a grid: marching squares, straight within a cell. */

export interface Grid {
  columns: number;
  rows: number;
  /** Row by row. */
  values: ArrayLike<number>;
}

/** In cells: column and row of the grid, with fractions. */
type Point = readonly [column: number, row: number];
export type Segment = readonly [Point, Point];

const between = (a: number, b: number, level: number): number => (level - a) / (b - a);

/** Where a level meets the sides of the cell whose lower corner is (i, j). */
function crossings({ columns, values }: Grid, i: number, j: number, level: number): Point[] {
  const at = (di: number, dj: number): number => values[(j + dj) * columns + i + di]!;
  const [a, b, c, d] = [at(0, 0), at(1, 0), at(1, 1), at(0, 1)];
  if (![a, b, c, d].every(Number.isFinite)) return [];
  const points: Point[] = [];
  const side = (p: number, q: number, make: (t: number) => Point): void => {
    if (p < level !== q < level) points.push(make(between(p, q, level)));
  };
  side(a, b, (t) => [i + t, j]);
  side(b, c, (t) => [i + 1, j + t]);
  side(d, c, (t) => [i + t, j + 1]);
  side(a, d, (t) => [i, j + t]);
  if (points.length < 4) return points;
  // A saddle: which corners belong together is said by the middle.
  const joined = (a + b + c + d) / 4 < level === a < level;
  return joined ? [points[0]!, points[1]!, points[2]!, points[3]!] : [points[0]!, points[3]!, points[1]!, points[2]!];
}

/** All pieces of the line at `level`. Cells with a value that is not finite have none. */
export function contour(grid: Grid, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let j = 0; j + 1 < grid.rows; j++) {
    for (let i = 0; i + 1 < grid.columns; i++) {
      const points = crossings(grid, i, j, level);
      for (let k = 0; k + 1 < points.length; k += 2) segments.push([points[k]!, points[k + 1]!]);
    }
  }
  return segments;
}
