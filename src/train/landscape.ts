/** The loss around the weights of a run: made ready once, then evaluated a few points at a time, between which training may go on. */
import type { Compiled } from '../engine/compile.ts';
import type { LandscapePlane, LandscapeRequest } from '../worker/protocol.ts';
import { Evaluator, lanesThatFit } from './evaluator.ts';
import type { LaneGroup } from './group.ts';
import type { Path, Paths } from './paths.ts';
import { LandscapeError, lay, type Plane, pathPlane, pointOf, randomPlane } from './plane.ts';
import type { Trainer } from './trainer.ts';

/** Grids: odd, so that the run stands on a point. */
const SIZES: readonly number[] = [11, 21, 31];

/** @throws LandscapeError */
function check({ size, span, samples }: LandscapeRequest): void {
  if (!SIZES.includes(size)) throw new LandscapeError(`The grid has ${size} points along a side; it may have ${SIZES.join(', ')}.`);
  if (!(span > 0 && span <= 100)) throw new LandscapeError(`The span is ${span}; it must be above 0, and 100 at most.`);
  if (!(Number.isInteger(samples) && samples > 0)) throw new LandscapeError(`${samples} samples: there must be one at least.`);
}

/** The recorded path of a run, and where it stands now. */
async function pathTo(group: LaneGroup, l: number, paths: Paths): Promise<Path> {
  const { size } = group.compiled.params;
  const { id, architecture } = group.lanes[l];
  const now = await group.program.readFloats('params', l * size, size);
  const { steps = [], params = [] } = paths.of(id) ?? {};
  const before = steps.filter((step) => step < group.step).length;
  return { architecture, steps: [...steps.slice(0, before), group.step], params: [...params.slice(0, before), now] };
}

/** Paths of all runs whose weights can lie on one plane with those of `run`, that one first; but for those that are not wanted. */
async function pathsBeside(trainer: Trainer, { run, without }: LandscapeRequest, paths: Paths): Promise<Map<string, Path>> {
  const { group, l } = trainer.groupOf(run);
  const all = new Map([[run, await pathTo(group, l, paths)]]);
  for (const other of trainer.allGroups) {
    for (const [k, lane] of other.lanes.entries()) {
      const fits = lane.architecture === group.lanes[l].architecture && !without.includes(lane.id);
      if (lane.id !== run && fits) all.set(lane.id, await pathTo(other, k, paths));
    }
  }
  return all;
}

/** Weights of a run that stay, whatever becomes of the race. */
interface Origin {
  params: Float32Array;
  buffers: Float32Array;
  compiled: Compiled;
}

export class Landscape {
  /** Points evaluated, row by row. */
  done = 0;
  private evaluator: Evaluator | null = null;
  private lanes = Number.POSITIVE_INFINITY;
  private readonly weights: Float32Array<ArrayBuffer>;

  private constructor(
    readonly summary: LandscapePlane,
    private readonly plane: Plane,
    private readonly origin: Origin,
  ) {
    this.weights = new Float32Array(origin.params.length);
  }

  /** Reads what it needs from the trainer and changes nothing there. @throws LandscapeError */
  static async create(trainer: Trainer, request: LandscapeRequest, paths: Paths): Promise<Landscape> {
    check(request);
    if (!trainer.lanes.some(({ id }) => id === request.run)) throw new LandscapeError('The run is gone. Choose another one.');
    const { group, l } = trainer.groupOf(request.run);
    const { compiled, step } = group;
    const buffers = await group.program.readFloats('buffers', l * compiled.buffers.size, compiled.buffers.size);
    const beside = await pathsBeside(trainer, request, paths);
    if (request.mode === 'paths' && beside.size === 1 && paths.isOff(trainer)) {
      throw new LandscapeError('These runs have too many parameters, together, to remember their paths (64 MB). Choose random directions.');
    }
    const params = (beside.get(request.run) as Path).params.at(-1) as Float32Array;
    const random = randomPlane(compiled.info, compiled.params, params, request);
    const plane = request.mode === 'random' ? random : await pathPlane(params, [...beside.values()], random.u, request);
    const laid = [];
    for (const [id, path] of beside) laid.push(await lay(plane, params, id, path));
    const samples = Math.min(request.samples, trainer.data.train);
    const { xs, ys, explained } = plane;
    const statistics = compiled.buffers.entries.size > 0;
    const { run, mode, size, span, seed, without } = request;
    const unrecorded = paths.isOff(trainer);
    const summary = { run, mode, size, span, seed, without, samples, step, xs, ys, explained, paths: laid, unrecorded, statistics };
    return new Landscape(summary, plane, { params, buffers, compiled });
  }

  get points(): number {
    return this.plane.xs.length * this.plane.ys.length;
  }

  /** Makes the lanes, or makes them anew on the device that has taken the place of a lost one. */
  private async prepare({ gpu, dataset }: Trainer): Promise<Evaluator> {
    if (this.evaluator?.gpu === gpu) return this.evaluator;
    this.evaluator?.destroy();
    this.evaluator = null;
    this.lanes = lanesThatFit(gpu, this.origin.compiled, Math.min(this.points, this.lanes));
    this.evaluator = await Evaluator.create(gpu, this.origin.compiled, dataset, this.lanes);
    return this.evaluator;
  }

  /** After a lost device: the next one gets less to do at a time. */
  halve(): void {
    this.lanes = Math.max(1, Math.floor(this.lanes / 2));
  }

  /** Evaluates the next points, one a lane; null when stopped before they were done. */
  async advance(trainer: Trainer, stop: () => boolean): Promise<{ first: number; loss: Float32Array; accuracy: Float32Array } | null> {
    const evaluator = await this.prepare(trainer);
    const { plane, origin, weights } = this;
    const first = this.done;
    const count = Math.min(evaluator.lanes, this.points - first);
    for (let l = 0; l < count; l++) {
      const [x, y] = [plane.xs[(first + l) % plane.xs.length], plane.ys[Math.floor((first + l) / plane.xs.length)]];
      pointOf(plane, origin.params, x, y, weights);
      evaluator.write(l, weights, origin.buffers);
    }
    const losses = await evaluator.evaluate(0, this.summary.samples, stop);
    if (!losses) return null;
    this.done = first + count;
    return { first, loss: losses.loss.slice(0, count), accuracy: losses.accuracy.slice(0, count) };
  }

  destroy(): void {
    this.evaluator?.destroy();
  }
}
