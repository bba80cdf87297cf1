/** Every surface of the lab. */
import { table } from '../fields.ts';
import { beale, himmelblau, rastrigin, rosenbrock } from './classics.ts';
import type { Surface } from './definition.ts';
import { matrix } from './matrix.ts';
import { bowl, noisy, ravine, saddle } from './quadratics.ts';

export type { Surface } from './definition.ts';

/** In the order of the select. */
const all = { ravine, saddle, bowl, rosenbrock, beale, himmelblau, rastrigin, noisy, matrix } satisfies Record<string, Surface>;

export const surfaces: Readonly<Record<string, Surface>> = table<Surface>(all);

export const surfaceIds = Object.keys(all);

/** Whether the plot shows this point. */
export const inWindow = ({ window }: Surface, x: number, y: number): boolean =>
  x >= window.x[0] && x <= window.x[1] && y >= window.y[0] && y <= window.y[1];
