/** The landscape that the page shows: what is asked for, and the grid as it comes. Loaded with its pane. */
import { createStore } from 'zustand/vanilla';
import type { Event, LandscapePlane, LandscapeRequest } from '../worker/protocol.ts';
import { configStore } from './config.ts';
import { currentLoad, tell } from './engine.ts';
import { observe } from './events.ts';

export type { LandscapePlane, LandscapeRequest };

export interface Landscape {
  /** `asked`: the plane is not known yet. */
  state: 'empty' | 'asked' | 'computing' | 'done' | 'cancelled' | 'failed';
  plane: LandscapePlane | null;
  /** Row by row from the smallest y on; written in place, NaN where nothing has come. */
  loss: Float32Array;
  accuracy: Float32Array;
  /** Points that have come. */
  done: number;
  /** Milliseconds on the clock when it was asked for, and seconds of work once it is done. */
  seconds: number;
  /** Why it failed. */
  message: string;
}

const NONE = new Float32Array();
const EMPTY: Landscape = { state: 'empty', plane: null, loss: NONE, accuracy: NONE, done: 0, seconds: 0, message: '' };

export const landscapeStore = createStore<Landscape>(() => EMPTY);
const set = (patch: Partial<Landscape>): void => landscapeStore.setState(patch);

/** What is asked for next; `run` '': the first one, `mode` null: not chosen, so the paths' plane once there are paths. */
interface Wish extends Omit<LandscapeRequest, 'mode'> {
  mode: LandscapeRequest['mode'] | null;
}

export const wishStore = createStore<Wish>(() => ({ run: '', mode: null, size: 21, span: 1, samples: 512, seed: 1, without: [] }));

let request = 0;
let load = -1;

export const busy = ({ state }: Landscape): boolean => state === 'asked' || state === 'computing';

export function compute(wish: LandscapeRequest): void {
  load = currentLoad();
  set({ ...EMPTY, state: 'asked' });
  tell({ type: 'landscape', request: ++request, ...wish });
}

/** What has come stays. */
export function cancel(): void {
  tell({ type: 'cancel_landscape', request });
}

function begin(plane: LandscapePlane): void {
  const points = plane.xs.length * plane.ys.length;
  set({ state: 'computing', plane, loss: new Float32Array(points).fill(Number.NaN), accuracy: new Float32Array(points).fill(Number.NaN) });
}

/** Another experiment, a reset, a new worker: what was being computed is of something else. A picture of runs that are still there stays. */
function moved(): void {
  const state = landscapeStore.getState();
  const { ids } = configStore.getState();
  const stands = state.plane?.paths.every(({ run }) => ids.includes(run)) ?? false;
  load = currentLoad();
  if (!stands) landscapeStore.setState(EMPTY);
  else if (busy(state)) set({ state: 'cancelled' });
}

function listen(event: Event): void {
  if ('load' in event && event.load !== load && landscapeStore.getState().state !== 'empty') moved();
  if (!('request' in event) || event.request !== request) return;
  const { loss, accuracy } = landscapeStore.getState();
  switch (event.type) {
    case 'landscape':
      return begin(event.plane);
    case 'landscape_rows':
      loss.set(event.loss, event.first);
      accuracy.set(event.accuracy, event.first);
      return set({ done: event.first + event.loss.length });
    case 'landscape_done':
      return set({ state: event.cancelled ? (landscapeStore.getState().plane ? 'cancelled' : 'empty') : 'done', seconds: event.seconds });
    case 'landscape_failed':
      return set({ state: 'failed', message: event.message });
  }
}

observe(listen);
