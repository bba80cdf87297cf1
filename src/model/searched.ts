/** A search and the schedule of the run that it is made from: a cycle brings its own rate and momentum, and an end of its own. */
import { movingMomentum } from './momentum.ts';
import { type PreviewContext, previewOf } from './preview.ts';
import { peakOf, type Scheduled, withRate } from './rate.ts';
import { schedules } from './schedules/index.ts';
import { type Axis, axesOf, type Values, withValues } from './search.ts';

/** The run with these values of a search in place of its own. */
export function withTrial<T extends Scheduled>(run: T, values: Values): T {
  const trial = { ...run, optimizer: withValues(run.optimizer, values) };
  return values.lr === undefined ? trial : withRate(trial, values.lr);
}

/** What of a run can be searched; not the momentum that its schedule moves, which would change nothing. */
export function axesFor({ optimizer: { type }, schedule }: Scheduled): readonly Axis[] {
  const moved = movingMomentum(type, schedule) !== undefined;
  return axesOf(type).filter(({ name }) => !moved || (name !== 'momentum' && name !== 'betas.0'));
}

/**
 * What has to be said of the run's schedule before a search of so many steps a lane; '' where it has no part in it. Rounds of a random search
 * differ in their steps: `steps` are those of the longest.
 */
export function scheduleNote(run: Scheduled, steps: number, context: Pick<PreviewContext, 'epoch' | 'eval_every'>): string {
  const definition = run.schedule && schedules[run.schedule.type];
  if (!definition || run.schedule!.type === 'constant') return '';
  const preview = previewOf(run, context);
  const { end, turn } = preview ?? { end: null, turn: null };
  const notes = [
    peakOf(run) && `lr means ${peakOf(run)} here: the schedule, ${definition.label}, brings its own rate.`,
    end && end.step > steps && `${definition.label} ends at step ${end.step}: ${steps} steps see only its beginning.`,
    end && end.step < steps / 2 && `${definition.label} is over at step ${end.step}, early in these ${steps}.`,
    turn !== null && turn > steps && `${definition.label} is lowest at step ${turn}: ${steps} steps do not come that far.`,
  ];
  return notes.filter(Boolean).join(' ');
}
