/**
 * What the visitor has set up: the experiment, an id for each of its runs, and the way back. Plain functions change it; every change is a new
 * object, so that "what differs from what the worker has" is a comparison of references and values, never a flag that somebody forgot.
 */
import { createStore } from 'zustand/vanilla';
import type { Experiment, RunSpec } from '../model/types.ts';

export interface Config {
  experiment: Experiment;
  /** One id a run, same order; names may repeat, ids never do. */
  ids: readonly string[];
}

export interface ConfigState extends Config {
  past: readonly Config[];
  future: readonly Config[];
}

/** Changes of the same thing within this time are one step back (a slider being dragged). */
const COALESCE_MS = 800;
const MOST_STEPS_BACK = 100;

const EMPTY: Experiment = {
  name: '',
  model: { input: [1, 1, 1], layers: [] },
  data: { type: '' },
  batch_size: 1,
  loss: { type: '' },
  seed: 0,
  eval_every: 1,
  runs: [],
};

export const configStore = createStore<ConfigState>(() => ({ experiment: EMPTY, ids: [], past: [], future: [] }));

let nextId = 1;
let lastKey = '';
let lastTime = 0;

export const freshId = (): string => `run${nextId++}`;

/** A stored session comes back with its ids; new ones must not repeat them. */
export function adopt(config: Config): void {
  for (const id of config.ids) nextId = Math.max(nextId, Number(id.replace(/\D/g, '')) + 1 || 1);
  lastKey = '';
  configStore.setState({ ...config, past: [], future: [] });
}

/** Another experiment altogether (preset, link, automation). It can be undone like any other change. */
export function openExperiment(experiment: Experiment): void {
  commit({ experiment, ids: experiment.runs.map(freshId) });
}

/** An earlier configuration, as one more step that can be undone. */
export function adoptBefore(config: Config): void {
  lastKey = '';
  commit(config);
}

/** `key` names what is being changed, so that a drag is one step back. */
export function commit(next: Config, key = ''): void {
  const { experiment, ids, past } = configStore.getState();
  const now = Date.now();
  const same = key !== '' && key === lastKey && now - lastTime < COALESCE_MS;
  lastKey = key;
  lastTime = now;
  const steps = same || experiment === EMPTY ? past : [...past.slice(1 - MOST_STEPS_BACK), { experiment, ids }];
  configStore.setState({ ...next, past: steps, future: [] });
}

export function undo(): boolean {
  const { experiment, ids, past, future } = configStore.getState();
  const before = past.at(-1);
  if (!before) return false;
  lastKey = '';
  configStore.setState({ ...before, past: past.slice(0, -1), future: [{ experiment, ids }, ...future] });
  return true;
}

export function redo(): boolean {
  const { experiment, ids, past, future } = configStore.getState();
  const after = future[0];
  if (!after) return false;
  lastKey = '';
  configStore.setState({ ...after, past: [...past, { experiment, ids }], future: future.slice(1) });
  return true;
}

export function editExperiment(patch: Partial<Omit<Experiment, 'runs'>>, key = Object.keys(patch).join()): void {
  const { experiment, ids } = configStore.getState();
  commit({ experiment: tidy({ ...experiment, ...patch }), ids }, key);
}

export function runOf(id: string): RunSpec | undefined {
  const { experiment, ids } = configStore.getState();
  return experiment.runs[ids.indexOf(id)];
}

export function editRun(id: string, patch: Partial<RunSpec>, key = ''): void {
  const { experiment, ids } = configStore.getState();
  const at = ids.indexOf(id);
  const runs = experiment.runs.map((run, i) => (i === at ? tidy({ ...run, ...patch }) : run));
  commit({ experiment: { ...experiment, runs }, ids }, key && `${id}.${key}`);
}

/** Keys set to undefined go: what is left out takes its default, in links too. */
/** Without the keys that a change took away. */
function tidy<T extends object>(spec: T): T {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as T;
}

export function addRun(run: RunSpec, after?: string): string {
  const { experiment, ids } = configStore.getState();
  const id = freshId();
  const at = after === undefined ? ids.length : ids.indexOf(after) + 1;
  // Colours are by position unless chosen: fix them, so that a run put in between recolours nobody.
  const fixed = experiment.runs.map((r, i) => (after !== undefined && i >= at ? { ...r, color: r.color ?? i } : r));
  const color = run.color ?? freeColor(experiment.runs);
  commit({ experiment: { ...experiment, runs: fixed.toSpliced(at, 0, { ...run, color }) }, ids: ids.toSpliced(at, 0, id) });
  return id;
}

export function duplicateRun(id: string): void {
  const run = runOf(id);
  if (!run) return;
  const { color: _, hidden: __, ...rest } = run;
  addRun({ ...rest, name: copyName(run.name) }, id);
}

export function removeRun(id: string): void {
  const { experiment, ids } = configStore.getState();
  const at = ids.indexOf(id);
  if (at < 0 || ids.length === 1) return;
  const runs = experiment.runs.map((run, i) => (i > at ? { ...run, color: run.color ?? i } : run)).toSpliced(at, 1);
  commit({ experiment: { ...experiment, runs }, ids: ids.toSpliced(at, 1) });
}

/** Index into the palette. */
export const colorOf = (run: RunSpec, position: number): number => run.color ?? position;

function freeColor(runs: readonly RunSpec[]): number {
  const taken = new Set(runs.map(colorOf));
  let color = 0;
  while (taken.has(color)) color++;
  return color;
}

function copyName(name: string): string {
  const names = new Set(configStore.getState().experiment.runs.map((run) => run.name));
  const base = name.replace(/ \d+$/, '');
  for (let n = 2; ; n++) if (!names.has(`${base} ${n}`)) return `${base} ${n}`.slice(0, 80);
}

/** Run names, made different where they repeat: "Adam", "Adam (2)". Parallel to the ids. */
export function uniqueNames(runs: readonly RunSpec[]): string[] {
  const seen = new Map<string, number>();
  return runs.map(({ name }) => {
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return n === 1 ? name : `${name} (${n})`;
  });
}
