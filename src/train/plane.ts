/** A plane through the weights of a run: its directions, its grid, and where the runs' paths lie on it. */
import { breathe, finishSlowly } from '../data/cooperative.ts';
import { type ParamLayout, packParam, unpackParam } from '../engine/params.ts';
import type { ModelInfo } from '../model/types.ts';
import { filterNormalised } from './directions.ts';
import type { Path } from './paths.ts';
import { dot, principal } from './pca.ts';

/** A sentence for the visitor: why there can be no landscape. */
export class LandscapeError extends Error {
  override readonly name = 'LandscapeError';
}

/** Points are origin + x·u + y·v, all inside layout. */
export interface Plane {
  u: Float64Array;
  v: Float64Array;
  /** Coordinates of the grid's columns and rows, ascending; 0 is one of each. */
  xs: number[];
  ys: number[];
  /** Share of the paths' squared distances from the origin that lies along u and along v; null for random directions. */
  explained: [number, number] | null;
}

/** A path as it lies on the plane. */
export interface PlanePath {
  run: string;
  steps: number[];
  x: number[];
  y: number[];
}

/** −span … span; the middle one is exactly 0. `size` is odd. */
export const symmetric = (size: number, span: number): number[] => Array.from({ length: size }, (_, i) => ((2 * i - size + 1) / (size - 1)) * span);

/** `size` equal steps that cover from … to, moved by less than a step so that 0 is one of them. */
export function covering(size: number, from: number, to: number): number[] {
  const [low, high] = [Math.min(from, 0), Math.max(to, 0)];
  // One step more than needed: moving the grid uncovers nothing.
  const step = (high - low) / (size - 2);
  const zero = Math.min(size - 1, Math.ceil(-low / step - 1e-9));
  return Array.from({ length: size }, (_, i) => (i - zero) * step);
}

export function randomPlane(info: ModelInfo, params: ParamLayout, origin: Float32Array, grid: { size: number; span: number; seed: number }): Plane {
  const weights = new Map([...params.entries.keys()].map((name) => [name, unpackParam(params, name, origin)]));
  const [u, v] = [0, 1].map((axis) => {
    const direction = new Float64Array(params.size);
    for (const [name, values] of filterNormalised(info, weights, grid.seed, axis)) packParam(params, name, values, direction);
    return direction;
  });
  const at = symmetric(grid.size, grid.span);
  return { u, v, xs: at, ys: [...at], explained: null };
}

/** So many differences go into the components: the cost grows with their square. */
const MOST_ROWS = 96;

/** At most `most` (two or more) of a path's places, evenly spaced, the first and the last among them. */
function thinned(path: Path, most: number): Float32Array[] {
  const { length } = path.params;
  const count = Math.min(most, length);
  return Array.from({ length: count }, (_, i) => path.params[Math.round((i * (length - 1)) / Math.max(1, count - 1))]);
}

/** A unit direction at right angles to `u`. */
function across(u: Float64Array, seed: Float64Array): Float64Array {
  const along = dot(u, seed) / Math.max(dot(u, u), Number.MIN_VALUE);
  const rest = seed.map((s, i) => s - along * u[i]);
  const length = Math.sqrt(dot(rest, rest));
  return rest.map((r) => r / length);
}

/**
 * The plane through `origin` that lies closest to the paths (Li et al. 2018, §7). Where they lie on a line, the second direction is the
 * random one of `spare`. `span`: 1 covers all paths with a margin of a tenth.
 */
export async function pathPlane(
  origin: Float32Array,
  paths: readonly Path[],
  spare: Float64Array,
  grid: { size: number; span: number },
): Promise<Plane> {
  const each = Math.max(2, Math.floor(MOST_ROWS / Math.max(paths.length, 1)));
  const rows: Float32Array[] = [];
  for (const path of paths) {
    for (const params of thinned(path, each)) rows.push(Float32Array.from(params, (p, i) => p - origin[i]));
    await breathe();
  }
  const moved = rows.filter((row) => row.some((d) => d !== 0));
  if (moved.length === 0) {
    throw new LandscapeError('No path yet: nothing is recorded of these runs but the point where they stand. Train for a few steps, then compute.');
  }
  const { axes, explained } = await finishSlowly(principal(moved, 2));
  const [u, v = across(u, spare)] = axes;
  const flat = { u, v, explained: [explained[0], explained[1] ?? 0] as [number, number] };
  const x: [number, number] = [0, 0];
  const y: [number, number] = [0, 0];
  // Every place, not only those that made the components: a turn between two of them, too, is to be seen.
  for (const path of paths) {
    const laid = await lay(flat, origin, '', path);
    widen(x, laid.x);
    widen(y, laid.y);
  }
  return { ...flat, ...gridAround(x, y, grid) };
}

function widen(range: [number, number], values: readonly number[]): void {
  range[0] = Math.min(range[0], ...values);
  range[1] = Math.max(range[1], ...values);
}

/** Both ranges with a margin, times `span`; a range that is next to nothing gets a fifth of the other. */
function gridAround(x: [number, number], y: [number, number], { size, span }: { size: number; span: number }): Pick<Plane, 'xs' | 'ys'> {
  const widest = Math.max(x[1] - x[0], y[1] - y[0]);
  const stretch = ([from, to]: [number, number]): number[] => {
    const half = Math.max((to - from) / 2, widest / 10) * 1.1 * span;
    const middle = (from + to) / 2;
    return covering(size, middle - half, middle + half);
  };
  return { xs: stretch(x), ys: stretch(y) };
}

/** Coordinates of the point of the plane closest to `difference` (from the origin); u and v need be neither unit vectors nor at right angles. */
export function project({ u, v }: Pick<Plane, 'u' | 'v'>, difference: ArrayLike<number>): [x: number, y: number] {
  const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)];
  const [du, dv] = [dot(difference, u), dot(difference, v)];
  const det = uu * vv - uv * uv;
  return det > 0 ? [(du * vv - dv * uv) / det, (dv * uu - du * uv) / det] : [uu > 0 ? du / uu : 0, 0];
}

/** Where the places of a path lie on the plane. */
export async function lay(plane: Pick<Plane, 'u' | 'v'>, origin: Float32Array, run: string, path: Path): Promise<PlanePath> {
  const laid: PlanePath = { run, steps: [...path.steps], x: [], y: [] };
  for (const params of path.params) {
    const [x, y] = project(
      plane,
      Float64Array.from(params, (p, i) => p - origin[i]),
    );
    laid.x.push(x);
    laid.y.push(y);
    if (laid.x.length % 8 === 0) await breathe();
  }
  return laid;
}

/** Weights at (x, y), rounded once; at (0, 0) the origin's own bits. */
export function pointOf({ u, v }: Plane, origin: Float32Array, x: number, y: number, out: Float32Array): void {
  if (x === 0 && y === 0) return out.set(origin);
  for (let i = 0; i < out.length; i++) out[i] = origin[i] + x * u[i] + y * v[i];
}
