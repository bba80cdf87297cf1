/**
 * The microscope: the update that a run makes next, seen from the inside. The step is rehearsed and taken back (gpu/rehearsal.ts), so that
 * what is shown is what the GPU will write, and training is the same whether anyone looks or not.
 */
import { isSoftware } from '../gpu/device.ts';
import type { Program } from '../gpu/program.ts';
import { Rehearsal } from '../gpu/rehearsal.ts';
import { commonOf } from '../model/optimizers/common.ts';
import type { Inspect, Inspection } from '../worker/inspection.ts';
import type { LaneGroup } from './group.ts';
import { layerOf } from './microscope/layer.ts';
import { look } from './microscope/look.ts';
import { inspected } from './microscope/numbers.ts';
import { PaintPace } from './pace.ts';
import type { Trainer } from './trainer.ts';

/** Share of the time that looking may take; milliseconds between two looks. */
const SHARE = 0.05;
const LEAST = 250;
/** Batches of an accumulated gradient that are rehearsed. */
const MOST_BATCHES = 64;

const nothing = (why: string): Inspection => ({ status: 'nothing', why });

export class Microscope {
  private readonly pace = new PaintPace(SHARE, SHARE, LEAST);
  private rehearsal: Rehearsal | null = null;

  /** Whether training may wait for a look. */
  get due(): boolean {
    return this.pace.due();
  }

  /** Something else is to be looked at: at the next chance. */
  hurry(): void {
    this.pace.hurry();
  }

  /** Frees what looking needs. */
  close(): void {
    this.rehearsal?.destroy();
    this.rehearsal = null;
  }

  private async rehearsalOf(program: Program): Promise<Rehearsal | null> {
    if (this.rehearsal?.program === program) return this.rehearsal;
    this.close();
    this.rehearsal = await Rehearsal.create(program);
    return this.rehearsal;
  }

  async look(trainer: Trainer, of: Inspect): Promise<Inspection> {
    const began = performance.now();
    const inspection = await this.inspect(trainer, of);
    this.pace.painted(began, isSoftware(trainer.gpu.info));
    return inspection;
  }

  private async inspect(trainer: Trainer, of: Inspect): Promise<Inspection> {
    const found = trainer.find(of.run);
    if (!found) return nothing('This run is not there any more.');
    const { group, l } = found;
    const lane = group.lanes[l];
    if (lane.frozen !== null) return { status: 'frozen', step: lane.frozen };
    const layer = layerOf(group.compiled, of.layer);
    if (!layer) return nothing(`${of.layer} has no weights in this run’s network.`);
    const rehearsal = await this.rehearsalOf(group.program);
    if (!rehearsal) return nothing('The GPU has no room for a second copy of the weights, which looking ahead needs. Fewer runs would fit.');
    const other = partner(group, of);
    const { accumulate } = commonOf(lane.optimizer.args);
    const batches = accumulate - (group.step % accumulate);
    if (batches > MOST_BATCHES) return nothing(`The next update is ${batches} batches away: one shows once it is ${MOST_BATCHES} away.`);
    const { compiled } = group;
    // The last one makes the update.
    const step = group.step + batches - 1;
    const ls = typeof other === 'number' ? [l, other] : [l];
    const [own, theirs] = await look(trainer, rehearsal, { group, ls, layer, batches });
    if (!own) return { status: 'diverges', step: step + 1 };
    const compared = typeof other === 'number' ? (theirs ?? 'that run diverges at this step') : other;
    return inspected({ compiled, lane, step, layer, compared }, of, own);
  }
}

/** The lane to compare with, or why there is none; null when none is asked for. */
function partner({ lanes }: LaneGroup, { run, compare }: Inspect): number | string | null {
  if (compare === null || compare === run) return null;
  const l = lanes.findIndex((lane) => lane.id === compare);
  if (l < 0) return 'only runs of the same network at the same step can be compared';
  return lanes[l].frozen === null ? l : 'that run has diverged';
}
