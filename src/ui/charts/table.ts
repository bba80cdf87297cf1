/** The curves as rows: for the table view, for the clipboard, for a file. */
import { csv } from '../../store/csv.ts';
import { curves, EMA_METRICS, type Metric, type RunSeries, TRAIN_METRICS, VALIDATION_METRICS } from '../../store/series.ts';

export interface NamedRun {
  id: string;
  name: string;
}

export type Row = (string | number)[];

/** At so many steps the table view samples the curves. */
const MOST_ROWS = 100;

/** Value at this very step, or NaN. */
function at(series: RunSeries | undefined, metric: Metric, step: number): number {
  if (!series) return Number.NaN;
  const i = series.indexAt(metric, step);
  return i >= 0 && series.steps(metric).data[i] === step ? series.column(metric).data[i]! : Number.NaN;
}

/** Steps at which anything was validated, thinned out evenly; before the first validation, the newest steps. */
export function tableSteps(runs: readonly NamedRun[]): number[] {
  const steps = new Set<number>();
  for (const run of runs) {
    const series = curves.peek(run.id);
    if (!series) continue;
    const source = series.validationStep.length > 0 ? series.validationStep : series.step;
    for (let i = 0; i < source.length; i++) steps.add(source.data[i]!);
  }
  const sorted = [...steps].sort((a, b) => a - b);
  const stride = Math.ceil(sorted.length / MOST_ROWS);
  // Counted from the end, so that the newest step is always there.
  return sorted.filter((_, i) => (sorted.length - 1 - i) % stride === 0);
}

/** A row a step, three columns a run. */
export function tableRows(runs: readonly NamedRun[]): { head: Row; rows: Row[] } {
  const head: Row = ['step', ...runs.flatMap((run) => [`${run.name} train loss`, `${run.name} val loss`, `${run.name} val accuracy`])];
  const rows = tableSteps(runs).map(
    (step): Row => [
      step,
      ...runs.flatMap((run) => {
        const series = curves.peek(run.id);
        return [at(series, 'train_loss', step), at(series, 'val_loss', step), at(series, 'val_accuracy', step)];
      }),
    ],
  );
  return { head, rows };
}

const CHUNK = 4000;

/** Every point of every run, a row a (run, step); in pieces, so that a long race does not stop the page. */
export async function curvesCsv(runs: readonly NamedRun[], epochsPerStep: number): Promise<Blob> {
  const averages = runs.some(({ id }) => (curves.peek(id)?.emaStep.length ?? 0) > 0);
  const validations = [...VALIDATION_METRICS, ...(averages ? EMA_METRICS : [])];
  const parts: string[] = [csv([['run', 'step', 'epoch', 'time', ...TRAIN_METRICS, ...validations]])];
  for (const run of runs) {
    const series = curves.peek(run.id);
    if (!series) continue;
    for (let from = 0; from < series.step.length; from += CHUNK) {
      const rows: Row[] = [];
      for (let i = from; i < Math.min(series.step.length, from + CHUNK); i++) rows.push(row(run.name, series, i, epochsPerStep, validations));
      parts.push(csv(rows));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  return new Blob(parts, { type: 'text/csv' });
}

/** Shortest decimal that reads back as the same float32. */
const short = (value: number): number => {
  for (let digits = 6; digits < 10; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return text;
  }
  return value;
};

function row(name: string, series: RunSeries, i: number, epochsPerStep: number, validations: readonly Metric[]): Row {
  const step = series.step.data[i]!;
  return [
    name,
    step,
    epochsPerStep > 0 ? Number((step * epochsPerStep).toFixed(4)) : Number.NaN,
    short(series.time.data[i]!),
    ...TRAIN_METRICS.map((metric) => short(series.train[metric].data[i]!)),
    ...validations.map((metric) => short(at(series, metric, step))),
  ];
}
