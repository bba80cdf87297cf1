/** What was changed in flight, written beside the curves at the step where it happened. */
import type { RunSpec } from '../model/types.ts';
import type { Config } from './config.ts';
import { changeInFlight } from './difference.ts';
import { live, type Marker, setLive } from './live.ts';
import { curves } from './series.ts';

/** A slider dragged on for less than this moves the marker it has already left. */
const SAME_MARKER_MS = 1500;

let last: { run: string; time: number; before: Config } | null = null;

/** Leaves a marker where the run stands, or moves the words of the one that the same drag has just left. */
export function mark(id: string, before: Config, after: RunSpec): void {
  const step = curves.peek(id)?.step.last() ?? 0;
  const since = (origin: Config): string => changeInFlight(origin.experiment.runs[origin.ids.indexOf(id)]!, after, origin.experiment);
  if (step === 0 || since(before) === '') return;
  const markers = live().markers[id] ?? [];
  const drag = last?.run === id && Date.now() - last.time < SAME_MARKER_MS ? last : null;
  const origin = drag?.before ?? before;
  const kept: readonly Marker[] = drag ? markers.slice(0, -1) : markers;
  const text = since(origin);
  last = { run: id, time: Date.now(), before: origin };
  setLive({ markers: { ...live().markers, [id]: text === '' ? kept : [...kept, { step: drag ? (markers.at(-1)?.step ?? step) : step, text }] } });
}
