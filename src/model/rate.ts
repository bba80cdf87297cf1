/** Where a run's learning rate stands: in its optimizer, or in a schedule that brings its own. */
import { schedules } from './schedules/index.ts';
import type { RunSpec } from './types.ts';

export type Scheduled = Pick<RunSpec, 'optimizer' | 'schedule'>;

/** The argument of the run's schedule that stands for its lr, "max_lr" of one cycle: the run's own lr does not count then. */
export const peakOf = ({ schedule }: Scheduled): string | undefined => schedule && schedules[schedule.type]?.peak;

/** The rate that counts. */
export function ownRate(run: Scheduled): number {
  const peak = peakOf(run);
  if (!peak) return run.optimizer.lr;
  const given = run.schedule![peak] ?? schedules[run.schedule!.type]!.fields.find(({ name }) => name === peak)!.default;
  return given as number;
}

/** The run with another rate, in the place where it counts. */
export function withRate<T extends Scheduled>(run: T, lr: number): T {
  const peak = peakOf(run);
  return { ...run, optimizer: { ...run.optimizer, lr }, ...(peak && { schedule: { ...run.schedule, [peak]: lr } }) };
}
