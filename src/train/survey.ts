/** The landscape that the page has asked for: one at a time, in slices between which training has its turn. */
import { LimitError } from '../gpu/device.ts';
import type { Event, LandscapeRequest } from '../worker/protocol.ts';
import { Landscape } from './landscape.ts';
import type { Paths } from './paths.ts';
import { LandscapeError } from './plane.ts';
import type { Trainer } from './trainer.ts';

/** What a survey needs of the session. */
interface Ground {
  paths: Paths;
  emit(event: Event): void;
  trainer(): Trainer | null;
  /** Whether training is to go on between two slices. */
  wanted(): boolean;
  /** Does this when training has landed, and lets it go on. */
  interrupt(task: () => Promise<void>): void;
  /** False when the device was lost meanwhile, and replaced. */
  use(action: (trainer: Trainer) => Promise<unknown>): Promise<boolean>;
}

interface Job {
  load: number;
  request: number;
  wish: LandscapeRequest;
  landscape: Landscape | null;
  /** A slice is being done: what it works with is freed when it ends. */
  busy: boolean;
  /** Milliseconds of work. */
  spent: number;
  /** Devices lost meanwhile. */
  losses: number;
}

/** More lost devices than this, and it is the landscape that loses them. */
const MOST_LOSSES = 2;
/** Milliseconds that training goes on after a slice, at least; else as long as the slice took. */
const TURN = 100;

export class Survey {
  private job: Job | null = null;
  private pumping = false;

  constructor(private readonly ground: Ground) {}

  ask(load: number, request: number, wish: LandscapeRequest): void {
    this.cancel();
    this.job = { load, request, wish, landscape: null, busy: false, spent: 0, losses: 0 };
    if (this.pumping) return;
    this.pumping = true;
    this.pump();
  }

  private pump(): void {
    this.ground.interrupt(async () => {
      const began = performance.now();
      try {
        await this.turn();
      } finally {
        this.pumping = this.job !== null;
        const slice = performance.now() - began;
        if (this.pumping) setTimeout(() => this.pump(), this.ground.wanted() ? Math.max(TURN, slice) : 0);
      }
    });
  }

  private async turn(): Promise<void> {
    if (!this.job) return;
    if (!this.ground.trainer()) return this.fail(new LandscapeError('Nothing is ready to be trained: there are no weights to look around.'));
    if (!(await this.ground.use((trainer) => this.advance(trainer)))) this.lost();
  }

  /** `request`: only this one. */
  cancel(request = this.job?.request): void {
    if (this.job?.request === request) this.end(true);
  }

  private end(cancelled: boolean): void {
    const job = this.release();
    if (job) this.ground.emit({ type: 'landscape_done', load: job.load, request: job.request, cancelled, seconds: job.spent / 1000 });
  }

  private release(): Job | null {
    const { job } = this;
    this.job = null;
    if (job && !job.busy) job.landscape?.destroy();
    return job;
  }

  fail(error: unknown): void {
    const job = this.release();
    const message = error instanceof Error ? error.message : String(error);
    if (job) this.ground.emit({ type: 'landscape_failed', load: job.load, request: job.request, message });
  }

  /** One slice. Throws what the device throws as it goes: then the work goes on from there with the next one. */
  private async advance(trainer: Trainer): Promise<void> {
    const { job } = this;
    if (!job) return;
    const began = performance.now();
    job.busy = true;
    try {
      await this.slice(job, trainer);
    } catch (error) {
      if (!(error instanceof LandscapeError || error instanceof LimitError)) throw error;
      this.fail(error);
    } finally {
      job.busy = false;
      job.spent += performance.now() - began;
      if (this.job !== job) job.landscape?.destroy();
    }
    if (this.job === job && job.landscape?.done === job.landscape?.points) this.end(false);
  }

  private async slice(job: Job, trainer: Trainer): Promise<void> {
    const { load, request } = job;
    if (!job.landscape) {
      job.landscape = await Landscape.create(trainer, job.wish, this.ground.paths);
      if (this.job === job) this.ground.emit({ type: 'landscape', load, request, plane: job.landscape.summary });
    }
    const points = await job.landscape.advance(trainer, () => this.job !== job);
    if (points && this.job === job) this.ground.emit({ type: 'landscape_rows', load, request, ...points });
  }

  private lost(): void {
    const { job } = this;
    if (!job) return;
    job.losses++;
    job.landscape?.halve();
    if (job.losses <= MOST_LOSSES) return;
    this.fail(new LandscapeError('The GPU was lost again and again while the landscape was computed. Training is safe; fewer samples may help.'));
  }
}
