/** What the worker must be told when the experiment changes, and what a change in flight is called on the curve. */
import { diffRuns, same } from '../model/diff.ts';
import type { Experiment, RunSpec } from '../model/types.ts';
import type { Config } from './config.ts';

/** `load`: everything anew; `runs`: the same experiment with other runs; `none`: names and colours are nothing to the worker. */
export type Difference = 'load' | 'runs' | 'none';

const SHARED = ['model', 'data', 'batch_size', 'seed', 'loss', 'activation_dtype', 'eval_every'] as const satisfies readonly (keyof Experiment)[];
/** What the worker reads of a run. */
const TRAINED = ['optimizer', 'schedule', 'init', 'seed', 'model'] as const satisfies readonly (keyof RunSpec)[];

export function difference(before: Config, after: Config): Difference {
  if (SHARED.some((key) => !same(before.experiment[key], after.experiment[key]))) return 'load';
  if (!same(before.ids, after.ids)) return 'runs';
  const changed = after.experiment.runs.some((run, i) => TRAINED.some((key) => !same(run[key], before.experiment.runs[i]![key])));
  return changed ? 'runs' : 'none';
}

/** "lr 1e-3 → 3e-4", or nothing if the run restarts with the change anyway. */
export function changeInFlight(before: RunSpec, after: RunSpec, { model, seed }: Experiment): string {
  const restarts =
    before.optimizer.type !== after.optimizer.type ||
    before.optimizer.accumulate_steps !== after.optimizer.accumulate_steps ||
    before.seed !== after.seed ||
    !same(before.init, after.init) ||
    !same(before.model, after.model);
  return restarts ? '' : diffRuns(before, after, { model, seed }).join(', ');
}
