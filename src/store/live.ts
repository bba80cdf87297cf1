/** What the training worker says: kept apart from what the visitor set up, since it changes ten times a second and is never stored. */
import { createStore } from 'zustand/vanilla';
import type {
  AdapterSummary,
  DataSummary,
  ErrorSummary,
  Event,
  PlanSummary,
  RunState,
  RunSummary,
  SelfTestResult,
  StepSummary,
} from '../worker/protocol.ts';

export type { AdapterSummary, DataSummary, ErrorSummary, PlanSummary, RunState, RunSummary, SelfTestResult, StepSummary };
export type MapsEvent = Extract<Event, { type: 'maps' }>;
export type Unavailable = Pick<Extract<Event, { type: 'unavailable' }>, 'reason' | 'message'>;
export type Progress = Pick<Extract<Event, { type: 'progress' }>, 'phase' | 'done' | 'total'>;

/** A change in flight, drawn on the run's curve. */
export interface Marker {
  step: number;
  text: string;
}

export interface Divergence {
  step: number;
  layer: string | null;
}

export interface Notice {
  kind: 'device-lost' | 'resumed' | 'restarted' | 'link' | 'aside' | 'error';
  text: string;
  /** Offered as a button. */
  action?: { label: string; run: () => void };
}

/**
 * `waiting`: nothing sent yet, or the model cannot be built; `loading`: data, weights, pipelines; `ready`; `failed`: see `error`;
 * `unavailable`: no WebGPU here, see `unavailable`; `lost`: the GPU went away and is being asked for again.
 */
export type Phase = 'waiting' | 'loading' | 'ready' | 'failed' | 'unavailable' | 'lost';

export interface Live {
  phase: Phase;
  progress: Progress | null;
  state: RunState;
  step: number;
  epoch: number;
  stepsPerSecond: number;
  adapter: AdapterSummary | null;
  unavailable: Unavailable | null;
  data: DataSummary | null;
  runs: readonly RunSummary[];
  plan: PlanSummary | null;
  error: ErrorSummary | null;
  diverged: Readonly<Record<string, Divergence>>;
  markers: Readonly<Record<string, readonly Marker[]>>;
  /** A single step is on its way: nothing that a Pause could stop. */
  stepping: boolean;
  /** Steps are being done again up to this one, to stand where the curves stand. */
  replay: number | null;
  notice: Notice | null;
  selfTest: { running: boolean; done: number; total: number; results: readonly SelfTestResult[] | null; replaced: readonly string[] };
}

export const INITIAL: Live = {
  phase: 'waiting',
  progress: null,
  state: 'idle',
  step: 0,
  epoch: 0,
  stepsPerSecond: 0,
  adapter: null,
  unavailable: null,
  data: null,
  runs: [],
  plan: null,
  error: null,
  diverged: {},
  markers: {},
  stepping: false,
  replay: null,
  notice: null,
  selfTest: { running: false, done: 0, total: 0, results: null, replaced: [] },
};

export const liveStore = createStore<Live>(() => INITIAL);
export const setLive = liveStore.setState;
export const live = liveStore.getState;

/** The newest feature maps; painted by reference, so that React is not asked ten times a second. */
export const mapsStore = createStore<{ event: MapsEvent | null }>(() => ({ event: null }));

export function notify(notice: Notice | null): void {
  setLive({ notice });
}
