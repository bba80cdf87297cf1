/** Where an optimizer meets a schedule that moves more than lr: PyTorch's `cycle_momentum`. */

import { optimizers, resolveOptimizer } from './optimizers/index.ts';
import { momentumOf } from './schedules/index.ts';
import type { Args, OptimizerSpec, ScheduleSpec } from './types.ts';

/** The argument that holds an optimizer's momentum: as in PyTorch the first of `betas` where there are any, else `momentum`. */
export function momentumArgument(type: string): 'betas' | 'momentum' | undefined {
  const has = (name: string): boolean => optimizers[type]!.fields.some((field) => field.name === name);
  return has('betas') ? 'betas' : has('momentum') ? 'momentum' : undefined;
}

/** The same arguments with another momentum. */
export function withMomentum(type: string, args: Args, value: number): Args {
  const name = momentumArgument(type);
  if (!name) return args;
  return { ...args, [name]: name === 'betas' ? [value, (args.betas as number[])[1]!] : value };
}

/** Momentum or β₁ of the update that follows so many finished steps, where the schedule moves it and the optimizer has one. */
export function movingMomentum(type: string, schedule: ScheduleSpec | undefined): ((step: number) => number) | undefined {
  return momentumArgument(type) && momentumOf(schedule);
}

/**
 * Complete arguments of the first step. What the schedule moves takes the place of what the run says, as in PyTorch: plain SGD under
 * one cycle has a momentum. @throws ModelError
 */
export function startingArgs(optimizer: OptimizerSpec, schedule: ScheduleSpec | undefined, path?: string): Args {
  const args = resolveOptimizer(optimizer, path);
  const momentum = movingMomentum(optimizer.type, schedule);
  return momentum ? withMomentum(optimizer.type, args, momentum(0)) : args;
}

/** Float buffers of parameter size that a run's optimizer keeps: 0 for plain SGD, 2 for Adam. @throws ModelError */
export const stateBuffersOf = (run: { optimizer: OptimizerSpec; schedule?: ScheduleSpec }): number =>
  optimizers[run.optimizer.type]!.states(startingArgs(run.optimizer, run.schedule));

/** Below this, a product of momenta is nothing beside 1 in float64. */
const NOTHING = -60;

/**
 * Σ ln of the momentum of steps 1 … t: NAdam divides by 1 less their product. Every sum is taken from step 1 on, whatever was asked for
 * before, so that a run that is taken up again gets the same numbers.
 */
export function logProduct(momentum: (step: number) => number): (t: number) => number {
  let [done, sum] = [0, 0];
  return (t) => {
    if (t < done) [done, sum] = [0, 0];
    for (; done < t && sum > NOTHING; done++) sum += Math.log(momentum(done));
    return sum;
  };
}
