/**
 * Learning-rate sweeps and random search: what is being tried, what was found, and how it ends. The visitor's experiment is only read; the trials
 * train beside it (trials.ts). One search runs at a time; the last sweep and the last random search stay until the next one begins.
 */
import { createStore } from 'zustand/vanilla';
import { formatNumber } from '../model/format.ts';
import {
  checkRandom,
  checkSweep,
  type Dimension,
  draw,
  logSpace,
  narrow,
  type Outcome,
  outcomeOf,
  stepsOfRound,
  type Values,
} from '../model/search.ts';
import { axesFor, withTrial } from '../model/searched.ts';
import type { Experiment, Field, ModelSpec, RunSpec } from '../model/types.ts';
import { type Client, createClient } from '../worker/client.ts';
import { addRun, configStore } from './config.ts';
import { currentDataset } from './engine.ts';
import { Curves } from './series.ts';
import { type Trial, type TrialsEnd, type TrialsJob, trainTrials } from './trials.ts';

export interface SearchTrial extends Trial {
  values: Values;
  /** From 0. */
  round: number;
  steps: number;
}

export type SearchKind = 'sweep' | 'random';

export interface Search {
  /** Name of the run that it was made from, and that run. */
  name: string;
  origin: string;
  /** Name of the experiment that it was made in: what was found outlives it. */
  experiment: string;
  run: RunSpec;
  /** Of the run, where it has a network of its own. */
  model: ModelSpec | undefined;
  trials: readonly SearchTrial[];
  diverged: Readonly<Record<string, { step: number; layer: string | null }>>;
  /** Ranges of each round so far. */
  rounds: readonly (readonly Dimension[])[];
  state: 'running' | 'done' | 'cancelled' | 'failed';
  /** What has to be said of how it went. */
  message: string;
}

export interface SearchProgress {
  kind: SearchKind;
  round: number;
  rounds: number;
  turn: number;
  turns: number;
  step: number;
  steps: number;
}

export interface SearchState {
  progress: SearchProgress | null;
  sweep: Search | null;
  random: Search | null;
}

export const searchStore = createStore<SearchState>(() => ({ progress: null, sweep: null, random: null }));

/** Curves of all trials, by trial. */
export const searchCurves = new Curves();

/** What a trial came to, so far. */
export interface Found extends SearchTrial {
  step: number;
  outcome: Outcome | undefined;
  diverged: { step: number; layer: string | null } | undefined;
  valLoss: number;
  valAccuracy: number;
}

export function foundOf({ trials, diverged }: Search): Found[] {
  return trials.map((trial) => {
    const series = searchCurves.peek(trial.id);
    const losses = series?.train.train_loss;
    return {
      ...trial,
      step: series?.step.last() ?? 0,
      outcome: outcomeOf(losses?.data ?? [], losses?.length ?? 0, diverged[trial.id] !== undefined),
      diverged: diverged[trial.id],
      valLoss: series?.validation.val_loss.last() ?? Number.NaN,
      valAccuracy: series?.validation.val_accuracy.last() ?? Number.NaN,
    };
  });
}

let nextTrial = 1;
let job: TrialsJob | null = null;
let cancelled = false;

/** The run that a search is made from, in an experiment of its own network. Undefined: there is no such run. */
function subject(id: string): { experiment: Experiment; run: RunSpec; model: ModelSpec | undefined } | undefined {
  const { experiment, ids } = configStore.getState();
  const found = experiment.runs[ids.indexOf(id)];
  if (!found) return undefined;
  const { model, color: _, hidden: __, ...run } = found;
  return { experiment: { ...experiment, model: model ?? experiment.model, runs: [run] }, run, model };
}

/** What the worker is asked how many lanes of it fit. */
export const experimentFor = (id: string): Experiment | undefined => subject(id)?.experiment;

function patch(kind: SearchKind, change: Partial<Search>): void {
  const search = searchStore.getState()[kind];
  if (search) searchStore.setState({ [kind]: { ...search, ...change } });
}

function begin(kind: SearchKind, origin: string, { run, model }: { run: RunSpec; model: ModelSpec | undefined }): void {
  const before = searchStore.getState()[kind];
  if (before) searchCurves.drop(before.trials.map((trial) => trial.id));
  cancelled = false;
  const experiment = configStore.getState().experiment.name;
  searchStore.setState({
    [kind]: { name: run.name, origin, experiment, run, model, trials: [], diverged: {}, rounds: [], state: 'running', message: '' },
  });
}

function finish(kind: SearchKind, end: TrialsEnd): void {
  job = null;
  const message = end.kind === 'failed' ? `${end.error.message} What was found stays.` : (searchStore.getState()[kind]?.message ?? '');
  patch(kind, { state: end.kind, message });
  searchStore.setState({ progress: null });
}

interface Round {
  kind: SearchKind;
  experiment: Experiment;
  run: RunSpec;
  values: readonly Values[];
  steps: number;
  most: number;
  round: number;
  rounds: number;
}

/** Trains the trials of one round to their end. */
function trainRound({ kind, experiment, run, values, steps, most, round, rounds }: Round, client: Client): Promise<TrialsEnd> {
  const trials = values.map((v): SearchTrial => {
    return { id: `trial${nextTrial++}`, run: { ...withTrial(run, v), name: nameOf(v) }, values: v, round, steps };
  });
  patch(kind, { trials: [...(searchStore.getState()[kind]?.trials ?? []), ...trials] });
  job = trainTrials(client, { experiment, dataset: currentDataset(), trials, steps, most }, searchCurves, {
    diverged: (id, step, layer) => patch(kind, { diverged: { ...searchStore.getState()[kind]?.diverged, [id]: { step, layer } } }),
    progress: (turn, turns, step) => searchStore.setState({ progress: { kind, round, rounds, turn, turns, step, steps } }),
    fewer: (now) => patch(kind, { message: `The GPU had no room for more than ${now} ${now === 1 ? 'lane' : 'lanes'} at once.` }),
  });
  return job.end;
}

const nameOf = (values: Values): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ');

export interface SweepRequest {
  /** Id of the run whose rate is swept. */
  run: string;
  from: number;
  to: number;
  lanes: number;
  steps: number;
  /** Lanes that fit at once. */
  most: number;
}

/** @throws ModelError when it cannot be begun. Resolves when it has ended, however. */
export async function startSweep(request: SweepRequest, client: () => Client = createClient): Promise<void> {
  const { from, to, lanes, steps, most } = request;
  const found = subject(request.run);
  if (!found || job) return;
  checkSweep(found.run.optimizer.type, from, to, lanes, steps);
  begin('sweep', request.run, found);
  const values = logSpace(from, to, lanes).map((lr) => ({ lr }));
  finish('sweep', await trainRound({ ...found, kind: 'sweep', values, steps, most, round: 0, rounds: 1 }, client()));
}

export interface RandomRequest {
  run: string;
  dimensions: readonly Dimension[];
  /** Trials of each round. */
  lanes: number;
  /** Steps of the first round; each later one has twice as many. */
  steps: number;
  rounds: number;
  seed: number;
  most: number;
}

/** @throws ModelError when it cannot be begun. Resolves when it has ended, however. */
export async function startRandom(request: RandomRequest, client: () => Client = createClient): Promise<void> {
  const { lanes, rounds, seed, most } = request;
  const found = subject(request.run);
  if (!found || job) return;
  const fields: ReadonlyMap<string, Field> = new Map(axesFor(found.run).map(({ name, field }) => [name, field]));
  checkRandom(request.dimensions, fields, lanes, request.steps);
  begin('random', request.run, found);
  let { dimensions } = request;
  let end: TrialsEnd = { kind: 'done' };
  for (let round = 0; round < rounds && end.kind === 'done' && !cancelled; round++) {
    if (round > 0) dimensions = narrow(dimensions, scoresOf(round - 1), fields);
    patch('random', { rounds: [...(searchStore.getState().random?.rounds ?? []), dimensions] });
    const values = draw(dimensions, lanes, seed, round);
    const steps = stepsOfRound(request.steps, round);
    end = await trainRound({ ...found, kind: 'random', values, steps, most, round, rounds }, client());
  }
  finish('random', end);
}

function scoresOf(round: number): { values: Values; final: number }[] {
  const { random } = searchStore.getState();
  const found = random ? foundOf(random).filter((trial) => trial.round === round) : [];
  return found.map(({ values, outcome }) => ({ values, final: outcome?.final ?? Number.NaN }));
}

/** Ends the search that runs; what it has found stays. */
export function cancelSearch(): void {
  cancelled = true;
  job?.cancel();
}

const MOST_NAME = 80;

/** A trial becomes a run of the experiment, which starts at step 0 and catches up. */
export function addToRace({ name, model }: Search, { run }: Trial): void {
  addRun({ ...run, name: `${name}: ${run.name}`.slice(0, MOST_NAME).trimEnd(), ...(model && { model }) });
}
