/** How many lanes one program can hold on this device; computed from the plan, nothing is allocated. */
import type { Compiled } from '../engine/compile.ts';
import { kindOf, type LaneOptimizer, planRace, statesOf } from '../engine/race.ts';
import { bytesOf } from '../gpu/buffers.ts';
import { restoreExperiment } from '../model/experiment.ts';
import type { Experiment } from '../model/types.ts';
import type { FitSummary } from '../worker/protocol.ts';
import { type Lane, lanesOf } from './lane.ts';

type Limits = Pick<GPUSupportedLimits, 'maxBufferSize' | 'maxStorageBufferBindingSize'>;

/** One lane of each kind: lanes with the same options compiled in and the same state need the same memory. */
export function kindsOf(lanes: readonly LaneOptimizer[]): ReadonlyMap<string, LaneOptimizer> {
  return new Map(lanes.map((lane) => [[kindOf(lane), ...statesOf(lane)].join(' '), lane]));
}

/** Every lane counts as the largest of each buffer would have it. */
export function fitOf(compiled: Compiled, lanes: readonly LaneOptimizer[], limits: Limits): FitSummary {
  const allowed = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const sizes = new Map<string, number>();
  for (const lane of kindsOf(lanes).values()) {
    for (const plan of planRace(compiled, [lane]).buffers) {
      // What an optimizer looks up hardly grows with lanes.
      if (!plan.id.startsWith('tables:')) sizes.set(plan.id, Math.max(sizes.get(plan.id) ?? 0, bytesOf(plan, 1)));
    }
  }
  const largest = Math.max(...sizes.values());
  return { most: Math.floor(allowed / largest), lane_bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0), largest, allowed };
}

/** Asked for while training goes on: whatever is wrong with the question stops nothing. */
export function answerFit(trainer: { fit(lanes: readonly Lane[]): FitSummary } | null, raw: Experiment): FitSummary | null {
  try {
    const experiment = restoreExperiment(raw);
    const ids = experiment.runs.map((_, i) => String(i));
    return trainer?.fit(lanesOf(experiment, ids)) ?? null;
  } catch {
    return null;
  }
}
