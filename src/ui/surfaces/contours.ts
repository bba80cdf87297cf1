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

/** Line segments of all levels (rising), in cells: x₁ y₁ x₂ y₂ … Most cells are crossed by none and cost four comparisons. */
export function contours({ columns, rows, values }: Heights, levels: readonly number[]): number[] {
  const segments: number[] = [];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const at = r * columns + c;
      const [a, b, d, e] = [values[at]!, values[at + 1]!, values[at + columns + 1]!, values[at + columns]!];
      const low = Math.min(a, b, d, e);
      const high = Math.max(a, b, d, e);
      for (let k = 0; k < levels.length && levels[k]! < high; k++) {
        if (levels[k]! >= low) cross(segments, c, r, [a, b, d, e], levels[k]!);
      }
    }
  }
  return segments;
}

/** Of one cell with the corners a b above e d. */
function cross(segments: number[], c: number, r: number, [a, b, d, e]: readonly [number, number, number, number], level: number): void {
  const index = (a > level ? 1 : 0) + (b > level ? 2 : 0) + (d > level ? 4 : 0) + (e > level ? 8 : 0);
  for (const edge of EDGES[index]!) {
    if (edge === 0) segments.push(c + (level - a) / (b - a), r);
    else if (edge === 1) segments.push(c + 1, r + (level - b) / (d - b));
    else if (edge === 2) segments.push(c + (level - e) / (d - e), r + 1);
    else segments.push(c, r + (level - a) / (e - a));
  }
}
