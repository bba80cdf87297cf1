/** Contour lines of a surface: marching squares on a grid, with levels that are even on a logarithmic scale. */
import type { Surface } from '../../model/surfaces/index.ts';

/** Heights above the lowest value on a grid over the window; row 0 is the upper edge. */
export interface Heights {
  columns: number;
  rows: number;
  values: Float64Array;
}

export function heightsOf({ window, value, least }: Surface, columns: number, rows: number): Heights {
  const values = new Float64Array(columns * rows);
  const [left, right] = window.x;
  const [bottom, top] = window.y;
  for (let r = 0; r < rows; r++) {
    const y = top + ((bottom - top) * r) / (rows - 1);
    for (let c = 0; c < columns; c++) values[r * columns + c] = value(left + ((right - left) * c) / (columns - 1), y) - least;
  }
  return { columns, rows, values };
}

/** `count` levels between what all but the lowest two in a hundred points exceed and the highest point. */
export function levelsOf({ values }: Heights, count: number): number[] {
  const sorted = values.toSorted();
  const low = Math.log(Math.max(sorted[Math.floor(sorted.length / 50)]!, sorted.at(-1)! * 1e-9));
  const high = Math.log(sorted.at(-1)!);
  return Array.from({ length: count }, (_, k) => Math.exp(low + ((high - low) * (k + 0.5)) / count));
}

/** Where the value crosses a level on each edge of a cell, by which corners lie above: pairs of edges (0 top, 1 right, 2 bottom, 3 left). */
const EDGES: readonly (readonly number[])[] = [
  [],
  [3, 0],
  [0, 1],
  [3, 1],
  [1, 2],
  [3, 0, 1, 2],
  [0, 2],
  [3, 2],
  [2, 3],
  [2, 0],
  [0, 1, 2, 3],
  [2, 1],
  [1, 3],
  [1, 0],
  [0, 3],
  [],
];

/** Line segments of one level, in cells: x₁ y₁ x₂ y₂ … */
export function contour({ columns, rows, values }: Heights, level: number): number[] {
  const segments: number[] = [];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const at = r * columns + c;
      const [a, b, d, e] = [values[at]!, values[at + 1]!, values[at + columns + 1]!, values[at + columns]!];
      const index = (a > level ? 1 : 0) + (b > level ? 2 : 0) + (d > level ? 4 : 0) + (e > level ? 8 : 0);
      const cross = (from: number, to: number): number => (level - from) / (to - from);
      for (const edge of EDGES[index]!) {
        if (edge === 0) segments.push(c + cross(a, b), r);
        else if (edge === 1) segments.push(c + 1, r + cross(b, d));
        else if (edge === 2) segments.push(c + cross(e, d), r + 1);
        else segments.push(c, r + cross(a, e));
      }
    }
  }
  return segments;
}
