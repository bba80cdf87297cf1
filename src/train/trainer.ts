/**
 * The training loop. Lanes of one architecture at one step form a group that trains in the same dispatches; groups are stepped in turn,
 * the one that is behind first. A run that joins late trains alone until it has caught up, then its group is merged with the others:
 * legitimate because a lane is bit-identical to the same run alone.
 */
import { planKey } from '../engine/race.ts';
import { type DatasetSource, GpuDataset } from '../gpu/dataset.ts';
import type { Gpu } from '../gpu/device.ts';
import type { FitSummary } from '../worker/protocol.ts';
import { type CompileOptions, Division } from './division.ts';
import { type Divergence, LaneGroup, type LaneSnapshot, type StepPoint, type Validation } from './group.ts';
import { checkFollowers, identity, type Lane, updatesAt } from './lane.ts';
import { Pace } from './pace.ts';
import { type Order, walkRows } from './rows.ts';

export interface TrainerData extends DatasetSource {
  /** The first `train` samples are for training, the rest for validation. */
  train: number;
}

export interface TrainerOptions extends CompileOptions {
  shuffle: boolean;
  /** Validate every so many steps; 0: never. */
  eval_every: number;
  onProgress?: (done: number, total: number) => void;
}

/** What training tells: always after the read-back of what it is about. */
export interface TrainerEvents {
  points(run: string, points: StepPoint[]): void;
  validation(run: string, step: number, validation: Validation): void;
  diverged(run: string, divergence: Divergence): void;
}

export class Trainer {
  private groups: LaneGroup[] = [];
  private readonly division: Division;
  private readonly order: Order;
  readonly dataset: GpuDataset;
  private readonly validation: { first: number; count: number };
  readonly pace = new Pace();

  private constructor(
    readonly gpu: Gpu,
    readonly data: TrainerData,
    private readonly options: TrainerOptions,
    public events: TrainerEvents,
    lanes: readonly Lane[],
    snapshots: ReadonlyMap<string, LaneSnapshot>,
  ) {
    this.division = new Division(gpu, data.images, options);
    for (const members of this.membersOf(lanes, snapshots)) LaneGroup.check(gpu, this.division.compile(members[0]), members);
    this.dataset = new GpuDataset(gpu.device, data);
    this.order = { batch_size: options.batch_size, train: data.train, shuffle: options.shuffle };
    this.validation = { first: data.train, count: this.dataset.count - data.train };
  }

  /** Ready to train these lanes from step 0, or from where `snapshots` left them. Throws LimitError before anything is allocated. */
  static async create(
    gpu: Gpu,
    data: TrainerData,
    lanes: Lane[],
    options: TrainerOptions,
    events: TrainerEvents,
    snapshots: ReadonlyMap<string, LaneSnapshot> = new Map(),
  ): Promise<Trainer> {
    const trainer = new Trainer(gpu, data, options, events, lanes, snapshots);
    try {
      trainer.checkSchedules(lanes);
      await trainer.arrange(lanes, snapshots);
      return trainer;
    } catch (error) {
      trainer.destroy();
      throw error;
    }
  }

  get batchSize(): number {
    return this.options.batch_size;
  }

  get lanes(): Lane[] {
    return this.groups.flatMap((g) => g.lanes);
  }

  /** The step of the run that is furthest behind. */
  get step(): number {
    return Math.min(...this.groups.map((g) => g.step));
  }

  /** The step of the run that is furthest. */
  get leader(): number {
    return Math.max(0, ...this.groups.map((g) => g.step));
  }

  /** Beside those of its steps. */
  get dispatchesPerSubmit(): number {
    return this.groups.reduce((sum, g) => sum + g.program.plan.closing.length, 0);
  }

  get dispatchesPerStep(): number {
    return this.groups.reduce((sum, g) => sum + g.program.plan.train.length, 0);
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    return this.dataset.bytes + this.groups.reduce((sum, g) => sum + g.program.bytes, 0);
  }

  find(run: string): { group: LaneGroup; l: number } | null {
    for (const group of this.groups) {
      const l = group.lanes.findIndex((lane) => lane.id === run);
      if (l >= 0) return { group, l };
    }
    return null;
  }

  groupOf(run: string): { group: LaneGroup; l: number } {
    const found = this.find(run);
    if (!found) throw new Error(`no run ${run}`);
    return found;
  }

  get allGroups(): readonly LaneGroup[] {
    return this.groups;
  }

  /** Sends steps that a group would do next, for a rehearsal that takes them back. */
  sendUncounted(group: LaneGroup, skip: number, steps: number): Promise<Uint32Array<ArrayBuffer>> {
    return group.sendUncounted(this.order, skip, steps);
  }

  private checkSchedules(lanes: readonly Lane[]): void {
    checkFollowers(lanes, { samples: this.validation.count, eval_every: this.options.eval_every });
  }

  /** How many lanes like these one program can hold; all of one architecture. */
  fit(lanes: readonly Lane[]): FitSummary {
    return this.division.fit(lanes);
  }

  private membersOf(lanes: readonly Lane[], snapshots: ReadonlyMap<string, LaneSnapshot>): Lane[][] {
    return this.division.divide(lanes, (lane) => snapshots.get(lane.id)?.step ?? 0);
  }

  /** Forms groups anew; those before go once all new ones stand. */
  private async arrange(lanes: readonly Lane[], snapshots: ReadonlyMap<string, LaneSnapshot>): Promise<void> {
    for (const lane of lanes) lane.epoch = this.order;
    const groups: LaneGroup[] = [];
    try {
      for (const members of this.membersOf(lanes, snapshots)) {
        const group = await LaneGroup.create(this.gpu, this.division.compile(members[0]), members, this.dataset, {
          onProgress: this.options.onProgress,
        });
        groups.push(group);
        group.restore(snapshots);
      }
    } catch (error) {
      for (const group of groups) group.destroy();
      throw error;
    }
    for (const old of this.groups) old.destroy();
    this.groups = groups;
    for (const lane of lanes) lane.plateau = lane.follower?.take(snapshots.get(lane.id)?.plateau) ?? null;
  }

  /** Everything needed to go on from here, bit for bit. */
  async snapshot(): Promise<Map<string, LaneSnapshot>> {
    const all = new Map<string, LaneSnapshot>();
    for (const group of this.groups) for (const [id, s] of await group.snapshot()) all.set(id, s);
    return all;
  }

  async restore(snapshots: ReadonlyMap<string, LaneSnapshot>): Promise<void> {
    await this.arrange(this.lanes, snapshots);
  }

  /** Goes on from here, bit for bit, with other tiles. */
  async retile(choices: ReadonlyMap<string, string>): Promise<void> {
    const snapshots = await this.snapshot();
    this.division.retile(choices);
    await this.arrange(this.lanes, snapshots);
  }

  /** All lanes back to step 0. */
  async reset(): Promise<void> {
    for (const lane of this.lanes) lane.frozen = null;
    await this.arrange(this.lanes, new Map());
  }

  /** Other runs or settings. Returns the ids of runs that start again (or are new). */
  async update(lanes: Lane[]): Promise<string[]> {
    this.checkSchedules(lanes);
    const before = new Map(this.lanes.map((lane) => [lane.id, lane]));
    const same = (lane: Lane): boolean => {
      const old = before.get(lane.id);
      return old !== undefined && identity(old) === identity(lane);
    };
    const program = (lane: Lane | undefined): string => (lane ? planKey(lane.optimizer) : '');
    const inPlace = lanes.length === before.size && lanes.every((lane) => same(lane) && program(lane) === program(before.get(lane.id)));
    for (const lane of lanes) {
      lane.epoch = this.order;
      if (!same(lane)) continue;
      lane.frozen = before.get(lane.id)?.frozen ?? null;
      lane.plateau = lane.follower?.take(before.get(lane.id)?.plateau) ?? null;
    }
    if (inPlace) {
      const next = new Map(lanes.map((lane) => [lane.id, lane]));
      for (const group of this.groups) group.replaceLanes(next);
      return [];
    }
    const snapshots = await this.snapshot();
    const fresh = lanes.filter((lane) => !same(lane)).map((lane) => lane.id);
    for (const id of fresh) snapshots.delete(id);
    await this.arrange(lanes, snapshots);
    return fresh;
  }

  /** Groups that have met (equal architecture and step) become one. */
  private async merge(): Promise<void> {
    const steps = new Map(this.groups.flatMap((g) => g.lanes.map((lane) => [lane.id, g.step])));
    const least = this.division.divide(this.lanes, (lane) => steps.get(lane.id) ?? 0);
    if (least.length < this.groups.length) await this.arrange(this.lanes, await this.snapshot());
  }

  /** How many steps the next submit may hold: up to the goal, the next validation, and the group ahead. */
  private span(group: LaneGroup, goal: number): number {
    const ahead = Math.min(...this.groups.filter((g) => g.step > group.step).map((g) => g.step));
    const every = this.options.eval_every;
    const validation = every > 0 ? every - (group.step % every) : Infinity;
    return Math.min(this.pace.steps, goal - group.step, ahead - group.step, validation);
  }

  /**
   * Trains every run up to step `goal`, or until `stop()`. At most two submits are in flight; each result is reported in order. With
   * several groups they take turns, so that none is more than one submit ahead. A validation is many submits: the next step waits for
   * its end, or it would be of weights that move meanwhile.
   */
  async train(goal: number, stop: () => boolean = () => false): Promise<void> {
    const flying: Promise<void>[] = [];
    const land = async (left: number): Promise<void> => {
      while (flying.length > left) await flying.shift();
    };
    try {
      while (!stop() && this.step < goal) {
        const group = this.groups.reduce((a, b) => (b.step < a.step ? b : a));
        const slice = this.slice(group, this.span(group, goal));
        slice.catch(() => {}); // heard when it lands
        flying.push(slice);
        await land(this.groups.length > 1 || this.isDue(group) ? 0 : 1);
        if (this.groups.length > 1) await this.merge();
      }
      await land(0);
    } catch (error) {
      await Promise.allSettled(flying);
      throw error;
    }
  }

  /** Whether the step just sent ends with a validation. */
  private isDue(group: LaneGroup): boolean {
    return this.options.eval_every > 0 && group.step % this.options.eval_every === 0 && this.validation.count > 0;
  }

  /** One submit of a group, and the validation that may be due after it. */
  private async slice(group: LaneGroup, K: number): Promise<void> {
    const started = performance.now();
    const { from, done } = group.send(K, this.order);
    const step = group.step;
    const due = this.isDue(group);
    const words = await done;
    this.pace.measured(K, performance.now() - started);
    const frozen: Promise<void>[] = [];
    // All points at once: the next result may come while a divergence is looked into.
    group.lanes.forEach((lane, l) => {
      const { points, freeze } = group.decode(words, from, l, this.options.batch_size);
      if (points.length > 0) this.events.points(lane.id, points);
      if (freeze) frozen.push(group.explain(l, freeze).then((divergence) => this.events.diverged(lane.id, divergence)));
    });
    await Promise.all(frozen);
    if (!due) return;
    const results = await this.evaluateGroup(group);
    this.pace.interrupted();
    group.lanes.forEach((lane, l) => {
      if (lane.frozen !== null) return;
      // The next submit is not sent before this: it goes by the new rate.
      if (lane.follower && lane.plateau) lane.plateau = lane.follower.observe(lane.plateau, updatesAt(lane, step), results[l]);
      this.events.validation(lane.id, step, results[l]);
    });
  }

  /** Validation loss and accuracy of every lane of a group. */
  async evaluateGroup(group: LaneGroup): Promise<Validation[]> {
    const { first, count } = this.validation;
    const rows = walkRows(group.lanes.length, first, count, this.options.batch_size);
    const own = await group.evaluate(rows, this.pace.batches);
    const averages = await group.evaluateAverages(rows, this.pace.batches);
    return own.map((evaluation, l) => ({ ...evaluation, ...(averages[l] && { ema: averages[l] }) }));
  }

  destroy(): void {
    for (const group of this.groups) group.destroy();
    this.groups = [];
    this.dataset.destroy();
  }
}
