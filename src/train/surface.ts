/** Runs of the surface lab: lanes on one surface, stepped by the kernels that train networks. */
import { NOT_BAD, RING_SLOTS, RING_WORDS, STEP, STEP_WORDS } from '../engine/plan.ts';
import { planRace } from '../engine/race.ts';
import { compileSurface, TRAIL_WORDS } from '../engine/surface.ts';
import type { Gpu } from '../gpu/device.ts';
import { Program } from '../gpu/program.ts';
import { resolveOptimizer } from '../model/optimizers/index.ts';
import { hash3 } from '../model/random.ts';
import type { Point, Surface } from '../model/surfaces/definition.ts';
import type { OptimizerSpec } from '../model/types.ts';
import { writeUpdate } from './rows.ts';

export interface SurfaceRace {
  surface: Surface;
  optimizers: readonly OptimizerSpec[];
  start: Point;
  steps: number;
  seed: number;
  /** Standard deviation of the noise on every partial derivative. */
  noise: number;
}

/** Where one run went. */
export interface Trail {
  /** x, y, loss, gradient norm of every point, the start first: `steps` + 1 of them, or fewer where the run was frozen. */
  points: Float32Array<ArrayBuffer>;
  /** Step that met a value that is not finite, and was the last; null where none did. */
  bad: number | null;
}

/** A stream of its own: not that of dropout. */
const NOISE = 7;

/** Key of the noise of the gradient after so many finished steps: equal for runs with equal seeds. */
export const noiseKey = (seed: number, step: number): number => hash3(seed, NOISE, step);

const float = new Float32Array(1);
const bitsOf = (value: number): number => {
  float[0] = value;
  return new Uint32Array(float.buffer)[0];
};

/** Rows of the steps that follow `step` finished ones. */
function rowsFrom({ optimizers, seed, noise }: SurfaceRace, step: number, steps: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(steps * optimizers.length * STEP_WORDS);
  const floats = new Float32Array(words.buffer);
  for (const [l, spec] of optimizers.entries()) {
    const lane = { optimizer: { type: spec.type, args: resolveOptimizer(spec, `runs.${l}`) }, rate: () => spec.lr };
    for (let k = 0; k < steps; k++) {
      const at = (k * optimizers.length + l) * STEP_WORDS;
      words[at + STEP.dropout] = noiseKey(seed, step + k);
      words[at + STEP.slot] = k;
      words[at + STEP.noise] = bitsOf(noise);
      writeUpdate(words, floats, at, lane, step + k);
    }
  }
  return words;
}

async function programOf(gpu: Gpu, { surface, optimizers, start }: SurfaceRace, fill?: number): Promise<Program> {
  const lanes = optimizers.map((spec, l) => ({ type: spec.type, args: resolveOptimizer(spec, `runs.${l}`) }));
  const compiled = compileSurface(surface, lanes.length, fill);
  const program = await Program.create(gpu, planRace(compiled, lanes), null);
  const here = Float32Array.from(surface.place(...start));
  for (const l of lanes.keys()) program.write('params', l * compiled.params.size, here);
  return program;
}

/** Runs every optimizer from the start. The last row only looks: its update moves nothing that anyone sees. */
export async function raceOnSurface(gpu: Gpu, race: SurfaceRace, fill?: number): Promise<Trail[]> {
  const lanes = race.optimizers.length;
  const program = await programOf(gpu, race, fill);
  const trails: Trail[] = race.optimizers.map(() => ({ points: new Float32Array(TRAIL_WORDS * (race.steps + 1)), bad: null }));
  try {
    for (let from = 0; from <= race.steps; from += RING_SLOTS) {
      const K = Math.min(RING_SLOTS, race.steps + 1 - from);
      const ring = await program.step(rowsFrom(race, from, K));
      const seen = await program.readFloats('trail', 0, K * lanes * TRAIL_WORDS);
      for (const [l, trail] of trails.entries()) collect(trail, { ring, seen, from, K, l, lanes });
    }
  } finally {
    program.destroy();
  }
  return trails;
}

interface Submit {
  ring: Uint32Array;
  seen: Float32Array;
  /** Steps before this submit. */
  from: number;
  K: number;
  l: number;
  lanes: number;
}

/** Appends what a submit saw of one run; a frozen one ends with the last point that it reached. */
function collect(trail: Trail, { ring, seen, from, K, l, lanes }: Submit): void {
  if (trail.bad !== null) return;
  for (let k = 0; k < K; k++) {
    const at = (k * lanes + l) * TRAIL_WORDS;
    trail.points.set(seen.subarray(at, at + TRAIL_WORDS), TRAIL_WORDS * (from + k));
    if (ring[(k * lanes + l) * RING_WORDS + 5] === NOT_BAD) continue;
    trail.bad = from + k + 1;
    trail.points = trail.points.slice(0, TRAIL_WORDS * (from + k + 1));
    return;
  }
}
