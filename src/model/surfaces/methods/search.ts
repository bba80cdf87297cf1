/**
 * A step length that meets the strong Wolfe conditions: low enough (Armijo, c₁) and flat enough (c₂).
 * Nocedal and Wright, Numerical Optimization, 2nd ed. 2006, algorithms 3.5 and 3.6; inside a bracket the root of the slope's secant.
 */
import type { Point } from '../definition.ts';
import { along, dot, type Explorer, type Look } from './definition.ts';

const C1 = 1e-4;
/** Looks outward and inward, each. */
const MOST = 40;

interface Probe extends Look {
  t: number;
  slope: number;
}

/** The point found, or null where nothing lower was. `direction` must lead down; `first`: the length tried first. */
export function strongWolfe(explorer: Explorer, from: Look, direction: Point, first: number, c2: number): Look | null {
  const probe = (t: number): Probe => {
    const seen = explorer.look(along(from.at, t, direction));
    return { ...seen, t, slope: dot(seen.gradient, direction) };
  };
  const zero: Probe = { ...from, t: 0, slope: dot(from.gradient, direction) };
  const low = (p: Probe): boolean => p.value <= zero.value + C1 * p.t * zero.slope;
  const flat = (p: Probe): boolean => Math.abs(p.slope) <= -c2 * zero.slope;
  let before = zero;
  let t = first;
  for (let k = 0; k < MOST; k++) {
    const p = probe(t);
    // What is not finite is not low either.
    if (!low(p) || (k > 0 && p.value >= before.value)) return zoom(probe, low, flat, before, p, zero);
    if (flat(p)) return p;
    if (p.slope >= 0) return zoom(probe, low, flat, p, before, zero);
    before = p;
    t *= 2;
  }
  return before.t > 0 ? before : null;
}

/** Between `best`, the lowest end, and `other`. */
function zoom(
  probe: (t: number) => Probe,
  low: (p: Probe) => boolean,
  flat: (p: Probe) => boolean,
  best: Probe,
  other: Probe,
  zero: Probe,
): Probe | null {
  for (let k = 0; k < MOST; k++) {
    const p = probe(between(best, other));
    if (!low(p) || p.value >= best.value) {
      if (p.t === other.t || p.t === best.t) break;
      other = p;
      continue;
    }
    if (flat(p)) return p;
    if (p.slope * (other.t - best.t) >= 0) other = best;
    best = p;
  }
  return best.t > 0 && best.value < zero.value ? best : null;
}

/** Where the secant of the slopes crosses zero, but not within a tenth of either end; else the middle. */
function between(a: Probe, b: Probe): number {
  const span = b.t - a.t;
  const share = -a.slope / (b.slope - a.slope);
  return a.t + span * (share >= 0.1 && share <= 0.9 ? share : 0.5);
}

/** The minimiser of the parabola that value and slopes suggest, measured by a second look close by; `otherwise` where it bends down. */
export function parabola(explorer: Explorer, from: Look, direction: Point, otherwise: number): number {
  const near = (1e-4 * (1 + Math.hypot(...from.at))) / Math.hypot(...direction);
  const slope = dot(from.gradient, direction);
  const bend = (dot(explorer.look(along(from.at, near, direction)).gradient, direction) - slope) / near;
  return bend > 0 ? -slope / bend : otherwise;
}
