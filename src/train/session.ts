/**
 * The engine behind the page: takes commands, owns the trainer, tells what happened. Runs in a worker; knows nothing of the interface.
 * When training runs is train/drive.ts's.
 */
import type { Dataset } from '../data/types.ts';
import { type Gpu, UnavailableError } from '../gpu/device.ts';
import { restoreExperiment } from '../model/experiment.ts';
import type { Experiment } from '../model/types.ts';
import type { Command, Event, RunState } from '../worker/protocol.ts';
import { Drive, isStuck } from './drive.ts';
import { answerFit } from './fit.ts';
import type { LaneSnapshot } from './group.ts';
import { Keeper } from './keeper.ts';
import { checkFit, type Lane, lanesOf } from './lane.ts';
import { Lease } from './lease.ts';
import { Outbox } from './outbox.ts';
import type { Demand } from './pace.ts';
import { Paths } from './paths.ts';
import { Source } from './source.ts';
import { Speed } from './speed.ts';
import { summariseAdapter, summariseData, summarisePlan, summariseRun } from './summary.ts';
import type { Survey } from './survey.ts';
import { Tiles } from './tiles.ts';
import { Trainer } from './trainer.ts';
import { Viewer } from './viewer.ts';

/** Milliseconds between checkpoints. */
const CHECKPOINT = 5000;

type Load = Extract<Command, { type: 'load' }>;

export class Session {
  private experiment: Experiment | null = null;
  /** What is trained; events carry it. */
  private load = 0;
  /** The newest that was asked for. */
  private latest = 0;
  private readonly demand: Demand = { visible: true, maxSpeed: false };
  private readonly source = new Source();
  private readonly speed = new Speed();
  private readonly tiles = new Tiles();
  private readonly paths = new Paths();
  /** Loaded with the first landscape that is asked for. */
  private survey: Promise<Survey> | null = null;
  private readonly drive: Drive;
  private readonly lease: Lease;
  private readonly keeper: Keeper;
  private readonly outbox: Outbox;
  private readonly viewer: Viewer;

  constructor(private readonly emit: (event: Event) => void) {
    this.outbox = new Outbox((train, validation) => this.emit({ type: 'points', load: this.load, train, validation }));
    this.lease = new Lease({
      asking: () => this.emit({ type: 'progress', load: this.load, phase: 'device', done: 0, total: 1 }),
      granted: ({ info, device }) => this.emit({ type: 'adapter', adapter: summariseAdapter(info, device.limits) }),
      lost: (message) => {
        this.emit({ type: 'device_lost', message });
        this.viewer.forget();
        this.drive.enqueue(async () => {
          await this.keeper.revive();
          await this.examineAtRest();
        });
      },
    });
    this.keeper = new Keeper(this.lease, {
      build: (gpu, lanes, snapshots) => this.build(gpu, lanes, snapshots),
      reached: () => this.outbox.reached,
      resumed: (step) => this.emit({ type: 'resumed', load: this.load, step }),
      stale: () => this.load !== this.latest,
    });
    this.viewer = new Viewer({ use: (action) => this.keeper.use(action), emit, load: () => this.load });
    this.drive = new Drive({
      trainer: () => this.trainer,
      began: () => this.speed.start(),
      advance: (goal, stop) => this.advance(goal, stop),
      tick: () => this.tick(),
      ended: () => {
        this.speed.stop();
        this.outbox.flush();
      },
      rested: () => this.viewer.examine(),
      status: () => this.status(),
      failed: (error) => this.fail(error),
    });
  }

  private get trainer(): Trainer | null {
    return this.keeper.trainer;
  }

  handle(command: Command): void {
    switch (command.type) {
      case 'pause':
        return this.drive.pause();
      case 'visibility':
        this.demand.visible = command.visible;
        return;
      case 'max_speed':
        this.demand.maxSpeed = command.on;
        return;
      case 'autotune':
        this.tiles.on = command.on;
        return;
      case 'lose_device':
        return this.lease.destroyDevice();
      case 'watch':
        this.viewer.watch = command.watch;
        if (!this.drive.running) this.drive.enqueue(() => this.viewer.paint());
        return;
      case 'inspect':
        this.viewer.turnTo(command.inspect);
        if (!this.drive.running) this.drive.enqueue(() => this.examineAtRest());
        return;
      case 'load':
        this.abandon(command.load);
        return this.drive.interrupt(() => this.prepare(command));
      case 'reset':
        this.abandon(command.load);
        return this.drive.interrupt(() => this.reset(command.load));
      case 'update_runs':
        return this.drive.interrupt(() => this.updateRuns(command.experiment, command.runs));
      case 'start':
        return this.drive.start();
      case 'step':
        return this.drive.step(command.n, () => this.emit({ type: 'done', request: command.request }));
      case 'landscape': {
        const { latest } = this;
        this.survey ??= this.openSurvey();
        return this.surveyed((survey) => survey.ask(latest, command.request, command));
      }
      case 'cancel_landscape':
        return this.surveyed((survey) => survey.cancel(command.request));
      case 'self_test':
        return this.drive.interrupt(() => this.selfTest());
      case 'fit':
        return this.drive.enqueue(async () => this.emit({ type: 'fit', request: command.request, fit: answerFit(this.trainer, command.experiment) }));
    }
  }

  /** What was asked for before is wanted no more. */
  private abandon(latest: number): void {
    this.latest = latest;
    this.drive.cut();
    this.surveyed((survey) => survey.cancel());
  }

  private async prepare(command: Load): Promise<void> {
    if (command.load !== this.latest) return; // another experiment is already waiting
    this.keeper.drop();
    this.startOver(command.load);
    const experiment = restoreExperiment(command.experiment);
    const lanes = lanesOf(experiment, command.runs);
    await this.lease.acquire();
    const onProgress = (fraction: number): void => this.emit({ type: 'progress', load: command.load, phase: 'data', done: fraction, total: 1 });
    const dataset = await this.source.open(experiment.data, command.dataset, onProgress);
    if (command.load !== this.latest) return;
    checkFit(lanes, dataset);
    this.experiment = experiment;
    await this.keeper.create(lanes);
    this.announce(dataset, lanes);
    await this.viewer.show();
    this.tune();
  }

  /** In the background: what it finds counts from the next time that a network is compiled. */
  private tune(): void {
    const { trainer, load } = this;
    // Whatever goes wrong there, training has its defaults.
    if (trainer) this.tiles.tune(trainer, { stop: () => this.load !== load || trainer.gpu.isLost() }).catch(() => undefined);
  }

  /** What is sent from now on is of this load. */
  private startOver(load: number): void {
    this.outbox.clear();
    this.speed.reset();
    this.keeper.forget();
    this.paths.clear();
    this.load = load;
  }

  private async build(gpu: Gpu, lanes: Lane[], snapshots: ReadonlyMap<string, LaneSnapshot> | undefined): Promise<Trainer> {
    const { outbox } = this;
    const dataset = this.source.dataset as Dataset;
    const { batch_size, loss, eval_every, activation_dtype } = this.experiment as Experiment;
    const onProgress = (done: number, total: number): void => this.emit({ type: 'progress', load: this.load, phase: 'compile', done, total });
    const choices = await this.tiles.choices(gpu);
    const { wrongTile } = globalThis as { wrongTile?: string };
    const options = { batch_size, loss, eval_every, halves: activation_dtype === 'float16', choices, wrongTile, shuffle: true, onProgress };
    const events = {
      points: (run: string, points: Parameters<Outbox['add']>[1]) => outbox.add(run, points, this.speed.seconds),
      validation: outbox.validation.bind(outbox),
      diverged: (run: string, { step, layer }: { step: number; layer: string | null }) => {
        if (outbox.diverges(run)) this.emit({ type: 'diverged', load: this.load, run, step, layer });
      },
    };
    const trainer = await Trainer.create(gpu, dataset, lanes, options, events, snapshots);
    trainer.pace.demand = this.demand;
    return trainer;
  }

  private announce(dataset: Dataset, lanes: readonly Lane[]): void {
    const data = summariseData(dataset);
    const runs = lanes.map((lane) => summariseRun(lane, this.experiment as Experiment, data.fingerprint));
    this.emit({ type: 'ready', load: this.load, data, runs, plan: summarisePlan(this.trainer as Trainer, lanes) });
  }

  private async updateRuns(raw: Experiment, ids: readonly string[]): Promise<void> {
    const { dataset } = this.source;
    if (!this.trainer || !dataset || this.load !== this.latest) return;
    const experiment = restoreExperiment(raw);
    const lanes = lanesOf(experiment, ids);
    checkFit(lanes, dataset);
    let fresh: string[] = [];
    const update = async (trainer: Trainer): Promise<void> => {
      // A device lost later must not train old steps with new settings.
      const snapshots = await this.keeper.mark(trainer);
      fresh = await trainer.update(lanes);
      for (const id of fresh) snapshots.delete(id);
    };
    while (!(await this.keeper.use(update))) if (this.load !== this.latest) return;
    this.experiment = experiment;
    this.outbox.flush();
    this.outbox.forget(fresh);
    this.paths.forget(fresh);
    this.paths.keep(ids);
    if (fresh.length > 0) this.emit({ type: 'restarted', load: this.load, runs: fresh });
    this.announce(dataset, lanes);
    if (!this.drive.wanted) await this.viewer.examine();
  }

  private async reset(load: number): Promise<void> {
    this.startOver(load);
    await this.keeper.revive();
    await this.keeper.use((trainer) => trainer.reset());
    await this.viewer.show();
  }

  /** Trains up to `goal`, or until `stop()`, with a look at the weights wherever the runs' paths are recorded. */
  private async advance(goal: number, stop: () => boolean): Promise<void> {
    do {
      await this.keeper.use(async (trainer) => {
        await this.paths.record(trainer);
        await trainer.train(Math.min(goal, this.paths.next(trainer)), stop);
        await this.paths.record(trainer);
      });
    } while (!stop() && !isStuck(this.trainer) && this.trainer && this.trainer.step < goal);
  }

  private async tick(): Promise<void> {
    this.speed.at(this.trainer?.leader ?? 0);
    this.outbox.flush();
    if (this.drive.running) this.status();
    await this.viewer.glance(this.demand.visible);
    if (this.keeper.age >= CHECKPOINT) await this.keeper.use((trainer) => this.keeper.mark(trainer));
  }

  /** As soon as what is in flight has landed: while averages are validated they stand in the place of the weights. */
  private examineAtRest(): Promise<void> {
    return this.drive.atRest(() => this.viewer.examine());
  }

  private status(): void {
    const step = this.trainer?.leader ?? 0;
    const state: RunState = this.drive.running ? 'running' : step > 0 ? 'paused' : 'idle';
    const epoch = this.trainer ? (step * this.trainer.batchSize) / this.trainer.data.train : 0;
    this.emit({ type: 'status', load: this.load, state, step, epoch, steps_per_second: this.speed.perSecond });
  }

  private async selfTest(): Promise<void> {
    const gpu = await this.lease.acquire();
    const { selfTest } = await import('../gpu/selftest.ts');
    const { load } = this;
    const results = await selfTest(gpu, (done, total) => this.emit({ type: 'progress', load, phase: 'self_test', done, total }));
    const replaced: string[] = [];
    await this.keeper.use(async (trainer) => {
      replaced.push(...(await this.tiles.check(trainer, (done, total) => this.emit({ type: 'progress', load, phase: 'self_test', done, total }))));
    });
    this.emit({ type: 'self_test', results, replaced });
  }

  private async openSurvey(): Promise<Survey> {
    const module = await import('./survey.ts');
    return new module.Survey({
      paths: this.paths,
      emit: (event) => this.emit(event),
      trainer: () => this.trainer,
      wanted: () => this.drive.wanted,
      interrupt: (task) => this.drive.interrupt(task),
      use: (action) => this.keeper.use(action),
    });
  }

  /** In the order of the commands; nothing happens before a landscape was asked for. */
  private surveyed(act: (survey: Survey) => void): void {
    this.survey?.then(act).catch((error: unknown) => {
      this.survey = null;
      this.fail(error);
    });
  }

  private fail(error: unknown): void {
    this.drive.cut();
    this.surveyed((survey) => survey.fail(error));
    if (error instanceof UnavailableError) {
      this.emit({ type: 'unavailable', reason: error.reason, message: error.message });
      return;
    }
    const { name = 'Error', message = String(error), path, layer, file } = error as Error & { path?: string; layer?: string; file?: string };
    this.emit({ type: 'error', load: this.load, error: { name, message, path, layer, file } });
    this.status();
  }
}
