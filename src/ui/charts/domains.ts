/** Which part of the plane a chart shows: quantised, so that the frame is drawn again only now and then. */
import { type Column, lowerBound } from '../../store/column.ts';
import { isNoisy, type Metric, type RunSeries } from '../../store/series.ts';
import type { XAxis, YRange } from '../../store/view.ts';
import { type Domain, growingDomain, valueDomain } from './scale.ts';
import type { ChartSpec } from './spec.ts';
import type { Zoom } from './zoom.ts';

export interface Domains {
  x: Domain;
  y: Domain;
  /** What x would be without a zoom. */
  whole: Domain;
}

/** What smooths a noisy curve enough to tell where it is. */
const ROBUST = 0.9;
/** Jitter about the average that should stay in sight. */
const ROOM = 1.25;
const LEAST_STEPS = 50;
const LEAST_SECONDS = 0.5;
const DECADES = 8;
/** Percentiles are of so many values a curve. */
const SAMPLES = 256;
const OUTLIERS = 0.02;

export interface AxisChoice {
  axis: XAxis;
  log: boolean;
  /** 0 while unknown. */
  epochsPerStep: number;
  samplesPerStep: number;
}

/** How a chart is fitted to its curves. */
export interface Fit {
  choice: AxisChoice;
  smoothing: number;
  range: YRange;
  zoom: Zoom;
}

/** What stands at each step: a curve, or the mean of several. */
interface Positions {
  steps: ArrayLike<number>;
  times: ArrayLike<number>;
}

/** Steps to units of the axis; 1 where they are seconds. */
export function factorOf({ axis, epochsPerStep, samplesPerStep }: AxisChoice): number {
  return axis === 'epoch' ? epochsPerStep : axis === 'samples' ? samplesPerStep : 1;
}

/** Positions on the x axis, before the factor. */
export function positions({ steps, times }: Positions, choice: AxisChoice): { xs: ArrayLike<number>; factor: number } {
  return { xs: choice.axis === 'time' ? times : steps, factor: factorOf(choice) };
}

export const xOf = (series: RunSeries, metric: Metric, choice: AxisChoice): { xs: ArrayLike<number>; factor: number } =>
  positions({ steps: series.steps(metric).data, times: series.times(metric).data }, choice);

/** `behind`: earlier races, which are seen but do not stretch the x axis unless they are alone. */
export function domainsOf(spec: ChartSpec, all: readonly RunSeries[], fit: Fit, behind: readonly RunSeries[] = []): Domains {
  const drawn = all.some((series) => series.step.length > 0);
  const whole = wholeX(drawn ? all : behind, fit.choice);
  const x = fit.zoom.x ?? whole;
  return { x, whole, y: fit.zoom.y[spec.name] ?? fitY(spec, [...all, ...behind], x, fit) };
}

/** Of training, in every chart: they stand one below another under one crosshair. */
function wholeX(all: readonly RunSeries[], choice: AxisChoice): Domain {
  const factor = factorOf(choice);
  const least = choice.axis === 'time' ? LEAST_SECONDS : LEAST_STEPS * factor;
  let last = 0;
  let first = Number.POSITIVE_INFINITY;
  for (const series of all) {
    if (series.step.length === 0) continue;
    const { xs } = xOf(series, 'train_loss', choice);
    last = Math.max(last, xs[series.step.length - 1]! * factor);
    const start = xs[0]! * factor;
    if (start > 0) first = Math.min(first, start);
  }
  if (!choice.log) return growingDomain(last, least);
  return growingDomain(last, least, first < Number.POSITIVE_INFINITY ? first : least / LEAST_STEPS);
}

/** Indices of a curve's points in this range of x. */
function visible(series: RunSeries, metric: Metric, x: Domain, choice: AxisChoice): { from: number; to: number } {
  const { xs, factor } = xOf(series, metric, choice);
  const { length } = series.steps(metric);
  return { from: lowerBound(xs, x.min / factor, 0, length), to: lowerBound(xs, (x.max / factor) * (1 + 1e-9), 0, length) };
}

interface Found {
  low: number;
  high: number;
  /** Where noisy curves begin. */
  firsts: number[];
}

function fitY(spec: ChartSpec, all: readonly RunSeries[], x: Domain, fit: Fit): Domain {
  const found = fit.range === 'inliers' ? inliers(spec, all, x, fit) : extremes(spec, all, x, fit);
  if (!(found.high >= found.low)) return emptyDomain(spec);
  return yDomain(spec, found.low, fit.range === 'auto' ? capped(spec, found.high, found.firsts) : found.high, fit.range);
}

/** What the vertical axis is fitted to, besides what is drawn. */
function fitted(series: RunSeries, metric: Metric, { smoothing, range }: Fit): Column {
  return series.drawn(metric, { auto: Math.max(ROBUST, smoothing), all: 0, inliers: smoothing }[range]);
}

/** Brings the averages up to date that a chart draws and is fitted to. */
export function read(series: RunSeries, metric: Metric, fit: Fit): void {
  fitted(series, metric, fit);
  series.drawn(metric, fit.smoothing);
}

function extremes(spec: ChartSpec, all: readonly RunSeries[], x: Domain, fit: Fit): Found {
  const { choice, range } = fit;
  const result: Found = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY, firsts: [] };
  for (const series of all) {
    for (const { metric } of spec.layers) {
      const noisy = isNoisy(metric);
      const column = fitted(series, metric, fit);
      const { from, to } = visible(series, metric, x, choice);
      const skip = spec.fit && range === 'auto' ? Math.floor(column.length * 0.1) : 0;
      const found = column.extremes(Math.max(from, skip), to);
      if (!found) continue;
      const room = noisy && range === 'auto' ? ROOM : 1;
      result.low = Math.min(result.low, column.data[found.low]! / (spec.log ? room : 1));
      result.high = Math.max(result.high, column.data[found.high]! * room);
      if (noisy) result.firsts.push(column.data[0]!);
    }
  }
  return result;
}

/** The 2nd and 98th percentile of what is drawn. */
function inliers(spec: ChartSpec, all: readonly RunSeries[], x: Domain, fit: Fit): Found {
  const values: number[] = [];
  for (const series of all) {
    for (const { metric } of spec.layers) {
      const { data } = fitted(series, metric, fit);
      const { from, to } = visible(series, metric, x, fit.choice);
      const stride = Math.max(1, (to - from) / SAMPLES);
      for (let i = from; i < to; i += stride) {
        const value = data[Math.floor(i)]!;
        if (Number.isFinite(value) && (!spec.log || value > 0)) values.push(value);
      }
    }
  }
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { low: at(OUTLIERS), high: at(1 - OUTLIERS), firsts: [] };
}

function emptyDomain(spec: ChartSpec): Domain {
  if (spec.percent) return { min: 0, max: 1 };
  return spec.log ? { min: 0.01, max: 3 } : { min: 0, max: 3 };
}

function capped(spec: ChartSpec, high: number, firsts: number[]): number {
  const usual = firsts.filter(Number.isFinite).sort((a, b) => a - b)[Math.floor((firsts.length - 1) / 2)];
  return spec.cap && usual ? Math.min(high, spec.cap * usual) : high;
}

function yDomain(spec: ChartSpec, low: number, high: number, range: YRange): Domain {
  if (spec.percent) return { min: spec.fit ? accuracyFloor(low) : 0, max: 1 };
  if (!spec.log) return valueDomain(range === 'inliers' ? low : 0, high, false);
  if (low === high) return valueDomain(high / 10, high * 10, true);
  const decades = spec.decades ?? (range === 'all' ? Number.POSITIVE_INFINITY : DECADES);
  return valueDomain(Math.max(low, high / 10 ** decades), high, true);
}

/** The end of the curves is where they differ. */
function accuracyFloor(low: number): number {
  return [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.25].find((floor) => low >= floor) ?? 0;
}
