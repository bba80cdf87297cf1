/**
 * Trains many short runs beside the visitor's race: in a worker and on a device of their own, so that the race stays as it is, and giving up is
 * ending the worker. What does not fit at once takes turns. Knows nothing of sweeps or rounds.
 */
import type { Experiment, RunSpec } from '../model/types.ts';
import type { Client } from '../worker/client.ts';
import type { Command, ErrorSummary, Event } from '../worker/protocol.ts';
import type { Curves } from './series.ts';

export interface Trial {
  /** Also its key among the curves. */
  id: string;
  run: RunSpec;
}

export interface TrialsRequest {
  /** Network, data, batch size and loss are its; its runs are not looked at. */
  experiment: Experiment;
  dataset?: Extract<Command, { type: 'load' }>['dataset'];
  trials: readonly Trial[];
  steps: number;
  /** Lanes that fit at once. */
  most: number;
}

export interface TrialsEvents {
  diverged(id: string, step: number, layer: string | null): void;
  /** Steps done of the turn at hand; turns from 0. */
  progress(turn: number, turns: number, step: number): void;
  /** There was less memory than expected: from here on so many at once. */
  fewer(most: number): void;
}

export type TrialsEnd = { kind: 'done' } | { kind: 'cancelled' } | { kind: 'failed'; error: ErrorSummary };

export interface TrialsJob {
  end: Promise<TrialsEnd>;
  /** What has been found stays. */
  cancel(): void;
}

/** The most steps between two validations that an experiment may have. */
const MOST_EVAL_EVERY = 10_000;

class Job {
  readonly end: Promise<TrialsEnd>;
  private finish!: (end: TrialsEnd) => void;
  private ended = false;
  private load = 0;
  private turn = 0;
  /** First trial of the turn at hand. */
  private from = 0;
  private each: number;

  constructor(
    private readonly client: Client,
    private readonly request: TrialsRequest,
    private readonly curves: Curves,
    private readonly events: TrialsEvents,
  ) {
    this.each = Math.max(1, Math.min(request.most, request.trials.length));
    this.end = new Promise((resolve) => {
      this.finish = resolve;
    });
    client.listen({
      event: (event) => !this.ended && this.hear(event),
      crash: (message) => this.stop({ kind: 'failed', error: { name: 'EngineError', message } }),
    });
    this.next();
  }

  stop(end: TrialsEnd): void {
    if (this.ended) return;
    this.ended = true;
    this.client.close();
    this.finish(end);
  }

  private get turns(): number {
    return this.turn + Math.ceil((this.request.trials.length - this.from) / this.each);
  }

  private next(): void {
    const { experiment, dataset, trials, steps } = this.request;
    const lanes = trials.slice(this.from, this.from + this.each);
    if (lanes.length === 0) return this.stop({ kind: 'done' });
    this.load++;
    this.events.progress(this.turn, this.turns, 0);
    const runs = lanes.map(({ run }) => run);
    this.client.send({
      type: 'load',
      load: this.load,
      experiment: { ...experiment, eval_every: Math.min(steps, MOST_EVAL_EVERY), runs },
      runs: lanes.map(({ id }) => id),
      ...(experiment.data.type === 'files' && { dataset }),
    });
  }

  private hear(event: Event): void {
    if ('load' in event && event.load !== this.load) return;
    switch (event.type) {
      case 'ready':
        return this.client.send({ type: 'step', n: this.request.steps, request: this.load });
      case 'points':
        return this.curves.append(event.train, event.validation);
      case 'diverged':
        return this.events.diverged(event.run, event.step, event.layer);
      case 'status':
        return this.events.progress(this.turn, this.turns, event.step);
      case 'done':
        return event.request === this.load ? this.land() : undefined;
      case 'unavailable':
        return this.stop({ kind: 'failed', error: { name: 'UnavailableError', message: event.message } });
      case 'error':
        return this.fail(event.error);
    }
  }

  private land(): void {
    this.from += this.each;
    this.turn++;
    this.next();
  }

  /** The limits of a buffer are known before; how much memory is free is not. */
  private fail(error: ErrorSummary): void {
    if (error.name !== 'LimitError' || this.each === 1) return this.stop({ kind: 'failed', error });
    this.each = Math.ceil(this.each / 2);
    this.curves.drop(this.request.trials.slice(this.from).map(({ id }) => id));
    this.events.fewer(this.each);
    this.next();
  }
}

export function trainTrials(client: Client, request: TrialsRequest, curves: Curves, events: TrialsEvents): TrialsJob {
  const job = new Job(client, request, curves, events);
  return { end: job.end, cancel: () => job.stop({ kind: 'cancelled' }) };
}
