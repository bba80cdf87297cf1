/** Points on their way to the page: batched, at most ten messages a second, and never the same (run, step) twice. */
import type { TrainPoints, ValidationPoints } from '../worker/protocol.ts';
import type { StepPoint, Validation } from './group.ts';

const INTERVAL = 100;

/** What was told of a run. */
interface Seen {
  train: number;
  validation: number;
  diverged: boolean;
}

export class Outbox {
  private points = new Map<string, (StepPoint & { time: number })[]>();
  private validations: ValidationPoints[] = [];
  private readonly sent = new Map<string, Seen>();
  private last = 0;

  constructor(private readonly send: (train: TrainPoints[], validation: ValidationPoints[]) => void) {}

  private seen(run: string): Seen {
    let seen = this.sent.get(run);
    if (!seen) {
      seen = { train: 0, validation: 0, diverged: false };
      this.sent.set(run, seen);
    }
    return seen;
  }

  /** `time`: seconds of training so far. After a lost device steps come again, identical; they are dropped. */
  add(run: string, points: readonly StepPoint[], time: number): void {
    const seen = this.seen(run);
    const list = this.points.get(run) ?? [];
    for (const p of points) {
      if (p.step <= seen.train) continue;
      seen.train = p.step;
      list.push({ ...p, time });
    }
    this.points.set(run, list);
    if (performance.now() - this.last >= INTERVAL) this.flush();
  }

  validation(run: string, step: number, { loss, accuracy, ema }: Validation): void {
    const seen = this.seen(run);
    if (step <= seen.validation) return;
    seen.validation = step;
    const average = ema && { ema_val_loss: ema.loss, ema_val_accuracy: ema.accuracy };
    this.validations.push({ run, step, val_loss: loss, val_accuracy: accuracy, ...average });
  }

  /** Whether this is news: after a lost device a run diverges once more. */
  diverges(run: string): boolean {
    const seen = this.seen(run);
    const news = !seen.diverged;
    seen.diverged = true;
    return news;
  }

  /** The furthest step of any run. */
  get reached(): number {
    return Math.max(0, ...[...this.sent.values()].map((seen) => seen.train));
  }

  flush(): void {
    const train = [...this.points].filter(([, list]) => list.length > 0).map(([run, list]) => pack(run, list));
    const { validations } = this;
    this.points = new Map();
    this.validations = [];
    this.last = performance.now();
    if (train.length > 0 || validations.length > 0) this.send(train, validations);
  }

  /** Everything starts again; what has not been sent is not sent. */
  clear(): void {
    this.points.clear();
    this.validations = [];
    this.sent.clear();
  }

  /** These runs start again. */
  forget(runs: readonly string[]): void {
    for (const run of runs) {
      this.sent.delete(run);
      this.points.delete(run);
      this.validations = this.validations.filter((v) => v.run !== run);
    }
  }
}

function pack(run: string, list: readonly (StepPoint & { time: number })[]): TrainPoints {
  const column = (pick: (p: StepPoint & { time: number }) => number): Float32Array => Float32Array.from(list, pick);
  return {
    run,
    step: Uint32Array.from(list, (p) => p.step),
    train_loss: column((p) => p.loss),
    train_accuracy: column((p) => p.accuracy),
    lr: column((p) => p.lr),
    grad_norm: column((p) => p.grad_norm),
    update_ratio: column((p) => p.update_ratio),
    time: column((p) => p.time),
  };
}
