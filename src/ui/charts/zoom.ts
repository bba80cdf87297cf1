/** Which part of the axes the visitor has asked for. The x range holds for every chart, since they stand under one crosshair; y is each chart's own. */
import { createStore } from 'zustand/vanilla';
import { curves } from '../../store/series.ts';
import { viewStore } from '../../store/view.ts';
import { type Domain, shareOf, valueAt } from './scale.ts';

export interface Zoom {
  /** In units of the x axis; null: all of it. */
  x: Domain | null;
  /** By chart. */
  y: Readonly<Record<string, Domain>>;
}

const ALL: Zoom = { x: null, y: {} };
/** The least share of a domain that can be asked for at once. */
const LEAST = 1e-3;
/** Float32 times and losses have no more digits than that. */
const LEAST_SPAN = 1e-6;

export const zoomStore = createStore<Zoom>(() => ALL);

export const isZoomed = ({ x, y }: Zoom): boolean => x !== null || Object.keys(y).length > 0;
export const resetZoom = (): void => zoomStore.setState(ALL);
export const zoomX = (x: Domain | null): void => zoomStore.setState({ x });
export const zoomY = (chart: string, y: Domain): void => zoomStore.setState((zoom) => ({ y: { ...zoom.y, [chart]: y } }));

// Other units, or other curves: what was asked for means nothing any more.
viewStore.subscribe((now, before) => {
  if (now.xAxis !== before.xAxis && zoomStore.getState().x) zoomX(null);
  if (now.logLoss !== before.logLoss && zoomStore.getState().y.Loss) zoomStore.setState(({ y: { Loss: _, ...y } }) => ({ y }));
});
curves.subscribe(() => {
  if (isZoomed(zoomStore.getState()) && curves.lastStep() === 0) resetZoom();
});

/** The range between two shares of what is shown, in either order; null if it is too small to mean anything. */
export function rangeBetween(shown: Domain, a: number, b: number, log: boolean): Domain | null {
  const from = Math.max(0, Math.min(a, b));
  const to = Math.min(1, Math.max(a, b));
  if (!(to - from >= LEAST)) return null;
  return sound({ min: valueAt(shown, from, log), max: valueAt(shown, to, log) }, shown);
}

const sound = (range: Domain, before: Domain): Domain =>
  range.max - range.min > LEAST_SPAN * Math.max(Math.abs(range.min), Math.abs(range.max)) ? range : before;

/** Half as much about a value (factor 0.5), or twice as much (2). */
export function zoomAbout(shown: Domain, centre: number, factor: number, log: boolean): Domain {
  const at = Math.min(1, Math.max(0, shareOf(shown, centre, log)));
  return sound({ min: valueAt(shown, at * (1 - factor), log), max: valueAt(shown, at + (1 - at) * factor, log) }, shown);
}

/** As much further to the right (left where `by` is negative), by a share of what is shown. */
export const pan = (shown: Domain, by: number, log: boolean): Domain => ({ min: valueAt(shown, by, log), max: valueAt(shown, 1 + by, log) });

/** What of a range lies within the whole; null where that is all of it, or nothing. */
export function within(range: Domain, whole: Domain): Domain | null {
  const span = range.max - range.min;
  if (span >= whole.max - whole.min) return null;
  const min = Math.min(Math.max(range.min, whole.min), whole.max - span);
  return { min, max: min + span };
}
