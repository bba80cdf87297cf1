/** The law between the surface lab and its worker. Types only. */
import type { SurfaceLab } from '../model/surfaces/lab.ts';

/** Page → worker. A newer job takes the place of one that waits. */
export interface SurfaceJob {
  id: number;
  lab: SurfaceLab;
}

/** Where a run went on one plot. */
export interface SurfaceTrail {
  /** x, y, loss, gradient norm of every point, the start first; fewer than `steps` + 1 where the run ended. Empty where it needs a GPU and there is none. */
  points: Float32Array<ArrayBuffer>;
  /** Step that met a value that is not finite. */
  bad: number | null;
  /** Gradients that a second-order method asked for; null of optimizers, which take one a step. */
  evaluations: number | null;
}

/** Worker → page. */
export type SurfaceEvent =
  /** [plot][run]. `missing`: why there is no GPU, in a sentence; the optimizers' trails are empty then. */
  { type: 'trails'; id: number; plots: SurfaceTrail[][]; missing: string | null } | { type: 'failed'; message: string };
