/**
 * The paths that the runs take through the space of weights: a few snapshots of each run's parameters, at steps that are multiples of an
 * interval. It doubles, and every other snapshot goes, whenever one run has as many as may be kept: however long a race, the memory is
 * bounded and the steps do not depend on how fast the device is. Always on: a path that began when somebody asked for it would lack the
 * part where most happens.
 */
import type { Lane } from './lane.ts';
import type { Trainer } from './trainer.ts';

/** Bytes of all snapshots of all runs. */
export const MOST_BYTES = 64e6;
/** Snapshots of one run. */
export const MOST_SNAPSHOTS = 64;
/** With fewer a path says nothing, and none is recorded. */
const FEWEST_SNAPSHOTS = 4;

/** Where a run has been: parameters inside layout, and after which step. */
export interface Path {
  architecture: string;
  steps: number[];
  params: Float32Array[];
}

export class Paths {
  private interval = 1;
  private readonly paths = new Map<string, Path>();

  /** Snapshots a run may have; below FEWEST_SNAPSHOTS none are made. */
  private most(trainer: Trainer): number {
    const bytes = trainer.allGroups.reduce((sum, { lanes, compiled }) => sum + 4 * compiled.params.size * lanes.length, 0);
    return Math.min(MOST_SNAPSHOTS, Math.floor(MOST_BYTES / bytes));
  }

  /** Whether the runs are too large, together, to remember where they have been. */
  isOff(trainer: Trainer): boolean {
    return this.most(trainer) < FEWEST_SNAPSHOTS;
  }

  /** The step up to which training may go before the next snapshot. */
  next(trainer: Trainer): number {
    if (this.isOff(trainer)) return Number.POSITIVE_INFINITY;
    return (Math.floor(trainer.step / this.interval) + 1) * this.interval;
  }

  /** Takes the snapshots that are due. A frozen lane stands still; what is known already is not read again. */
  async record(trainer: Trainer): Promise<void> {
    if (this.isOff(trainer)) return;
    for (const group of trainer.allGroups) {
      const { lanes, compiled, program, step } = group;
      const due = (lane: Lane): boolean => lane.frozen === null && step > (this.paths.get(lane.id)?.steps.at(-1) ?? -1);
      if (step % this.interval !== 0 || !lanes.some(due)) continue;
      const { size } = compiled.params;
      const all = await program.readFloats('params', 0, size * lanes.length);
      lanes.forEach((lane, l) => {
        if (due(lane)) this.add(lane, step, all.slice(l * size, (l + 1) * size));
      });
    }
    this.thin(this.most(trainer));
  }

  private add({ id, architecture }: Lane, step: number, params: Float32Array): void {
    const path = this.paths.get(id) ?? { architecture, steps: [], params: [] };
    path.steps.push(step);
    path.params.push(params);
    this.paths.set(id, path);
  }

  private thin(most: number): void {
    while ([...this.paths.values()].some(({ steps }) => steps.length > most)) {
      this.interval *= 2;
      for (const path of this.paths.values()) {
        const kept = path.steps.map((step) => step % this.interval === 0);
        path.params = path.params.filter((_, i) => kept[i]);
        path.steps = path.steps.filter((_, i) => kept[i]);
      }
    }
  }

  /** What is known of a run. */
  of(run: string): Path | undefined {
    return this.paths.get(run);
  }

  /** These runs start again. */
  forget(runs: readonly string[]): void {
    for (const run of runs) this.paths.delete(run);
  }

  /** Other runs are gone. */
  keep(runs: readonly string[]): void {
    this.forget([...this.paths.keys()].filter((id) => !runs.includes(id)));
  }

  clear(): void {
    this.paths.clear();
    this.interval = 1;
  }
}
