import type { Point } from '../definition.ts';
import { along, dot, type Explorer, explore, type Look, type Method, minus, times } from './definition.ts';
import { parabola, strongWolfe } from './search.ts';

interface Last {
  gradient: Point;
  direction: Point;
}

/** Direction by Polak and Ribière, begun again with the gradient where β would be below 0 or it does not lead down. */
function directionOf(last: Last | null, g: Point): Point {
  const down = times(-1, g);
  if (!last) return down;
  const beta = Math.max(0, dot(g, minus(g, last.gradient)) / dot(last.gradient, last.gradient));
  const d = along(down, beta, last.direction);
  return dot(d, g) < 0 ? d : down;
}

function step(last: Last | null, from: Look, explorer: Explorer): { next: Look | null; last: Last } {
  const direction = directionOf(last, from.gradient);
  const first = parabola(explorer, from, direction, 1 / Math.hypot(...direction));
  return { next: strongWolfe(explorer, from, direction, first, 0.1), last: { gradient: from.gradient, direction } };
}

export const ConjugateGradient: Method = {
  type: 'ConjugateGradient',
  label: 'Conjugate gradient',
  summary: 'Bends each direction so that it spoils nothing of the last one: on a quadratic of two numbers two steps are enough.',
  formula: "d \\leftarrow -g + \\beta d, \\quad \\beta = \\max\\left(0, \\frac{g \\cdot (g - g')}{g' \\cdot g'}\\right)",
  source: { title: 'Nocedal and Wright, Numerical Optimization, 2006, chapter 5', url: 'https://doi.org/10.1007/978-0-387-40065-5' },
  fields: [],
  walk: (surface, start, steps) => {
    let last: Last | null = null;
    return explore(surface, start, steps, (from, explorer) => {
      const done = step(last, from, explorer);
      last = done.last;
      return done.next;
    });
  },
};
