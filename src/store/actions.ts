/** What buttons and keys do when it is more than one change: always with a way back. */
import type { Experiment } from '../model/types.ts';
import { adoptBefore, type Config, configStore, openExperiment, redo, undo } from './config.ts';
import * as engine from './engine.ts';
import { type Divergence, live, type Marker, setLive } from './live.ts';
import { curves, type RunSeries } from './series.ts';
import { toast } from './toasts.ts';
import { setView } from './view.ts';

/** Everything that a Reset, a preset or a change of the model takes away. */
interface Moment {
  config: Config;
  curves: ReadonlyMap<string, RunSeries>;
  step: number;
  epoch: number;
  markers: Readonly<Record<string, readonly Marker[]>>;
  diverged: Readonly<Record<string, Divergence>>;
}

function moment(): Moment {
  const { experiment, ids } = configStore.getState();
  const { step, epoch, markers, diverged } = live();
  return { config: { experiment, ids }, curves: curves.snapshot(), step, epoch, markers, diverged };
}

/**
 * The curves stand there again at once; the worker does the steps again behind them. A run that was changed in flight cannot be done again that
 * way: its curve is trained anew with what it has now.
 */
function goBack(to: Moment): void {
  adoptBefore(to.config);
  engine.reload(to.config, true);
  curves.restore(to.curves);
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

/** Back to step 0: asks nothing, can be undone. */
export function reset(): void {
  const before = moment();
  engine.reset();
  if (before.step > 0) toast(`Reset to step 0.`, { label: 'Undo', run: () => goBack(before) });
}

/** A preset, a network, another data set: the old state stays one press away. */
export function open(experiment: Experiment, what: string): void {
  const before = moment();
  openExperiment(experiment);
  setView({ solo: null, layer: null, sample: 0 });
  engine.sync();
  if (before.config.experiment.runs.length > 0) toast(`${what} opened.`, { label: 'Undo', run: () => goBack(before) });
}

/** Runs a change that may throw the curves away (model, data, batch size, seed, loss) and offers them back if it did. */
let guarded: { before: Moment; time: number } | null = null;
const SAME_EDIT_MS = 4000;

export function edit(change: () => void): void {
  const before = moment();
  change();
  if (before.step === 0) return;
  // Several edits in a row are one way back, to before the first of them.
  if (guarded && Date.now() - guarded.time < SAME_EDIT_MS && guarded.before.step > 0) return;
  guarded = { before, time: Date.now() };
  toast('Changed: back to step 0.', { label: 'Undo', run: () => goBack(before) });
}

export function undoChange(): void {
  toast(undo() ? 'Undone.' : 'Nothing to undo.');
}

export function redoChange(): void {
  toast(redo() ? 'Done again.' : 'Nothing to redo.');
}
