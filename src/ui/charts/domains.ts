/** Which part of the plane a chart shows: quantised, so that the frame is drawn again only now and then. */
import type { Column } from '../../store/column.ts';
import { isValidation, type Metric, type RunSeries } from '../../store/series.ts';
import type { XAxis } from '../../store/view.ts';
import { type Domain, growingDomain, valueDomain } from './scale.ts';
import type { ChartSpec } from './spec.ts';

export interface Domains {
  x: Domain;
  y: Domain;
}

/** What smooths a noisy curve enough to tell where it is. */
const ROBUST = 0.9;
/** Jitter about the average that should stay in sight. */
const ROOM = 1.25;
const LEAST: Record<XAxis, number> = { step: 50, epoch: 0.2, time: 0.5 };
const DECADES = 8;

export interface AxisChoice {
  axis: XAxis;
  /** 0 while unknown. */
  epochsPerStep: number;
}

/** Positions of a metric's points on the x axis, before the factor. */
export function xOf(series: RunSeries, metric: Metric, { axis, epochsPerStep }: AxisChoice): { xs: ArrayLike<number>; factor: number } {
  if (axis === 'time') return { xs: series.times(metric).data, factor: 1 };
  return { xs: series.steps(metric).data, factor: axis === 'epoch' ? epochsPerStep : 1 };
}

/** A metric as it is drawn: averaged if it is noisy, or as it came. */
export function columnOf(series: RunSeries, metric: Metric, smoothing: number): Column {
  return isValidation(metric) || metric === 'lr' ? series.column(metric) : series.smoothed(metric, smoothing);
}

export function domainsOf(spec: ChartSpec, all: readonly RunSeries[], choice: AxisChoice, smoothing: number): Domains {
  let last = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const firsts: number[] = [];
  for (const series of all) {
    // Of training, in every chart: they stand one below another under one crosshair.
    const train = xOf(series, 'train_loss', choice);
    if (series.step.length > 0) last = Math.max(last, train.xs[series.step.length - 1]! * train.factor);
    for (const { metric } of spec.layers) {
      const steps = series.steps(metric);
      if (steps.length === 0) continue;
      const noisy = !isValidation(metric) && metric !== 'lr';
      const column = noisy ? series.smoothed(metric, Math.max(ROBUST, smoothing)) : series.column(metric);
      const from = spec.fit ? Math.floor(column.length * 0.1) : 0;
      const found = column.extremes(from, column.length);
      if (!found) continue;
      const room = noisy ? ROOM : 1;
      low = Math.min(low, column.data[found.low]! / (spec.log ? room : 1));
      high = Math.max(high, column.data[found.high]! * room);
      if (noisy) firsts.push(column.data[0]!);
    }
  }
  const x = growingDomain(last, LEAST[choice.axis]);
  if (!(high >= low)) return { x, y: emptyDomain(spec) };
  return { x, y: yDomain(spec, low, capped(spec, high, firsts)) };
}

function emptyDomain(spec: ChartSpec): Domain {
  if (spec.percent) return { min: 0, max: 1 };
  return spec.log ? { min: 0.01, max: 3 } : { min: 0, max: 3 };
}

function capped(spec: ChartSpec, high: number, firsts: number[]): number {
  const usual = firsts.filter(Number.isFinite).sort((a, b) => a - b)[Math.floor((firsts.length - 1) / 2)];
  return spec.cap && usual ? Math.min(high, spec.cap * usual) : high;
}

function yDomain(spec: ChartSpec, low: number, high: number): Domain {
  if (spec.percent) return { min: spec.fit ? accuracyFloor(low) : 0, max: 1 };
  if (!spec.log) return valueDomain(0, high, false);
  if (low === high) return valueDomain(high / 10, high * 10, true);
  return valueDomain(Math.max(low, high / 10 ** (spec.decades ?? DECADES)), high, true);
}

/** The end of the curves is where they differ. */
function accuracyFloor(low: number): number {
  return [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.25].find((floor) => low >= floor) ?? 0;
}
