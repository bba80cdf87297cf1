/** What buttons and keys do when it is more than one change: always with a way back, curves included. */
import { groupRuns } from '../model/groups.ts';
import type { Experiment, RunSpec } from '../model/types.ts';
import { adoptBefore, type Config, commit, configStore, freshId, openExperiment, redo, undo } from './config.ts';
import { forgetRaces, keepRace } from './earlier.ts';
import * as engine from './engine.ts';
import { type Divergence, live, type Marker, setLive } from './live.ts';
import { curves, type RunSeries } from './series.ts';
import { toast } from './toasts.ts';
import { setView, viewStore } from './view.ts';

/** Everything that a Reset, a preset or a change of the model takes away. */
interface Moment {
  config: Config;
  curves: ReadonlyMap<string, RunSeries>;
  step: number;
  epoch: number;
  markers: Readonly<Record<string, readonly Marker[]>>;
  diverged: Readonly<Record<string, Divergence>>;
}

/** Curves of so many earlier experiments are kept for Undo. */
const MOST_MOMENTS = 4;

let moments: readonly Moment[] = [];
/** What the change is called while it is being made. */
let opening = '';

/** While an Undo does the steps again the worker is behind the curves. */
const reached = (): number => Math.max(live().step, curves.lastStep());

function keepMoment(config: Config): Moment {
  const { epoch, markers, diverged } = live();
  const moment = { config, curves: curves.snapshot(), step: reached(), epoch, markers, diverged };
  moments = [moment, ...moments].slice(0, MOST_MOMENTS);
  if (viewStore.getState().keepRaces) keepRace(config);
  return moment;
}

/** Before a change throws the curves away: keeps them, and offers them back. */
function offerBack(before: Config): void {
  const moment = keepMoment(before);
  toast(opening === '' ? 'Changed: back to step 0.' : `${opening} opened.`, { label: 'Undo', run: () => goBack(moment) });
}

function goBack(to: Moment): void {
  adoptBefore(to.config);
  bringBack(to);
}

/**
 * The curves stand there again at once; the worker does the steps again behind them. A run that was changed in flight cannot be done again that
 * way: its curve is trained anew with what it has now.
 */
function bringBack(to: Moment): void {
  engine.reload(to.config, true);
  curves.restore(to.curves);
  forgetRaces(to.curves);
  const changed = Object.keys(to.markers).filter((id) => to.markers[id]!.length > 0);
  setLive({ step: to.step, epoch: to.epoch, diverged: to.diverged, markers: {} });
  engine.replay(false);
  if (changed.length === 0) return;
  curves.drop(changed);
  toast(
    changed.length === 1
      ? 'One run was changed in flight and is trained anew.'
      : `${changed.length} runs were changed in flight and are trained anew.`,
  );
}

export function followChanges(): void {
  engine.onDiscard(offerBack);
}

/** Back to step 0: asks nothing, can be undone. */
export function reset(): void {
  engine.sync();
  const { experiment, ids } = configStore.getState();
  const before = reached() > 0 ? keepMoment({ experiment, ids }) : null;
  engine.reset();
  if (before) toast('Reset to step 0.', { label: 'Undo', run: () => goBack(before) });
}

/** What runs with several seeds are for: a mean and its band in place of a tangle. */
export function groupSeeds({ runs, model, seed }: Experiment): void {
  const ids = runs.map((_, i) => String(i));
  setView({ groupBy: groupRuns(runs, ids, 'seeds', { model, seed }) ? 'seeds' : 'none' });
}

/** A preset or a link: the old state stays one press away. */
export function open(experiment: Experiment, what: string): void {
  const drawn = curves.lastStep() > 0;
  opening = what;
  openExperiment(experiment);
  setView({ solo: null, layer: null, sample: 0 });
  groupSeeds(experiment);
  engine.sync();
  opening = '';
  if (!drawn) toast(`${what} opened.`, { label: 'Undo', run: undoChange });
}

/** Other runs in the place of all (a grid): one step back brings back the old ones, curves included. */
export function replaceRuns(runs: readonly RunSpec[], what: string): void {
  engine.sync();
  const { experiment, ids } = configStore.getState();
  const before = curves.lastStep() > 0 ? keepMoment({ experiment, ids }) : null;
  commit({ experiment: { ...experiment, runs }, ids: runs.map(freshId) });
  setView({ solo: null });
  engine.sync();
  toast(what, { label: 'Undo', run: before ? () => goBack(before) : undoChange });
}

export function undoChange(): void {
  if (!undo()) return toast('Nothing to undo.');
  const moment = moments.find((m) => m.config.experiment === configStore.getState().experiment);
  if (moment) bringBack(moment);
  else toast('Undone.');
}

export function redoChange(): void {
  toast(redo() ? 'Done again.' : 'Nothing to redo.');
}
