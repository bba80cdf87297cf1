/** What a schedule will do, before it does it: samples for a picture, and what is worth saying about it. */

import { formatNumber } from './format.ts';
import { momentumArgument, movingMomentum } from './momentum.ts';
import { commonOf } from './optimizers/common.ts';
import { optimizers, resolveOptimizer } from './optimizers/index.ts';
import { type Epoch, followerOf, rateOf, resolveSchedule, type ScheduleDefinition, schedules } from './schedules/index.ts';
import type { Args, OptimizerSpec, ScheduleSpec } from './types.ts';

/** What a preview depends on beside the run itself. */
export interface PreviewContext {
  /** Undefined while the data are not known. */
  epoch: Epoch | undefined;
  /** Steps between two validations. */
  eval_every: number;
  /** The picture reaches at least to this step. */
  least?: number;
}

export interface Preview {
  /** Steps from the left end of the picture to the right one. */
  steps: number;
  /** Finished steps at each sample, rising. */
  at: readonly number[];
  lr: readonly number[];
  /** Momentum or β₁, where the schedule moves it. */
  momentum: readonly number[] | null;
  /** A log axis suits the rate. */
  log: boolean;
  /** The rate follows the validation: what is shown is what would happen if that never got better. */
  follows: boolean;
  /** Step from which on nothing moves any more, and the rate that stays; null for a schedule without an end. */
  end: { step: number; lr: number } | null;
  /** Step at which a curve that does not end is at its lowest before it turns. */
  turn: number | null;
  /** Sentences for the visitor. */
  notes: readonly string[];
}

/** Of a schedule without a length of its own. */
const USUAL = 1000;
/** About one a pixel. */
const SAMPLES = 240;
const FURTHEST = 1e8;

type Run = { optimizer: OptimizerSpec; schedule?: ScheduleSpec };

/** @throws ModelError for arguments that are out of range. Null while it cannot be said how long an epoch is. */
export function previewOf(run: Run, { epoch, eval_every, least = 0 }: PreviewContext): Preview | null {
  const spec = run.schedule ?? { type: 'constant' };
  const args = resolveSchedule(spec);
  const definition = schedules[spec.type]!;
  if (args.interval === 'epoch' && !epoch) return null;
  // Schedules count updates; the picture shows steps, of which an update takes several where gradients are accumulated.
  const k = commonOf(resolveOptimizer(run.optimizer)).accumulate;
  const unit = definition.plateau ? eval_every : args.interval === 'epoch' && epoch ? epoch.train / epoch.batch_size : k;
  const warm = k * (args.warmup_steps as number);
  const step = (count: number): number => Math.min(FURTHEST, warm + Math.ceil(count * unit - 1e-6));
  const reach = step(definition.reach(args));
  const steps = Math.max(10, least, reach === warm ? Math.max(USUAL, 3 * warm) : reach);
  const at = [...new Set(Array.from({ length: SAMPLES + 1 }, (_, i) => Math.round((i / SAMPLES) * steps)))];
  const planned = rateOf(run.schedule, run.optimizer.lr);
  const stalled = stalledRates(run, Math.ceil(steps / eval_every), eval_every / k);
  const perUpdate = epoch && { batch_size: k * epoch.batch_size, train: epoch.train };
  const rate = (s: number): number => (stalled && s >= warm ? stalled[Math.floor(s / eval_every)]! : planned(Math.floor(s / k), perUpdate));
  const lr = at.map(rate);
  const momentum = movingMomentum(run.optimizer.type, run.schedule);
  const turn = definition.turn?.(args);
  const last = definition.end && step(definition.end(args));
  const end = last === undefined || last === 0 ? null : { step: last, lr: rate(last) };
  return {
    steps,
    at,
    lr,
    momentum: momentum ? at.map((s) => momentum(Math.floor(s / k))) : null,
    log: definition.factors === true && lr.every((value) => value > 0),
    follows: stalled !== null,
    end,
    turn: turn ? step(turn.at) : null,
    notes: notesOf({ run, definition, args, step, eval_every }),
  };
}

interface Facts {
  run: Run;
  definition: ScheduleDefinition;
  args: Args;
  /** From what the schedule counts to steps. */
  step: (count: number) => number;
  eval_every: number;
}

/** More validations than these are not looked into: the rate of the last one stays. */
const VALIDATIONS = 20_000;

/** The rate after 0, 1, 2 … validations, so many updates apart, of which only the first is any good; null for a schedule that does not follow them. */
function stalledRates({ schedule, optimizer }: Run, count: number, updates: number): number[] | null {
  const follower = followerOf(schedule, optimizer.lr);
  if (!follower) return null;
  let state = follower.take(null);
  const rates = [state.lr];
  for (let v = 1; v <= Math.min(count, VALIDATIONS); v++) {
    state = follower.observe(state, Math.floor(v * updates), { loss: 1, accuracy: 0.5 });
    rates.push(state.lr);
  }
  while (rates.length <= count) rates.push(state.lr);
  return rates;
}

function notesOf({ run, definition, args, step, eval_every }: Facts): string[] {
  const notes: string[] = [];
  const turn = definition.turn?.(args);
  if (turn) notes.push(`Lowest at step ${step(turn.at)}; then it ${turn.next}.`);
  if (definition.plateau) notes.push(...plateauNotes(args, run.optimizer.lr, eval_every));
  if (args.cycle_momentum === true) notes.push(momentumNote(run.optimizer));
  return notes;
}

function plateauNotes(args: Args, lr: number, eval_every: number): string[] {
  const [patience, min_lr] = [args.patience as number, args.min_lr as number];
  if (!(lr - Math.max(lr * (args.factor as number), min_lr) > (args.eps as number))) {
    return [min_lr >= lr ? 'min_lr is not below lr: the rate never falls.' : 'A drop would be smaller than eps: the rate never falls.'];
  }
  const metric = args.mode === 'max' ? 'accuracy rose' : 'loss fell';
  return [
    `Follows the validation: drawn is what would happen if its ${metric} only once. After an improvement the next drop is at least ${(patience + 1) * eval_every} steps away.`,
  ];
}

function momentumNote(optimizer: OptimizerSpec): string {
  const name = momentumArgument(optimizer.type);
  if (!name) return `${optimizers[optimizer.type]!.label} has no momentum to move: only the rate moves.`;
  const value = resolveOptimizer(optimizer)[name];
  return name === 'betas'
    ? `Moves the first beta; the run’s own ${formatNumber((value as number[])[0]!)} does not count.`
    : `Moves the momentum; the run’s own ${formatNumber(value as number)} does not count.`;
}

/** Three digits are enough for a sentence. */
const sayRate = (lr: number): string => (lr === 0 ? 'at 0' : `at ${formatNumber(Number(lr.toPrecision(3)))}`);

/**
 * Where a schedule ends, as seen from the step that training has reached: before it, a run that stops sooner keeps a higher rate; after it,
 * `over`, one that goes on has no schedule any more. Null for a schedule without an end.
 */
export function endNote({ end, lr }: Preview, step: number): { text: string; over: boolean } | null {
  if (!end) return null;
  const stays = `the rate stays ${sayRate(end.lr)}`;
  if (step > end.step) {
    const idle = end.lr < 1e-3 * Math.max(...lr) ? ', and next to nothing is learned' : '';
    return { text: `Over since step ${end.step}: ${stays}${idle}. A longer schedule would go on.`, over: true };
  }
  const away = step > 0 && step < end.step ? `, ${end.step - step} from here` : '';
  return { text: `Ends at step ${end.step}${away}; after that ${stays}.`, over: false };
}
