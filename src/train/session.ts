/**
 * The engine behind the page: takes commands, owns the trainer, tells what happened. Runs in a worker; knows nothing of the interface.
 * Commands that change what is trained wait until the loop has landed; pausing is answered at once.
 */
import { buildDataset } from '../data/build.ts';
import type { Dataset } from '../data/types.ts';
import { type Gpu, requestGpu, UnavailableError } from '../gpu/device.ts';
import { restoreExperiment } from '../model/experiment.ts';
import type { Experiment } from '../model/types.ts';
import type { Command, Event, RunState, Watch } from '../worker/protocol.ts';
import type { LaneSnapshot } from './group.ts';
import { type Lane, makeLane } from './lane.ts';
import { MapPainter } from './maps.ts';
import { Outbox } from './outbox.ts';
import { Speed } from './speed.ts';
import { summariseAdapter, summariseData, summariseRun } from './summary.ts';
import { Trainer } from './trainer.ts';

/** Milliseconds between ticks (status, feature maps) and between checkpoints. */
const TICK = 100;
const CHECKPOINT = 5000;
/** Generated data do not change with the experiment's seed: seeds compare weights and batches, not data sets. */
const DATA_SEED = 1;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Session {
  private gpu: Gpu | null = null;
  private trainer: Trainer | null = null;
  private experiment: Experiment | null = null;
  private data: { key: string; dataset: Dataset } | null = null;
  private load = 0;
  private running = false;
  private loop: Promise<void> = Promise.resolve();
  private queue: Promise<void> = Promise.resolve();
  private watch: Watch | null = null;
  private checkpoint: { at: number; snapshots: Map<string, LaneSnapshot> } | null = null;
  private recovering: Promise<void> | null = null;
  private readonly speed = new Speed();
  private readonly painter = new MapPainter();
  private readonly outbox: Outbox;

  constructor(private readonly emit: (event: Event) => void) {
    this.outbox = new Outbox((train, validation) => this.emit({ type: 'points', load: this.load, train, validation }));
  }

  handle(command: Command): void {
    switch (command.type) {
      case 'pause':
        this.halt();
        return;
      case 'visibility':
        if (this.trainer) this.trainer.pace.visible = command.visible;
        return;
      case 'lose_device':
        this.gpu?.device.destroy();
        return;
      case 'watch':
        this.watch = command.watch;
        if (!this.running) this.enqueue(() => this.paint());
        return;
      case 'load':
        this.load = command.load;
        this.interrupt(() => this.prepare(command.experiment, command.runs, command.dataset), false);
        return;
      case 'update_runs':
        this.interrupt(() => this.updateRuns(command.experiment, command.runs), true);
        return;
      case 'reset':
        this.load = command.load;
        this.interrupt(() => this.reset(), false);
        return;
      case 'start':
        this.enqueue(async () => this.start());
        return;
      case 'step':
        this.interrupt(() => this.steps(command.n, command.request), false);
        return;
      case 'self_test':
        this.interrupt(() => this.selfTest(), true);
        return;
    }
  }

  private enqueue(task: () => Promise<void>): void {
    this.queue = this.queue.then(task).catch((error: unknown) => this.fail(error));
  }

  /** Lets the loop land, does the task, and goes on if `resume` and it was running. */
  private interrupt(task: () => Promise<void>, resume: boolean): void {
    const wasRunning = this.running;
    this.running = false;
    this.enqueue(async () => {
      await this.loop;
      await task();
      if (resume && wasRunning) this.start();
      else this.status();
    });
  }

  private halt(): void {
    if (!this.running) return;
    this.running = false;
    this.status();
  }

  private async acquire(): Promise<Gpu> {
    if (this.gpu && !this.gpu.isLost()) return this.gpu;
    this.emit({ type: 'progress', load: this.load, phase: 'device', done: 0, total: 1 });
    const gpu = await requestGpu();
    this.gpu = gpu;
    this.emit({ type: 'adapter', adapter: summariseAdapter(gpu.info, gpu.device.limits) });
    void gpu.lost.then((message) => this.recover(gpu, message));
    return gpu;
  }

  private async dataFor(experiment: Experiment, dropped: Dataset | undefined): Promise<Dataset> {
    const key = JSON.stringify(experiment.data);
    if (dropped) this.data = { key, dataset: dropped };
    if (this.data?.key === key) return this.data.dataset;
    const { load } = this;
    const dataset = await buildDataset(experiment.data, DATA_SEED, (fraction) =>
      this.emit({ type: 'progress', load, phase: 'data', done: fraction, total: 1 }),
    );
    this.data = { key, dataset };
    return dataset;
  }

  private lanesOf(experiment: Experiment, ids: readonly string[]): Lane[] {
    return experiment.runs.map((spec, i) => makeLane(ids[i], spec, experiment, `runs.${i}`));
  }

  private async prepare(raw: Experiment, ids: readonly string[], dropped: Dataset | undefined): Promise<void> {
    const { load } = this;
    const experiment = restoreExperiment(raw);
    const lanes = this.lanesOf(experiment, ids);
    const gpu = await this.acquire();
    const dataset = await this.dataFor(experiment, dropped);
    if (load !== this.load) return; // another experiment is already waiting
    this.trainer?.destroy();
    this.trainer = null;
    this.checkpoint = null;
    this.experiment = experiment;
    this.outbox.forget(ids);
    this.speed.reset();
    this.trainer = await this.build(gpu, dataset, lanes, undefined);
    this.announce(dataset, lanes);
    await this.paint();
  }

  private build(gpu: Gpu, dataset: Dataset, lanes: Lane[], snapshots: Map<string, LaneSnapshot> | undefined): Promise<Trainer> {
    const { load } = this;
    const { batch_size, loss, eval_every } = this.experiment as Experiment;
    const options = {
      batch_size,
      loss,
      eval_every,
      shuffle: true,
      onProgress: (done: number, total: number) => this.emit({ type: 'progress', load, phase: 'compile', done, total }),
    };
    const events = {
      points: (run: string, points: Parameters<Outbox['add']>[1]) => this.outbox.add(run, points, this.speed.seconds),
      validation: this.outbox.validation.bind(this.outbox),
      diverged: (run: string, { step, layer }: { step: number; layer: string | null }) =>
        this.emit({ type: 'diverged', load: this.load, run, step, layer }),
    };
    return Trainer.create(gpu, dataset, lanes, options, events, snapshots);
  }

  private announce(dataset: Dataset, lanes: readonly Lane[]): void {
    const trainer = this.trainer as Trainer;
    const data = summariseData(dataset);
    this.emit({
      type: 'ready',
      load: this.load,
      data,
      runs: lanes.map((lane) => summariseRun(lane, this.experiment as Experiment, data.fingerprint)),
      plan: {
        lanes: lanes.length,
        dispatches_per_step: trainer.dispatchesPerStep,
        parameters: lanes[0].info.parameters,
        memory: trainer.bytes,
      },
    });
  }

  private async updateRuns(raw: Experiment, ids: readonly string[]): Promise<void> {
    if (!this.trainer || !this.data) return;
    const experiment = restoreExperiment(raw);
    const lanes = this.lanesOf(experiment, ids);
    this.experiment = experiment;
    const fresh = await this.trainer.update(lanes);
    this.outbox.flush();
    this.outbox.forget(fresh);
    if (fresh.length > 0) this.emit({ type: 'restarted', load: this.load, runs: fresh });
    this.checkpoint = null;
    this.announce(this.data.dataset, lanes);
  }

  private async reset(): Promise<void> {
    if (!this.trainer) return;
    this.outbox.flush();
    this.outbox.forget(this.trainer.lanes.map((lane) => lane.id));
    this.checkpoint = null;
    this.speed.reset();
    await this.trainer.reset();
    await this.paint();
  }

  private start(): void {
    if (this.running || !this.trainer) return;
    this.running = true;
    this.status();
    this.loop = this.run(Number.POSITIVE_INFINITY).catch((error: unknown) => this.fail(error));
  }

  /** Trains until paused or the leading run has reached `goal`; looks up every TICK for status, feature maps and checkpoints. */
  private async run(goal: number): Promise<void> {
    this.speed.start();
    try {
      while (this.running && this.trainer && this.trainer.step < goal) {
        const until = performance.now() + TICK;
        try {
          await this.trainer.train(goal, () => !this.running || performance.now() >= until);
        } catch (error) {
          await this.survive(error);
        }
        await this.tick();
        const [wrong] = this.gpu?.errors.splice(0) ?? [];
        if (wrong && !this.gpu?.isLost()) throw new Error(`The GPU reported an error: ${wrong}`);
        if (this.trainer?.lanes.every((lane) => lane.frozen !== null)) this.halt();
      }
    } finally {
      this.speed.stop();
      this.outbox.flush();
    }
  }

  private async tick(): Promise<void> {
    if (!this.trainer) return;
    this.speed.at(this.trainer.leader);
    this.outbox.flush();
    if (this.running) this.status();
    await this.paint();
    if (performance.now() - (this.checkpoint?.at ?? 0) >= CHECKPOINT) {
      try {
        this.checkpoint = { snapshots: await this.trainer.snapshot(), at: performance.now() };
      } catch (error) {
        await this.survive(error);
      }
    }
  }

  private async steps(n: number, request: number): Promise<void> {
    if (this.trainer) {
      this.running = true;
      this.status();
      this.loop = this.run(this.trainer.leader + n);
      await this.loop;
      this.running = false;
    }
    this.status();
    this.emit({ type: 'done', request });
  }

  private async paint(): Promise<void> {
    if (!this.watch || !this.trainer || !this.data) return;
    const { layer, sample } = this.watch;
    try {
      const maps = await this.painter.paint(this.trainer, this.watch);
      const { labels, train } = this.data.dataset;
      this.emit({ type: 'maps', load: this.load, layer, sample, label: labels[train + sample] ?? 0, maps });
    } catch (error) {
      await this.survive(error);
    }
  }

  private status(): void {
    const step = this.trainer?.leader ?? 0;
    const state: RunState = this.running ? 'running' : step > 0 ? 'paused' : 'idle';
    const train = this.trainer?.data.train ?? 1;
    const epoch = (step * (this.experiment?.batch_size ?? 0)) / train;
    this.emit({ type: 'status', load: this.load, state, step, epoch, steps_per_second: this.speed.perSecond });
  }

  /** A failure of a lost device is waited for and recovered from; anything else is thrown on. */
  private async survive(error: unknown): Promise<void> {
    const { gpu } = this;
    if (gpu) await Promise.race([gpu.lost, wait(500)]);
    await this.recovering;
    if (!gpu?.isLost()) throw error;
  }

  /** A new device, the last checkpoint, and on: at most one checkpoint interval is trained again, with identical results. */
  private recover(lost: Gpu, message: string): Promise<void> {
    if (this.gpu !== lost || this.recovering) return this.recovering ?? Promise.resolve();
    const again = async (): Promise<void> => {
      this.emit({ type: 'device_lost', message });
      const lanes = this.trainer?.lanes ?? [];
      this.gpu = null;
      this.painter.forget();
      const gpu = await this.acquire();
      if (lanes.length === 0 || !this.data) return;
      for (const lane of lanes) lane.frozen = null;
      this.trainer = await this.build(gpu, this.data.dataset, lanes, this.checkpoint?.snapshots);
      this.emit({ type: 'resumed', load: this.load, step: this.trainer.leader });
    };
    this.recovering = again()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.recovering = null;
      });
    return this.recovering;
  }

  private async selfTest(): Promise<void> {
    const gpu = await this.acquire();
    const { selfTest } = await import('../gpu/selftest.ts');
    const { load } = this;
    const results = await selfTest(gpu, (done, total) => this.emit({ type: 'progress', load, phase: 'self_test', done, total }));
    this.emit({ type: 'self_test', results });
  }

  private fail(error: unknown): void {
    this.running = false;
    if (error instanceof UnavailableError) {
      this.emit({ type: 'unavailable', reason: error.reason, message: error.message });
      return;
    }
    const { name, message, path, layer, file } = error as Error & { path?: string; layer?: string; file?: string };
    this.emit({ type: 'error', load: this.load, error: { name: name ?? 'Error', message: message ?? String(error), path, layer, file } });
    this.status();
  }
}
