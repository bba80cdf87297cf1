/** Time in the surface lab: which step is shown, and the clock that moves it. Trails are known as a whole; playing only shows them. */
import { createStore } from 'zustand/vanilla';

export interface Playback {
  /** Steps shown so far. */
  step: number;
  /** The same, at most ten times a second: for text. */
  told: number;
  playing: boolean;
  /** Under the pointer, on the loss chart of any surface. */
  hover: number | null;
  /** Steps a second. */
  speed: number;
}

export const SPEEDS = [1, 1000] as const;
/** Milliseconds between two pictures, and between two texts. */
const PICTURE = 30;
const TEXT = 100;

export const playbackStore = createStore<Playback>(() => ({ step: 0, told: 0, playing: false, hover: null, speed: 30 }));

let last = 0;
let frame = 0;
let clock = 0;
let pictured = 0;
let told = 0;
/** Fractions of a step. */
let exact = 0;

function tick(now: number): void {
  const { speed, playing } = playbackStore.getState();
  if (!playing) return;
  // A tab that was hidden goes on where it was.
  exact = Math.min(last, exact + (Math.min(now - clock, 250) * speed) / 1000);
  clock = now;
  const step = Math.floor(exact);
  if (step >= last) return show(last);
  if (now - pictured >= PICTURE) {
    pictured = now;
    const text = now - told >= TEXT;
    if (text) told = now;
    playbackStore.setState(text ? { step, told: step } : { step });
  }
  frame = requestAnimationFrame(tick);
}

/** Stands still at this step. */
export function show(step: number): void {
  cancelAnimationFrame(frame);
  exact = Math.max(0, Math.min(last, step));
  playbackStore.setState({ step: exact, told: exact, playing: false });
}

/** From where it stands, or from the start where that is the end. */
export function play(): void {
  if (playbackStore.getState().step >= last) show(0);
  playbackStore.setState({ playing: true });
  clock = performance.now();
  frame = requestAnimationFrame(tick);
}

export const pause = (): void => show(playbackStore.getState().step);
export const showAll = (): void => show(last);
export const stepOn = (): void => show(playbackStore.getState().step + 1);
export const setHover = (hover: number | null): void => playbackStore.setState({ hover });
export const setSpeed = (speed: number): void => playbackStore.setState({ speed });

/** Other trails, of so many steps: what stood at the end stays there. */
export function setLast(steps: number): void {
  const { step, playing } = playbackStore.getState();
  const atEnd = step >= last && last > 0 && !playing;
  last = steps;
  if (atEnd || step > last) show(last);
}
