/** Every learning-rate schedule, counted in steps. */

import { num, place, resolve, table } from '../fields.ts';
import type { Args, ScheduleSpec } from '../types.ts';
import { CosineAnnealingLR } from './CosineAnnealingLR.ts';
import { CosineAnnealingWarmRestarts } from './CosineAnnealingWarmRestarts.ts';
import { constant } from './constant.ts';
import type { ScheduleDefinition } from './definition.ts';
import { ExponentialLR } from './ExponentialLR.ts';
import { LinearLR } from './LinearLR.ts';
import { MultiStepLR } from './MultiStepLR.ts';
import { OneCycleLR } from './OneCycleLR.ts';
import { PolynomialLR } from './PolynomialLR.ts';
import { QuarterCosine } from './QuarterCosine.ts';
import { StepLR } from './StepLR.ts';

export type { ScheduleDefinition } from './definition.ts';

/** In the order of the select: drops, curves, cosines, the cycle. */
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
} satisfies Record<string, ScheduleDefinition>;

export const schedules: Readonly<Record<string, ScheduleDefinition>> = table(all);

/** Complete arguments. @throws ModelError with the path of the field. */
export const resolveSchedule = (spec: ScheduleSpec, path = 'schedule'): Args => resolve(schedules, spec, place(path), 'schedule').args;

/** `scheduleLr` of one schedule, which is looked up and checked once. */
export function rateOf(spec: ScheduleSpec | undefined, base_lr: number): (step: number) => number {
  if (!spec) return () => base_lr;
  const { definition, args } = resolve(schedules, spec, place('schedule'), 'schedule');
  const warm = num(args, 'warmup_steps');
  return (step) => (step < warm ? (base_lr * (step + 1)) / warm : definition.lr(args, base_lr, step - warm));
}

/**
 * Learning rate of step 0, 1, 2 … in float64. With warmup_steps = W, steps 0 … W − 1 have base_lr · 1/W … base_lr; at step W the
 * schedule begins at its own step 0.
 * @throws ModelError for a spec that resolveSchedule would not accept.
 */
export const scheduleLr = (spec: ScheduleSpec | undefined, base_lr: number, step: number): number => rateOf(spec, base_lr)(step);
