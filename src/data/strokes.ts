/** Pen strokes: from a skeleton's points to a smooth path, bent like rubber, and drawn by distance to the path. */
import type { Random } from '../model/random.ts';
import { between, sin, TAU } from './exact.ts';
import type { Stroke } from './glyphs.ts';

/** A polyline x, y, x, y, …: short pieces of a smooth curve. */
export type Path = number[];

/** A displacement field: how far the point moves. */
export interface Field {
  dx(x: number, y: number): number;
  dy(x: number, y: number): number;
}

/** One axis of a field: three plane waves that are 0.7 to 2 units long, together of size `amount`. */
function waves(r: Random, amount: number): (x: number, y: number) => number {
  const terms = [0, 1, 2].map(() => {
    const direction = between(r, 0, TAU);
    const k = TAU / between(r, 0.7, 2);
    return { kx: k * sin(direction), ky: k * sin(direction + TAU / 4), phase: between(r, 0, TAU) };
  });
  return (x, y) => {
    let sum = 0;
    for (const { kx, ky, phase } of terms) sum += sin(kx * x + ky * y + phase);
    return (amount * sum) / 1.7;
  };
}

/** A smooth random field over the unit square, displacements of about `amount` units. */
export function elastic(r: Random, amount: number): Field {
  return { dx: waves(r, amount), dy: waves(r, amount) };
}

/** Catmull–Rom: the point at share t of the span from b to c, with neighbours a and d. */
function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Appends the smooth curve through points `first` … `last` of the stroke, `pieces` lines a span. */
function smoothRun(stroke: Stroke, first: number, last: number, pieces: number, path: Path): void {
  const at = (i: number, axis: number) => stroke[2 * Math.min(Math.max(i, first), last) + axis];
  for (let i = first; i < last; i++) {
    for (let step = 1; step <= pieces; step++) {
      const t = step / pieces;
      path.push(spline(at(i - 1, 0), at(i, 0), at(i + 1, 0), at(i + 2, 0), t), spline(at(i - 1, 1), at(i, 1), at(i + 1, 1), at(i + 2, 1), t));
    }
  }
}

/** The smooth path through a stroke's points; a point written twice is a corner. */
export function smooth(stroke: Stroke, pieces: number): Path {
  const path: Path = [stroke[0], stroke[1]];
  const count = stroke.length / 2;
  let first = 0;
  for (let i = 1; i <= count; i++) {
    const corner = i === count || (stroke[2 * i] === stroke[2 * i - 2] && stroke[2 * i + 1] === stroke[2 * i - 1]);
    if (!corner) continue;
    smoothRun(stroke, first, i - 1, pieces, path);
    first = i;
  }
  return path;
}

/** Where ink goes: coverage 0 … 1 of `size`×`size` pixels, pixel (column, row) centred at (column + ½, row + ½). */
export interface Sheet {
  size: number;
  ink: Float64Array;
}

/** Draws one line whose half-width goes from `ra` to `rb` pixels, its edge `soft` pixels wide. Ink keeps the darkest stroke, it does not add up. */
function drawLine(sheet: Sheet, ax: number, ay: number, ra: number, bx: number, by: number, rb: number, soft: number): void {
  const { size, ink } = sheet;
  const reach = Math.max(ra, rb) + soft / 2;
  const left = Math.max(Math.floor(Math.min(ax, bx) - reach), 0);
  const right = Math.min(Math.ceil(Math.max(ax, bx) + reach), size);
  const top = Math.max(Math.floor(Math.min(ay, by) - reach), 0);
  const bottom = Math.min(Math.ceil(Math.max(ay, by) + reach), size);
  const dx = bx - ax;
  const dy = by - ay;
  const perLength = 1 / Math.max(dx * dx + dy * dy, 1e-9);
  for (let row = top; row < bottom; row++) {
    const py = row + 0.5 - ay;
    for (let column = left; column < right; column++) {
      const px = column + 0.5 - ax;
      const t = Math.min(Math.max((px * dx + py * dy) * perLength, 0), 1);
      const ox = px - t * dx;
      const oy = py - t * dy;
      const distance = ox * ox + oy * oy;
      if (distance >= reach * reach) continue;
      const cover = 0.5 + (ra + t * (rb - ra) - Math.sqrt(distance)) / soft;
      const at = row * size + column;
      if (cover > ink[at]) ink[at] = Math.min(cover, 1);
    }
  }
}

/** Draws a path in pixels; `radius(t)` is the pen's half-width at share t of the path, `soft` the width of its edge in pixels. */
export function drawPath(sheet: Sheet, path: Path, radius: (t: number) => number, soft: number): void {
  const last = path.length / 2 - 1;
  let before = radius(0);
  for (let i = 0; i < last; i++) {
    const after = radius((i + 1) / last);
    drawLine(sheet, path[2 * i], path[2 * i + 1], before, path[2 * i + 2], path[2 * i + 3], after, soft);
    before = after;
  }
}
