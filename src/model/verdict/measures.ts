/** What one validation curve says and what the run cost: the numbers of the verdict. Pure; NaN where there is no answer (yet). */
import { formatBytes, formatLoss, formatNumber, parseNumber } from '../format.ts';

/** The validations of one run, in order; only the first `length` entries mean something. `val_accuracy` is a share, `time` in seconds. */
export interface Validations {
  length: number;
  step: ArrayLike<number>;
  time: ArrayLike<number>;
  val_loss: ArrayLike<number>;
  val_accuracy: ArrayLike<number>;
}

/** "Validation accuracy of at least 0.9", "validation loss of at most 0.3". */
export interface Target {
  metric: 'val_accuracy' | 'val_loss';
  value: number;
}

type Kind = 'accuracy' | 'loss' | 'steps' | 'seconds' | 'bytes' | 'pace';

interface MeasureDefinition {
  better: 'high' | 'low';
  kind: Kind;
  /** In full, for sentences and files. */
  name: string;
  help: string;
  /** Differs from seed to seed and says who learns better: a verdict may be given on it. */
  judged: boolean;
}

const define = (better: 'high' | 'low', kind: Kind, name: string, help: string, judged = true): MeasureDefinition => ({
  better,
  kind,
  name,
  help,
  judged,
});

/** In the order of the columns. */
export const MEASURES = {
  final_accuracy: define('high', 'accuracy', 'final validation accuracy', 'Of the newest validation.'),
  best_accuracy: define('high', 'accuracy', 'best validation accuracy', 'The highest so far.'),
  final_loss: define('low', 'loss', 'final validation loss', 'Of the newest validation.'),
  best_loss: define('low', 'loss', 'best validation loss', 'The lowest so far.'),
  mean_loss: define('low', 'loss', 'mean validation loss', 'Area under the validation-loss curve, divided by its steps: low for who learns early.'),
  target_steps: define('low', 'steps', 'steps to the target', 'The first validation at or past the target; nothing is interpolated.'),
  target_seconds: define('low', 'seconds', 'seconds to the target', 'Training time at that validation.'),
  state_bytes: define('low', 'bytes', 'optimizer state', 'Memory that the optimizer keeps between steps: buffers × parameters × 4 bytes.', false),
  step_seconds: define(
    'low',
    'pace',
    'time per step',
    'Training time divided by steps. Runs that share dispatches share their time: it is the race’s.',
    false,
  ),
} as const satisfies Record<string, MeasureDefinition>;

export type Measure = keyof typeof MEASURES;
export type Measures = Readonly<Record<Measure, number>>;

export const measures = Object.keys(MEASURES) as Measure[];

/** What the run cost, which no validation knows. */
export interface Cost {
  state_bytes: number;
  /** Newest training step, and the training time there. */
  step: number;
  seconds: number;
}

const NONE = -1;

/** What is known of a curve that only grows: a look costs no more than the validations that are new, however long the race. */
export class Tally {
  private seen = 0;
  private target: Target | null = null;
  bestAccuracy = Number.NaN;
  bestLoss = Number.NaN;
  /** Area under the validation loss, by trapezoids. */
  area = 0;
  /** Index of the first validation at or past the target; −1 before there is one. */
  reached = NONE;
  /** Validations that were asked whether they reach the target. */
  private asked = 0;

  follow(curve: Validations, target: Target): this {
    const { length, step, val_loss, val_accuracy } = curve;
    for (let i = this.seen; i < length; i++) {
      this.bestAccuracy = better(this.bestAccuracy, val_accuracy[i]!, Math.max);
      this.bestLoss = better(this.bestLoss, val_loss[i]!, Math.min);
      if (i > 0) this.area += ((val_loss[i - 1]! + val_loss[i]!) / 2) * (step[i]! - step[i - 1]!);
    }
    this.seen = length;
    this.aim(curve, target);
    return this;
  }

  private aim(curve: Validations, target: Target): void {
    if (this.target?.metric !== target.metric || this.target.value !== target.value) {
      this.target = target;
      this.reached = NONE;
      this.asked = 0;
    }
    const values = curve[target.metric];
    // Curves are float32: 90 % is reached by the float32 next to it.
    const goal = Math.fround(target.value);
    for (; this.reached === NONE && this.asked < curve.length; this.asked++) {
      const value = values[this.asked]!;
      if (target.metric === 'val_accuracy' ? value >= goal : value <= goal) this.reached = this.asked;
    }
  }
}

const better = (best: number, value: number, choose: (a: number, b: number) => number): number =>
  !Number.isFinite(value) ? best : Number.isNaN(best) ? value : choose(best, value);

/** `tally`: of the same curve, from the last time. */
export function measure(curve: Validations, target: Target, { state_bytes, step, seconds }: Cost, tally = new Tally()): Measures {
  const { length } = curve;
  const { bestAccuracy, bestLoss, area, reached } = tally.follow(curve, target);
  return {
    final_accuracy: at(curve.val_accuracy, length - 1),
    best_accuracy: bestAccuracy,
    final_loss: at(curve.val_loss, length - 1),
    best_loss: bestLoss,
    mean_loss: length < 2 ? Number.NaN : area / (curve.step[length - 1]! - curve.step[0]!),
    target_steps: at(curve.step, reached),
    target_seconds: at(curve.time, reached),
    state_bytes,
    step_seconds: step > 0 ? seconds / step : Number.NaN,
  };
}

const at = (values: ArrayLike<number>, i: number): number => values[i] ?? Number.NaN;

/** "90 %", "90" and "0.9" are the same accuracy. undefined for what is no target. */
export function parseTarget(text: string, metric: Target['metric']): number | undefined {
  const number = parseNumber(text);
  if (number === undefined || number <= 0) return undefined;
  if (metric === 'val_loss') return number;
  const share = number > 1 ? number / 100 : number;
  return share <= 1 ? share : undefined;
}

export const formatTarget = ({ metric, value }: Target): string =>
  metric === 'val_accuracy' ? `${Number((value * 100).toPrecision(6))} %` : formatNumber(value);

/** One value as a table cell has it, in the units that `unit` names. */
export function formatMeasure(of: Measure, value: number): string {
  if (Number.isNaN(value)) return '–';
  switch (MEASURES[of].kind) {
    case 'accuracy':
      return (value * 100).toFixed(1);
    case 'loss':
      return formatLoss(value);
    case 'steps':
      return String(Math.round(value));
    case 'seconds':
      return value.toFixed(value < 9.95 ? 2 : 1);
    case 'bytes':
      return value === 0 ? '0' : formatBytes(value);
    case 'pace':
      return (value * 1000).toFixed(value < 0.00995 ? 2 : 1);
  }
}

/** Half-width of an interval, in the decimals of `formatMeasure`. */
export const formatHalf = (of: Measure, half: number): string =>
  MEASURES[of].kind === 'loss' && half > 0 ? String(Number(half.toPrecision(2))) : formatMeasure(of, half);

/** What `formatMeasure` leaves out. */
export const unit = (of: Measure): string => ({ accuracy: '%', loss: '', steps: 'steps', seconds: 's', bytes: '', pace: 'ms' })[MEASURES[of].kind];
