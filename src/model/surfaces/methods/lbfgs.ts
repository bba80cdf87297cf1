import { num } from '../../fields.ts';
import type { Point } from '../definition.ts';
import { along, dot, type Explorer, explore, type Look, type Method, minus, times } from './definition.ts';
import { strongWolfe } from './search.ts';

/** What one step taught: how far it went, and how much the gradient changed. */
interface Lesson {
  s: Point;
  y: Point;
}

/** −H⁻¹g by the two loops of Nocedal and Wright, algorithm 7.4; lessons from the oldest on. */
function direction(lessons: readonly Lesson[], g: Point): Point {
  let q = g;
  const shares: number[] = [];
  for (const { s, y } of lessons.toReversed()) {
    const share = dot(s, q) / dot(s, y);
    shares.unshift(share);
    q = along(q, -share, y);
  }
  const last = lessons.at(-1);
  let r = last ? times(dot(last.s, last.y) / dot(last.y, last.y), q) : q;
  for (const [i, { s, y }] of lessons.entries()) r = along(r, shares[i]! - dot(y, r) / dot(s, y), s);
  return times(-1, r);
}

function step(lessons: Lesson[], history: number, from: Look, explorer: Explorer): Look | null {
  let d = direction(lessons, from.gradient);
  if (!(dot(d, from.gradient) < 0)) {
    lessons.length = 0;
    d = times(-1, from.gradient);
  }
  // The first step knows no curvature: as PyTorch's, at most one unit long.
  const first = lessons.length > 0 ? 1 : Math.min(1, 1 / (Math.abs(from.gradient[0]) + Math.abs(from.gradient[1])));
  const next = strongWolfe(explorer, from, d, first, 0.9);
  if (!next) return null;
  const lesson = { s: minus(next.at, from.at), y: minus(next.gradient, from.gradient) };
  if (dot(lesson.s, lesson.y) > 1e-12 * dot(lesson.y, lesson.y)) lessons.push(lesson);
  if (lessons.length > history) lessons.shift();
  return next;
}

export const LBFGS: Method = {
  type: 'LBFGS',
  label: 'L-BFGS',
  summary: 'Learns the curvature from how the gradient changed over its last steps, and searches along each direction for a good length.',
  formula: 'w \\leftarrow w - \\eta\\, \\hat{H}^{-1} g',
  source: { title: 'PyTorch: LBFGS', url: 'https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html' },
  fields: [{ name: 'history_size', kind: 'int', default: 10, min: 1, max: 100, help: 'Steps that it remembers.' }],
  walk: (surface, start, steps, args) => {
    const lessons: Lesson[] = [];
    return explore(surface, start, steps, (from, explorer) => step(lessons, num(args, 'history_size'), from, explorer));
  },
};
