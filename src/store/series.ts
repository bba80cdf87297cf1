/**
 * Every point of every curve, undecimated, for as long as the page lives. Append-only and keyed by (run, step): a point that is already here
 * (sent again after a device loss, a crash or a replay) is dropped, so no fault can repeat or reorder a curve.
 */
import type { TrainPoints, ValidationPoints } from '../worker/protocol.ts';
import { Column, lowerBound, Steps } from './column.ts';
import { Smoothed } from './smooth.ts';

export const TRAIN_METRICS = ['train_loss', 'train_accuracy', 'lr', 'grad_norm', 'update_ratio'] as const;
export const VALIDATION_METRICS = ['val_loss', 'val_accuracy'] as const;
export type TrainMetric = (typeof TRAIN_METRICS)[number];
/** Of the moving average of the weights, for runs that keep one. */
export const EMA_METRICS = ['ema_val_loss', 'ema_val_accuracy'] as const;
export type ValidationMetric = (typeof VALIDATION_METRICS)[number];
export type EmaMetric = (typeof EMA_METRICS)[number];
export type Metric = TrainMetric | ValidationMetric | EmaMetric;

export function isValidation(metric: Metric): metric is ValidationMetric {
  return metric === 'val_loss' || metric === 'val_accuracy';
}

const isEma = (metric: Metric): metric is EmaMetric => metric === 'ema_val_loss' || metric === 'ema_val_accuracy';

/** Worth averaging: one value a batch. */
export function isNoisy(metric: Metric): metric is Exclude<TrainMetric, 'lr'> {
  return !isValidation(metric) && !isEma(metric) && metric !== 'lr';
}

export class RunSeries {
  readonly step = new Steps();
  readonly time = new Column();
  readonly train: Record<TrainMetric, Column> = {
    train_loss: new Column(),
    train_accuracy: new Column(),
    lr: new Column(),
    grad_norm: new Column(),
    update_ratio: new Column(),
  };
  readonly validationStep = new Steps();
  /** Training time at each validation, for the time axis. */
  readonly validationTime = new Column();
  readonly validation: Record<ValidationMetric, Column> = { val_loss: new Column(), val_accuracy: new Column() };
  /** A run may begin to keep an average later: validations of their own. */
  readonly emaStep = new Steps();
  readonly emaTime = new Column();
  readonly ema: Record<EmaMetric, Column> = { ema_val_loss: new Column(), ema_val_accuracy: new Column() };
  /** Of each metric the two averages in use: what is drawn, and what the axis is fitted to. */
  private readonly averages = new Map<TrainMetric, readonly Smoothed[]>();

  addTrain(points: TrainPoints): number {
    let added = 0;
    for (let i = 0; i < points.step.length; i++) {
      const step = points.step[i]!;
      if (step <= this.step.last()) continue;
      this.step.push(step);
      this.time.push(points.time[i]!);
      for (const metric of TRAIN_METRICS) this.train[metric].push(points[metric][i]!);
      added++;
    }
    return added;
  }

  addValidation(point: ValidationPoints): number {
    if (this.validationStep.length > 0 && point.step <= this.validationStep.last()) return 0;
    this.validationStep.push(point.step);
    this.validationTime.push(this.timeAt(point.step));
    this.validation.val_loss.push(point.val_loss);
    this.validation.val_accuracy.push(point.val_accuracy);
    if (point.ema_val_loss !== undefined && point.ema_val_accuracy !== undefined) {
      this.emaStep.push(point.step);
      this.emaTime.push(this.timeAt(point.step));
      this.ema.ema_val_loss.push(point.ema_val_loss);
      this.ema.ema_val_accuracy.push(point.ema_val_accuracy);
    }
    return 1;
  }

  column(metric: Metric): Column {
    if (isEma(metric)) return this.ema[metric];
    return isValidation(metric) ? this.validation[metric] : this.train[metric];
  }

  steps(metric: Metric): Steps {
    if (isEma(metric)) return this.emaStep;
    return isValidation(metric) ? this.validationStep : this.step;
  }

  times(metric: Metric): Column {
    if (isEma(metric)) return this.emaTime;
    return isValidation(metric) ? this.validationTime : this.time;
  }

  /** The average of one metric; a third weight takes the place of the one that was not asked for last. */
  smoothed(metric: TrainMetric, weight: number): Column {
    if (weight === 0) return this.train[metric];
    const known = this.averages.get(metric) ?? [];
    const average = known.find((a) => a.weight === weight) ?? new Smoothed(weight);
    if (known[0] !== average) this.averages.set(metric, [average, ...known.filter((a) => a !== average).slice(0, 1)]);
    return average.follow(this.train[metric]);
  }

  /** A metric as it is drawn: averaged if it is noisy, or as it came. */
  drawn(metric: Metric, weight: number): Column {
    return isNoisy(metric) ? this.smoothed(metric, weight) : this.column(metric);
  }

  /** Index of the last point at or before this step; −1 before the first. */
  indexAt(metric: Metric, step: number): number {
    const steps = this.steps(metric);
    return lowerBound(steps.data, step + 1, 0, steps.length) - 1;
  }

  timeAt(step: number): number {
    const i = this.indexAt('train_loss', step);
    return i < 0 ? 0 : this.time.data[i]!;
  }

  /** Largest validation accuracy so far, or NaN. */
  best(): number {
    const { val_accuracy } = this.validation;
    const found = val_accuracy.extremes(0, val_accuracy.length);
    return found ? val_accuracy.data[found.high]! : Number.NaN;
  }
}

/** All runs' curves, by run id; `version` counts changes. */
export class Curves {
  private readonly runs = new Map<string, RunSeries>();
  private readonly listeners = new Set<() => void>();
  version = 0;

  /** The curves of a run; created on first use. */
  of(run: string): RunSeries {
    let series = this.runs.get(run);
    if (!series) this.runs.set(run, (series = new RunSeries()));
    return series;
  }

  peek(run: string): RunSeries | undefined {
    return this.runs.get(run);
  }

  append(train: readonly TrainPoints[], validation: readonly ValidationPoints[]): void {
    let added = 0;
    for (const points of train) added += this.of(points.run).addTrain(points);
    for (const point of validation) added += this.of(point.run).addValidation(point);
    if (added > 0) this.touch();
  }

  drop(runs: readonly string[]): void {
    for (const run of runs) this.runs.delete(run);
    this.touch();
  }

  clear(): void {
    this.runs.clear();
    this.touch();
  }

  /** Keeps what Undo of Reset brings back; the series are not copied, since `clear` forgets them and never changes them. */
  snapshot(): ReadonlyMap<string, RunSeries> {
    return new Map(this.runs);
  }

  restore(snapshot: ReadonlyMap<string, RunSeries>): void {
    this.runs.clear();
    for (const [run, series] of snapshot) this.runs.set(run, series);
    this.touch();
  }

  /** Newest step of any run. */
  lastStep(): number {
    let last = 0;
    for (const series of this.runs.values()) last = Math.max(last, series.step.last());
    return last;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  touch(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

/** The curves of this page. */
export const curves = new Curves();
