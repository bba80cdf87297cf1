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

export function measure(curve: Validations, target: Target, { state_bytes, step, seconds }: Cost): Measures {
  const last = curve.length - 1;
  const reached = reachedAt(curve, target);
  return {
    final_accuracy: at(curve.val_accuracy, last),
    best_accuracy: extreme(curve.val_accuracy, curve.length, Math.max),
    final_loss: at(curve.val_loss, last),
    best_loss: extreme(curve.val_loss, curve.length, Math.min),
    mean_loss: meanHeight(curve),
    target_steps: at(curve.step, reached),
    target_seconds: at(curve.time, reached),
    state_bytes,
    step_seconds: step > 0 ? seconds / step : Number.NaN,
  };
}

const at = (values: ArrayLike<number>, i: number): number => values[i] ?? Number.NaN;

/** Index of the first validation at or past the target; −1 before there is one. Curves are float32: 90 % is reached by the float32 next to it. */
function reachedAt(curve: Validations, { metric, value }: Target): number {
  const values = curve[metric];
  const goal = Math.fround(value);
  for (let i = 0; i < curve.length; i++) if (metric === 'val_accuracy' ? values[i]! >= goal : values[i]! <= goal) return i;
  return -1;
}

function extreme(values: ArrayLike<number>, length: number, better: (a: number, b: number) => number): number {
  let found = Number.NaN;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) found = Number.isNaN(found) ? value : better(found, value);
  }
  return found;
}

/** Area under the validation loss by trapezoids, from the first validation to the last, over the steps between them. */
function meanHeight({ length, step, val_loss }: Validations): number {
  let area = 0;
  for (let i = 1; i < length; i++) area += ((val_loss[i - 1]! + val_loss[i]!) / 2) * (step[i]! - step[i - 1]!);
  return length < 2 ? Number.NaN : area / (step[length - 1]! - step[0]!);
}

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
