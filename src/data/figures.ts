/**
 * The ten figures of the shapes data set as signed distances: negative inside, in units in which a figure reaches about 1 from its
 * middle; y points down. Proportions vary a little from sample to sample.
 */
import type { Random } from '../model/random.ts';
import { between, cos, cube, sin, TAU } from './exact.ts';

/** Signed distance of the point (x, y) to the figure's outline. */
export type Distance = (x: number, y: number) => number;

/** Distance to a closed polygon x, y, x, y, …; even–odd inside. */
function polygon(corners: readonly number[]): Distance {
  const n = corners.length;
  return (x, y) => {
    let nearest = Infinity;
    let inside = false;
    for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
      const ex = corners[j] - corners[i];
      const ey = corners[j + 1] - corners[i + 1];
      const wx = x - corners[i];
      const wy = y - corners[i + 1];
      const t = Math.min(Math.max((wx * ex + wy * ey) / (ex * ex + ey * ey), 0), 1);
      const dx = wx - t * ex;
      const dy = wy - t * ey;
      nearest = Math.min(nearest, dx * dx + dy * dy);
      if (corners[i + 1] > y !== corners[j + 1] > y && wx < (ex * wy) / ey) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** Corners on circles: `radius(i)` from the middle, evenly turned, the first one up. */
function around(count: number, radius: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => [radius(i) * sin((i * TAU) / count), -radius(i) * cos((i * TAU) / count)]).flat();
}

const length = (x: number, y: number) => Math.sqrt(x * x + y * y);

/** The heart curve of popular mathematics, 28 corners, scaled to reach 1. */
const HEART = Array.from({ length: 28 }, (_, i) => {
  const t = (i * TAU) / 28;
  return [cube(sin(t)), -(13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)) / 16 - 0.12];
}).flat();

function cross(r: Random): Distance {
  const a = between(r, 0.24, 0.36);
  return polygon([-a, -1, a, -1, a, -a, 1, -a, 1, a, a, a, a, 1, -a, 1, -a, a, -1, a, -1, -a, -a, -a]);
}

function arrow(r: Random): Distance {
  const shaft = between(r, 0.18, 0.28);
  const neck = between(r, -0.2, 0.1);
  return polygon([0, -1, 0.78, neck, shaft, neck, shaft, 0.95, -shaft, 0.95, -shaft, neck, -0.78, neck]);
}

function ring(r: Random): Distance {
  const half = between(r, 0.13, 0.24);
  return (x, y) => Math.abs(length(x, y) - (0.95 - half)) - half;
}

function crescent(r: Random): Distance {
  const bite = between(r, 0.35, 0.55);
  const size = between(r, 0.72, 0.84);
  return (x, y) => Math.max(length(x, y) - 0.98, size - length(x - bite, y));
}

function star(r: Random): Distance {
  const inner = between(r, 0.4, 0.5);
  return polygon(around(10, (i) => (i % 2 === 0 ? 1.08 : inner)));
}

/** Figures by class, in the order of src/model/datasets.ts. */
export const FIGURES: Readonly<Record<string, (r: Random) => Distance>> = {
  circle: () => (x, y) => length(x, y) - 0.9,
  square: () => polygon([-0.8, -0.8, 0.8, -0.8, 0.8, 0.8, -0.8, 0.8]),
  triangle: () => polygon(around(3, () => 1.12)),
  star,
  cross,
  ring,
  heart: () => polygon(HEART),
  arrow,
  crescent,
  hexagon: () => polygon(around(6, () => 1)),
};
