/** What became of a run, in a sentence; and its numbers. */
import { formatLoss } from '../../model/format.ts';
import { inWindow, type Surface } from '../../model/surfaces/index.ts';
import type { RuleSpec } from '../../model/surfaces/lab.ts';
import type { SurfaceTrail } from '../../store/surfaces.ts';

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Steps that a trail holds. */
export const lengthOf = ({ points }: SurfaceTrail): number => points.length / 4 - 1;

/** Of all methods only these end early: flat to nine digits, or nothing lower was found. */
const STILL = 1e-6;

/** What is worth saying of the whole trail up to this step; empty where nothing is. */
export function sentence(trail: SurfaceTrail, surface: Surface, steps: number, step: number): string {
  const { points, bad, evaluations } = trail;
  const length = lengthOf(trail);
  if (length < 0) return 'Needs a GPU.';
  if (bad !== null && step >= bad - 1) return `Diverged: a number of step ${bad} is not finite. A lower rate may hold it.`;
  const left = leftAt(points, surface, Math.min(step, length));
  if (left !== null) return `Left the window at step ${left}.`;
  if (evaluations === null || step < length || length >= steps) return '';
  const there = points[4 * length + 3]! < STILL ? 'Flat ground' : 'Nothing lower';
  return `${there} after ${plural(length, 'step')}, ${plural(evaluations, 'gradient')}.`;
}

/** Where Muon has nothing to orthogonalise; empty for other rules. */
export function aboutMuon({ type, hidden_only }: RuleSpec, { shape }: Surface): string {
  if (type !== 'Muon') return '';
  if (shape.length < 2) return 'Two numbers are no matrix: Muon takes AdamW’s step here, at adamw_lr.';
  return hidden_only === false ? '' : 'With hidden_only the only matrix is left to AdamW.';
}

/** Step since which the run has been outside; null where it is inside. */
function leftAt(points: Float32Array, surface: Surface, step: number): number | null {
  let k = step;
  while (k >= 0 && !inWindow(surface, points[4 * k]!, points[4 * k + 1]!)) k--;
  return k === step ? null : k + 1;
}

export interface Numbers {
  x: string;
  y: string;
  loss: string;
}

/** Where a run is at a step; it stays where it ended. */
export function numbersAt(trail: SurfaceTrail, surface: Surface, step: number): Numbers | null {
  const k = Math.min(step, lengthOf(trail));
  if (k < 0) return null;
  const [x, y, loss] = trail.points.subarray(4 * k, 4 * k + 3);
  return { x: formatCoordinate(x!), y: formatCoordinate(y!), loss: formatLoss(Math.max(0, loss! - surface.least)) };
}

/** Three digits behind the point, or powers of ten. */
export function formatCoordinate(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return formatLoss(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return value.toExponential(1).replace('e+', 'e').replace('-', '−');
  return value.toFixed(3).replace('-', '−');
}
