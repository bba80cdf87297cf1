/** How the visitor looks at it: never part of a link; of all this the worker knows `maxSpeed` and `autotune`. Kept in localStorage, where it may be. */
import { createStore } from 'zustand/vanilla';
import type { GroupBy } from '../model/groups.ts';

export type XAxis = 'step' | 'epoch' | 'time' | 'samples';
/** What a vertical axis holds: what is worth seeing, every point, or 96 of 100. */
export type YRange = 'auto' | 'all' | 'inliers';
export type Theme = 'auto' | 'light' | 'dark';
export type Third = 'lr' | 'grad_norm' | 'update_ratio';
/** What the middle of the screen shows. */
export type Pane = 'curves' | 'verdict' | 'search' | 'landscape' | 'microscope';
export type Tab = 'charts' | 'runs' | 'model' | 'data' | 'maps';

export interface View {
  theme: Theme;
  xAxis: XAxis;
  logX: boolean;
  yRange: YRange;
  /** Runs with equal settings as one mean line with its band; what cannot be grouped that way stays as it is. */
  groupBy: GroupBy;
  /** Curves of races before this one stay as faint lines. */
  keepRaces: boolean;
  logLoss: boolean;
  smoothing: number;
  third: Third;
  /** Accuracy from where the curves are, rather than from 0. */
  fitAccuracy: boolean;
  /** Longer submits, and fewer looks between them. */
  maxSpeed: boolean;
  /** Look for the fastest tiles of this GPU. */
  autotune: boolean;
  tab: Tab;
  pane: Pane;
  /** Run id. */
  solo: string | null;
  /** Layer id of the feature maps; null: the first that has maps. */
  layer: string | null;
  sample: number;
  /** The experiment's note that the visitor has put away; another one is shown again. */
  readNote: string;
}

const KEPT = [
  'theme',
  'xAxis',
  'logX',
  'yRange',
  'groupBy',
  'keepRaces',
  'logLoss',
  'smoothing',
  'third',
  'fitAccuracy',
  'maxSpeed',
  'autotune',
] as const;
const KEY = 'descent.view';

const DEFAULTS: View = {
  theme: 'auto',
  xAxis: 'step',
  logX: false,
  yRange: 'auto',
  groupBy: 'none',
  keepRaces: true,
  logLoss: true,
  smoothing: 0.6,
  third: 'lr',
  fitAccuracy: true,
  maxSpeed: false,
  autotune: true,
  tab: 'charts',
  pane: 'curves',
  solo: null,
  layer: null,
  sample: 0,
  readNote: '',
};

export const viewStore = createStore<View>(() => ({ ...DEFAULTS, ...remembered() }));

export function setView(patch: Partial<View>): void {
  viewStore.setState(patch);
  remember();
}

export function toggleSolo(id: string): void {
  setView({ solo: viewStore.getState().solo === id ? null : id });
}

function remember(): void {
  const view = viewStore.getState();
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(KEPT.map((key) => [key, view[key]]))));
  } catch {
    // Storage is blocked or full: the choice lives as long as the page.
  }
}

/** Only values of the right type come back; what somebody else wrote there does no harm. */
function remembered(): Partial<View> {
  try {
    const raw: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof raw !== 'object' || raw === null) return {};
    const found = KEPT.filter((key) => Object.hasOwn(raw, key) && sound(key, (raw as Record<string, unknown>)[key]));
    return Object.fromEntries(found.map((key) => [key, (raw as Record<string, unknown>)[key]])) as Partial<View>;
  } catch {
    return {};
  }
}

function sound(key: (typeof KEPT)[number], value: unknown): boolean {
  switch (key) {
    case 'theme':
      return ['auto', 'light', 'dark'].includes(value as string);
    case 'xAxis':
      return ['step', 'epoch', 'time', 'samples'].includes(value as string);
    case 'yRange':
      return ['auto', 'all', 'inliers'].includes(value as string);
    case 'groupBy':
      return typeof value === 'string';
    case 'third':
      return ['lr', 'grad_norm', 'update_ratio'].includes(value as string);
    case 'smoothing':
      return typeof value === 'number' && value >= 0 && value < 1;
    default:
      return typeof value === 'boolean';
  }
}

/** Where the pointer is, in units of the x axis; every chart follows it. */
export interface Hover {
  /** Chart under the pointer. */
  chart: string;
  x: number;
  /** In pixels of that chart, for the value table and for the line that is meant. */
  left: number;
  top: number;
  width: number;
}

export const hoverStore = createStore<{ hover: Hover | null }>(() => ({ hover: null }));

/** The line that stands out, in every chart; the others fade. A run's id or a group's key. */
export const highlightStore = createStore<{ line: string | null }>(() => ({ line: null }));

export function highlight(line: string | null): void {
  if (highlightStore.getState().line !== line) highlightStore.setState({ line });
}
