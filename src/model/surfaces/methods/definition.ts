/** Methods that no network of the playground trains with: on a surface of two numbers they can be had exactly. All in float64. */
import type { Args, Definition } from '../../types.ts';
import type { Point, Surface } from '../definition.ts';

export interface Method extends Definition {
  /** At most `steps` steps from `start`; fewer where the gradient vanishes or no step leads lower. */
  walk(surface: Surface, start: Point, steps: number, args: Args): Walk;
}

export interface Walk {
  /** x, y, loss, gradient norm of every point, the start first. */
  points: number[];
  /** Gradients that were asked for: a step may take several. */
  evaluations: number;
}

/** The surface at one point. */
export interface Look {
  at: Point;
  value: number;
  gradient: Point;
}

export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1];
export const along = (a: Point, t: number, d: Point): Point => [a[0] + t * d[0], a[1] + t * d[1]];
export const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];
export const times = (t: number, a: Point): Point => [t * a[0], t * a[1]];

/** Below this the gradient counts as none: more than rounding leaves on any surface of the lab. */
const FLAT = 1e-9;

export const isFlat = ({ gradient }: Look): boolean => !(Math.hypot(...gradient) > FLAT);

/** Looks at a surface, and counts. */
export class Explorer {
  evaluations = 0;
  private readonly points: number[] = [];

  constructor(readonly surface: Surface) {}

  look(at: Point): Look {
    this.evaluations++;
    return { at, value: this.surface.value(...at), gradient: this.surface.gradient(...at) };
  }

  /** A point of the walk. */
  keep({ at, value, gradient }: Look): void {
    this.points.push(at[0], at[1], value, Math.hypot(...gradient));
  }

  get walk(): Walk {
    return { points: this.points, evaluations: this.evaluations };
  }
}

/** Walks until it is flat, `step` finds nothing lower, or the steps are used up. */
export function explore(surface: Surface, start: Point, steps: number, step: (from: Look, explorer: Explorer) => Look | null): Walk {
  const explorer = new Explorer(surface);
  let here = explorer.look(start);
  explorer.keep(here);
  for (let k = 0; k < steps && !isFlat(here); k++) {
    const next = step(here, explorer);
    if (!next || !Number.isFinite(next.value)) break;
    here = next;
    explorer.keep(here);
  }
  return explorer.walk;
}
