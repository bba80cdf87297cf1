/**
 * When a session trains. Tasks that change what is trained are done one after another, between two submits; training goes on after them if the
 * visitor wants it. Pausing is answered at once.
 */
import type { Trainer } from './trainer.ts';

/** Milliseconds between ticks, the same at full speed. A tick waits for what is in flight. */
const TICK = 100;
const FAST_TICK = 500;

/** What is driven. */
export interface Vehicle {
  /** null while there is nothing to train. */
  trainer(): Trainer | null;
  began(): void;
  /** Trains up to step `goal`, or until `stop()`. */
  advance(goal: number, stop: () => boolean): Promise<void>;
  /** Nothing is in flight for a moment. */
  tick(): Promise<void>;
  /** However it ended. */
  ended(): void;
  /** It ended, and nothing went wrong. */
  rested(): Promise<void>;
  /** Whether it runs, or where it stands, has changed. */
  status(): void;
  failed(error: unknown): void;
}

/** No run learns any more, or there is none. */
export const isStuck = (trainer: Trainer | null): boolean => trainer?.lanes.every((lane) => lane.frozen !== null) ?? true;

export class Drive {
  private on = false;
  private goesOn = false;
  /** A request for n steps is being done: only `cut` ends it early. */
  private stepping = false;
  private cuts = 0;
  private loop: Promise<void> = Promise.resolve();
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly vehicle: Vehicle) {}

  get running(): boolean {
    return this.on;
  }

  /** The visitor wants training to go on. */
  get wanted(): boolean {
    return this.goesOn;
  }

  /** After all that was asked for before. */
  enqueue(task: () => Promise<void>): void {
    this.queue = this.queue.then(task).catch((error: unknown) => this.vehicle.failed(error));
  }

  /** Lets the loop land (or the steps that were asked for end), does the task, and goes on if the visitor wants it. */
  interrupt(task: () => Promise<void>): void {
    if (!this.stepping) this.on = false;
    this.enqueue(async () => {
      this.on = false;
      await this.loop;
      await task();
      if (this.goesOn) this.go();
      else this.vehicle.status();
    });
  }

  /** As soon as what is in flight has landed; not at all where training goes on. */
  atRest(task: () => Promise<void>): Promise<void> {
    return this.on ? Promise.resolve() : this.loop.then(task);
  }

  /** Nothing that was asked for before is wanted any more. */
  cut(): void {
    this.cuts++;
    this.goesOn = false;
    this.on = false;
  }

  pause(): void {
    const { on } = this;
    this.cut();
    if (on) this.vehicle.status();
  }

  start(): void {
    this.goesOn = true;
    this.enqueue(async () => this.go());
  }

  /** `n` more steps, then `done()`; none of them once there was a cut. */
  step(n: number, done: () => void): void {
    const { cuts } = this;
    this.goesOn = false;
    this.interrupt(async () => {
      const trainer = this.vehicle.trainer();
      if (trainer && n > 0 && cuts === this.cuts) {
        this.stepping = true;
        this.run(trainer.leader + n);
        await this.loop;
        this.stepping = false;
        this.on = false;
      }
      this.vehicle.status();
      done();
    });
  }

  private go(): void {
    if (!this.on && this.vehicle.trainer() && this.goesOn) this.run(Number.POSITIVE_INFINITY);
  }

  private run(goal: number): void {
    this.on = true;
    this.vehicle.status();
    this.loop = this.train(goal).catch((error: unknown) => this.vehicle.failed(error));
  }

  /** Until paused, or until all runs have reached `goal` or learn no more. */
  private async train(goal: number): Promise<void> {
    const { vehicle } = this;
    vehicle.began();
    try {
      for (let trainer = vehicle.trainer(); this.on && trainer && !isStuck(trainer) && trainer.step < goal; trainer = vehicle.trainer()) {
        const until = performance.now() + (trainer.pace.fast ? FAST_TICK : TICK);
        await vehicle.advance(goal, () => !this.on || performance.now() >= until);
        await vehicle.tick();
      }
      if (this.on && isStuck(vehicle.trainer())) this.pause();
    } finally {
      vehicle.ended();
    }
    await vehicle.rested();
  }
}
