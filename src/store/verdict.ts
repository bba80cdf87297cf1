/** The verdict table's side of the page: what the visitor asks of it, and the runs with what they have reached. */
import { createStore } from 'zustand/vanilla';
import { diffRuns } from '../model/diff.ts';
import { ledger } from '../model/ledger.ts';
import type { Experiment, RunSpec } from '../model/types.ts';
import { type Contestant, contest, type Group } from '../model/verdict/groups.ts';
import { type Cost, type Measure, type Measures, measure, Tally, type Target, type Validations } from '../model/verdict/measures.ts';
import { configStore, uniqueNames } from './config.ts';
import { live, liveStore } from './live.ts';
import { curves, type RunSeries } from './series.ts';

export interface VerdictChoice {
  target: Target;
  /** What the sentence is about. */
  judgeBy: Measure;
  /** null: in the order of the race. */
  sort: { by: Measure; bestFirst: boolean } | null;
  /** Run id that the others' settings are told against; null or gone: the first. */
  against: string | null;
}

/** As the visitor left it, for as long as the page lives. */
export const verdictStore = createStore<VerdictChoice>(() => ({
  target: { metric: 'val_accuracy', value: 0.9 },
  judgeBy: 'best_accuracy',
  sort: null,
  against: null,
}));

export const setVerdict = verdictStore.setState;

/** Best first, worst first, as in the race. */
export function toggleSort(by: Measure): void {
  const { sort } = verdictStore.getState();
  if (sort?.by !== by) return setVerdict({ sort: { by, bestFirst: true } });
  setVerdict({ sort: sort.bestFirst ? { by, bestFirst: false } : null });
}

/** All runs, grouped by settings, with what they have reached by now. `states`: bytes of optimizer state, run by run. */
export function verdictGroups(target: Target, states: readonly number[]): Group[] {
  const { experiment, ids } = configStore.getState();
  const { diverged } = live();
  const names = uniqueNames(experiment.runs);
  const contestants = ids.map((id, i): Contestant => {
    const spec = experiment.runs[i]!;
    const series = curves.peek(id);
    const step = series?.step.last() ?? 0;
    const cost = { state_bytes: states[i] ?? Number.NaN, step, seconds: series && step > 0 ? series.time.last() : 0 };
    return {
      id,
      name: names[i]!,
      spec,
      seed: spec.seed ?? experiment.seed,
      step,
      validated: series?.validationStep.last() ?? 0,
      diverged: diverged[id]?.step ?? null,
      values: measure(validationsOf(series), target, cost, talliesOf(series).own),
      averaged: averagedOf(series, target),
    };
  });
  return contest(contestants, experiment.model);
}

/** Series only grow; one that begins again is another. */
const tallies = new WeakMap<RunSeries, Readonly<Record<'own' | 'averaged', Tally>>>();

function talliesOf(series: RunSeries | undefined): Readonly<Record<'own' | 'averaged', Tally>> {
  const known = (series && tallies.get(series)) ?? { own: new Tally(), averaged: new Tally() };
  if (series) tallies.set(series, known);
  return known;
}

/** An average costs nothing of its own: its memory is the run's, its time too. */
const FREE: Cost = { state_bytes: Number.NaN, step: 0, seconds: 0 };

/** Of the averaged weights; null of a run that keeps none, or has not validated them yet. */
function averagedOf(series: RunSeries | undefined, target: Target): Measures | null {
  if (!series || series.emaStep.length === 0) return null;
  const { ema, emaStep, emaTime } = series;
  const validations = {
    length: emaStep.length,
    step: emaStep.data,
    time: emaTime.data,
    val_loss: ema.ema_val_loss.data,
    val_accuracy: ema.ema_val_accuracy.data,
  };
  return measure(validations, target, FREE, talliesOf(series).averaged);
}

function validationsOf(series: RunSeries | undefined): Validations {
  if (!series) return { length: 0, step: [], time: [], val_loss: [], val_accuracy: [] };
  const { validation, validationStep, validationTime } = series;
  return {
    length: validationStep.length,
    step: validationStep.data,
    time: validationTime.data,
    val_loss: validation.val_loss.data,
    val_accuracy: validation.val_accuracy.data,
  };
}

/** Bytes of optimizer state, run by run; none while the experiment cannot be read. */
export function stateBytes(experiment: Experiment): readonly number[] {
  try {
    return ledger(experiment).runs.map((run) => run.states);
  } catch {
    return [];
  }
}

/** "SGD → Adam", "lr 1e-3 → 3e-4": what the second has other than the first, seeds aside. */
export function settingsWords(from: RunSpec, to: RunSpec, { model, seed }: Experiment): string[] {
  try {
    return diffRuns(from, { ...to, seed: from.seed }, { model, seed });
  } catch {
    return [];
  }
}

const EVERY_MS = 250;
const EVERY_MS_SOFTWARE = 500;

/** Calls back when curves, divergences or changes in flight are new, at most four times a second. Returns how to stop. */
export function followVerdict(listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        listener();
      },
      live().adapter?.software ? EVERY_MS_SOFTWARE : EVERY_MS,
    );
  };
  const stops = [
    curves.subscribe(soon),
    liveStore.subscribe((now, before) => {
      if (now.diverged !== before.diverged || now.markers !== before.markers) soon();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
  };
}
