/** What the microscope looks at, and what it saw last. Not stored: a look is of this moment. */
import { createStore } from 'zustand/vanilla';
import type { HeatMap, Histogram, HistogramName, InspectedUpdate, SingularValues } from '../worker/inspection.ts';
import type { Event } from '../worker/protocol.ts';

export type { HeatMap, Histogram, HistogramName, InspectedUpdate, SingularValues };

type InspectionEvent = Extract<Event, { type: 'inspection' }>;

/** What the visitor chose; null: the first there is. */
export interface Choice {
  run: string | null;
  compare: string | null;
  layer: string | null;
  param: string | null;
  index: number;
}

export const microscopeStore = createStore<{ choice: Choice; event: InspectionEvent | null }>(() => ({
  choice: { run: null, compare: null, layer: null, param: null, index: 0 },
  event: null,
}));

export function choose(patch: Partial<Choice>): void {
  microscopeStore.setState(({ choice }) => ({ choice: { ...choice, ...patch } }));
}
