import { flag, num } from '../../fields.ts';
import type { Args } from '../../types.ts';
import type { Point, Surface } from '../definition.ts';
import { along, dot, type Explorer, explore, type Look, type Method, times } from './definition.ts';

/** Curvature below this share of the largest counts as this much: no step is divided by nothing. */
const LEAST = 1e-8;

/** −H⁻¹g from the eigenvectors of H; `absolute`: with the size of each curvature in the place of its sign. */
export function newtonDirection([xx, xy, yy]: readonly [number, number, number], g: Point, absolute: boolean): Point {
  const half = (xx - yy) / 2;
  const root = Math.hypot(half, xy);
  const middle = (xx + yy) / 2;
  // Unit eigenvector of the larger curvature; of a multiple of the identity any will do.
  const angle = root === 0 ? 0 : Math.atan2(xy, half) / 2;
  const u: Point = [Math.cos(angle), Math.sin(angle)];
  const v: Point = [-u[1], u[0]];
  const floor = LEAST * Math.max(Math.abs(middle + root), Math.abs(middle - root), Number.MIN_VALUE);
  const bent = (curvature: number): number => {
    const size = Math.max(Math.abs(curvature), floor);
    return curvature < 0 && !absolute ? -size : size;
  };
  return along(times(-dot(g, u) / bent(middle + root), u), -dot(g, v) / bent(middle - root), v);
}

/** Halves the step until it leads lower by a share of what the slope promises (Armijo). */
function backtrack(explorer: Explorer, from: Look, direction: Point, first: number): Look | null {
  const slope = dot(from.gradient, direction);
  for (let t = first, k = 0; k < 50; t /= 2, k++) {
    const next = explorer.look(along(from.at, t, direction));
    if (next.value <= from.value + 1e-4 * t * slope) return next;
  }
  return null;
}

function step(surface: Surface, args: Args, from: Look, explorer: Explorer): Look | null {
  const direction = newtonDirection(surface.hessian(...from.at), from.gradient, flag(args, 'saddle_free'));
  const first = num(args, 'lr');
  if (!flag(args, 'line_search')) return explorer.look(along(from.at, first, direction));
  // Where Newton's step leads up (more curvature down than up), the gradient leads down.
  const down = dot(direction, from.gradient) < 0 ? direction : times(-1, from.gradient);
  return backtrack(explorer, from, down, first);
}

export const Newton: Method = {
  type: 'Newton',
  label: 'Newton',
  summary: 'Divides the gradient by the curvature: one step on a quadratic. It is drawn to every flat point, saddles among them.',
  formula: 'w \\leftarrow w - \\eta\\, H^{-1} g',
  source: { title: 'Dauphin et al., Identifying and attacking the saddle point problem, 2014', url: 'https://arxiv.org/abs/1406.2572' },
  fields: [
    { name: 'lr', kind: 'float', default: 1, min: 1e-6, max: 10, help: 'Share of Newton’s step that is taken first.' },
    {
      name: 'line_search',
      kind: 'bool',
      default: true,
      help: 'Halves a step until it leads lower, and follows the gradient where Newton’s step leads up.',
    },
    { name: 'saddle_free', kind: 'bool', default: false, help: 'Divides by the size of each curvature and not by its sign, so that saddles repel.' },
  ],
  walk: (surface, start, steps, args) => explore(surface, start, steps, (from, explorer) => step(surface, args, from, explorer)),
};
