/** The numbers on a run's card: taken from the curves four times a second, not at every point. */
import { createStore } from 'zustand/vanilla';
import { configStore } from './config.ts';
import { curves } from './series.ts';

export interface Summary {
  step: number;
  /** Newest training loss. */
  loss: number;
  valLoss: number;
  /** Best validation accuracy, 0 … 1. */
  best: number;
  /** 1 is the best validation accuracy; 0 while there is nothing to rank by. */
  rank: number;
}

const NOTHING: Summary = { step: 0, loss: Number.NaN, valLoss: Number.NaN, best: Number.NaN, rank: 0 };
const EVERY_MS = 250;

export const summaryStore = createStore<{ summaries: Readonly<Record<string, Summary>> }>(() => ({ summaries: {} }));

export const summaryOf = (id: string, summaries: Readonly<Record<string, Summary>>): Summary => summaries[id] ?? NOTHING;

export function summarise(ids: readonly string[]): Record<string, Summary> {
  const rows = ids.map((id) => {
    const series = curves.peek(id);
    if (!series || series.step.length === 0) return { id, ...NOTHING };
    const { train, validation, step } = series;
    return { id, step: step.last(), loss: train.train_loss.last(), valLoss: validation.val_loss.last(), best: series.best(), rank: 0 };
  });
  // Equal accuracies share a rank; the loss does not decide, since nobody sees it do so.
  for (const row of rows) if (Number.isFinite(row.best)) row.rank = 1 + rows.filter((other) => other.best > row.best).length;
  return Object.fromEntries(rows.map(({ id, ...summary }) => [id, summary]));
}

/** Starts to follow the curves. Returns how to stop. */
export function followCurves(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const update = (): void => {
    timer = undefined;
    summaryStore.setState({ summaries: summarise(configStore.getState().ids) });
  };
  const soon = (): void => {
    timer ??= setTimeout(update, EVERY_MS);
  };
  const stops = [curves.subscribe(soon), configStore.subscribe(soon)];
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
  };
}
