/** Every learning-rate schedule. */

import { num, place, resolve, table } from '../fields.ts';
import type { Args, ScheduleSpec } from '../types.ts';
import { CosineAnnealingLR } from './CosineAnnealingLR.ts';
import { CosineAnnealingWarmRestarts } from './CosineAnnealingWarmRestarts.ts';
import { constant } from './constant.ts';
import type { PlateauState, ScheduleDefinition } from './definition.ts';
import { ExponentialLR } from './ExponentialLR.ts';
import { LinearLR } from './LinearLR.ts';
import { MultiStepLR } from './MultiStepLR.ts';
import { OneCycleLR } from './OneCycleLR.ts';
import { PolynomialLR } from './PolynomialLR.ts';
import { QuarterCosine } from './QuarterCosine.ts';
import { ReduceLROnPlateau } from './ReduceLROnPlateau.ts';
import { StepLR } from './StepLR.ts';

export type { PlateauState, ScheduleDefinition } from './definition.ts';

/** In the order of the select: drops, curves, cosines, the cycle, and the one that follows the validation. */
const all = {
  constant,
  StepLR,
  MultiStepLR,
  ExponentialLR,
  LinearLR,
  PolynomialLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  QuarterCosine,
  OneCycleLR,
  ReduceLROnPlateau,
} satisfies Record<string, ScheduleDefinition>;

export const schedules: Readonly<Record<string, ScheduleDefinition>> = table(all);

/** Complete arguments. @throws ModelError with the path of the field. */
export const resolveSchedule = (spec: ScheduleSpec, path = 'schedule'): Args => resolve(schedules, spec, place(path), 'schedule').args;

/** How long an epoch is: `train` samples in batches of `batch_size`. */
export interface Epoch {
  batch_size: number;
  train: number;
}

/** What PyTorch's own count is called where a schedule steps once an update. */
const ONE_STEP: Epoch = { batch_size: 1, train: 1 };

/** Full steps or epochs in so many steps. */
const counted = (args: Args, steps: number, { batch_size, train }: Epoch): number =>
  args.interval === 'epoch' ? Math.floor((steps * batch_size) / train) : steps;

/** `scheduleLr` of one schedule, which is looked up and checked once. */
export function rateOf(spec: ScheduleSpec | undefined, base_lr: number): (step: number, epoch?: Epoch) => number {
  if (!spec) return () => base_lr;
  const { definition, args } = resolve(schedules, spec, place('schedule'), 'schedule');
  const warm = num(args, 'warmup_steps');
  const first = definition.lr(args, base_lr, 0);
  return (step, epoch = ONE_STEP) => (step < warm ? (first * (step + 1)) / warm : definition.lr(args, base_lr, counted(args, step - warm, epoch)));
}

/** A schedule that follows the validation, with its arguments at hand. */
export interface Follower {
  /**
   * What it remembers: what was saved, or nothing yet. Where the run's rate was changed in flight, that rate holds now; what is watched
   * now was never seen before.
   */
  take(saved: PlateauState | null | undefined): PlateauState;
  /** After the validation that follows so many finished updates. Those of the warm-up do not count. */
  observe(state: PlateauState, updates: number, metrics: { loss: number; accuracy: number }): PlateauState;
  /** Steps of the warm-up: before their end the rate is that of `rateOf`, then that of the state. */
  warmup: number;
}

export function followerOf(spec: ScheduleSpec | undefined, base_lr: number): Follower | undefined {
  if (!spec) return undefined;
  const { definition, args } = resolve(schedules, spec, place('schedule'), 'schedule');
  const { plateau } = definition;
  if (!plateau) return undefined;
  const warm = num(args, 'warmup_steps');
  return {
    take: (saved) => {
      const fresh = plateau.start(args, base_lr);
      if (!saved) return fresh;
      const { lr } = saved.base_lr === base_lr ? saved : fresh;
      return saved.mode === fresh.mode ? { ...saved, base_lr, lr } : { ...fresh, lr };
    },
    observe: (state, updates, metrics) => (updates < warm ? state : plateau.observe(args, state, metrics)),
    warmup: warm,
  };
}

/** Momentum, or first beta, of step 0, 1, 2 … in float64, if this schedule moves it. In the warm-up it waits where it begins. */
export function momentumOf(spec: ScheduleSpec | undefined): ((step: number) => number) | undefined {
  if (!spec) return undefined;
  const { definition, args } = resolve(schedules, spec, place('schedule'), 'schedule');
  const warm = num(args, 'warmup_steps');
  const at = (step: number): number | undefined => definition.momentum?.(args, Math.max(0, step - warm));
  return at(0) === undefined ? undefined : (step) => at(step) as number;
}

/**
 * Learning rate of step 0, 1, 2 … in float64. With warmup_steps = W, steps 0 … W − 1 have lr₀ · 1/W … lr₀, where lr₀ is the rate with
 * which the schedule begins (base_lr for most); at step W the schedule begins at its own step 0. `epoch`: for schedules that count epochs.
 * @throws ModelError for a spec that resolveSchedule would not accept.
 */
export const scheduleLr = (spec: ScheduleSpec | undefined, base_lr: number, step: number, epoch?: Epoch): number =>
  rateOf(spec, base_lr)(step, epoch);
