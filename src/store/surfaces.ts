/** The surface lab: what is shown, the trails of its runs, and the address that keeps it. */
import { createStore } from 'zustand/vanilla';
import { same } from '../model/diff.ts';
import { type LabPlot, type LabRun, MOST_RUNS, plotOf, restoreLab, ruleOf, rules, type SurfaceLab } from '../model/surfaces/lab.ts';
import { decodeLab, encodeLab } from '../model/surfaces/link.ts';
import { type Scene, sceneOf, scenes } from '../model/surfaces/scenes.ts';
import { ModelError, type Value } from '../model/types.ts';
import type { SurfaceEvent, SurfaceTrail } from '../worker/surface.ts';
import { type SendSurface, surfaceWorker } from '../worker/surface_client.ts';
import { setLast, showAll } from './surface_playback.ts';

export type { SurfaceTrail };

export interface Shown {
  /** What the trails are of. */
  lab: SurfaceLab;
  /** [plot][run]. */
  plots: readonly (readonly SurfaceTrail[])[];
}

export interface SurfaceState {
  lab: SurfaceLab;
  /** Null until the first trails are there. */
  shown: Shown | null;
  working: boolean;
  /** Why there is no GPU. */
  missing: string | null;
  failed: string | null;
  /** Of the link that was opened. */
  notice: string | null;
  /** What is wrong with the arguments, with the path of the run it is about. */
  wrong: { path: string; message: string } | null;
}

const FIRST = scenes[0]!;

export const surfaceStore = createStore<SurfaceState>(() => ({
  lab: FIRST.lab,
  shown: null,
  working: true,
  missing: null,
  failed: null,
  notice: null,
  wrong: null,
}));

const get = surfaceStore.getState;
const set = (patch: Partial<SurfaceState>): void => surfaceStore.setState(patch);

let send: SendSurface | null = null;
let sent = 0;
/** What each job asked for, until it or a later one is answered. */
const asked = new Map<number, SurfaceLab>();

function listen(event: SurfaceEvent): void {
  if (event.type === 'failed') return set({ failed: event.message, working: false });
  const lab = asked.get(event.id);
  for (const id of [...asked.keys()]) if (id <= event.id) asked.delete(id);
  if (!lab) return;
  set({ shown: { lab, plots: event.plots }, missing: event.missing, failed: null, working: event.id < sent });
  setLast(lab.steps);
}

/** Asks for the trails of what is shown now. */
export function request(): void {
  const { lab } = get();
  send ??= surfaceWorker(listen);
  asked.set(++sent, lab);
  set({ working: true, failed: null });
  send({ id: sent, lab });
}

const WRITE_AFTER = 250;
let writing = 0;
let written = '';

function writeAddress(): void {
  clearTimeout(writing);
  // What is wrong would be refused when it is opened.
  if (get().wrong) return;
  const hash = `#${encodeLab(get().lab)}`;
  written = hash;
  if (location.hash !== hash) history.replaceState(history.state, '', hash);
}

/** What is as it was stays the same object, so that nobody draws it again while a start is dragged. */
function keep(next: SurfaceLab, old: SurfaceLab): SurfaceLab {
  const runs = same(next.runs, old.runs) ? old.runs : next.runs;
  return { ...next, runs, plots: next.plots.map((plot, i) => (same(plot, old.plots[i]) ? old.plots[i]! : plot)) };
}

/** The one way to change the lab: what does not hold together is said, and the trails stay as they were. */
function commit(lab: SurfaceLab): void {
  try {
    set({ lab: keep(restoreLab(lab), get().lab), wrong: null, notice: null });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return set({ lab, wrong: { path: error.path, message: error.message.replace(/^[\w.]+: /, '') } });
  }
  clearTimeout(writing);
  writing = window.setTimeout(writeAddress, WRITE_AFTER);
  request();
}

export const editLab = (patch: Partial<Pick<SurfaceLab, 'steps' | 'seed'>>): void => commit({ ...get().lab, ...patch });

export function editPlot(at: number, patch: Partial<LabPlot>): void {
  const { lab } = get();
  commit({ ...lab, plots: lab.plots.map((plot, i) => (i === at ? { ...plot, ...patch } : plot)) });
}

/** A start is looked at with its whole trail. */
export function moveStart(at: number, start: LabPlot['start']): void {
  showAll();
  editPlot(at, { start });
}

export const chooseSurface = (at: number, id: string): void => editPlot(at, plotOf(id));

/** The first that is not shown yet stands beside the other. */
export function addPlot(): void {
  const { lab } = get();
  const id = ['saddle', 'ravine'].find((known) => lab.plots.every((plot) => plot.surface !== known)) ?? 'bowl';
  commit({ ...lab, plots: [lab.plots[0]!, plotOf(id)] });
}

export function removePlot(at: number): void {
  const { lab } = get();
  if (lab.plots.length > 1) commit({ ...lab, plots: lab.plots.filter((_, i) => i !== at) });
}

function editRuns(change: (runs: readonly LabRun[]) => readonly LabRun[]): void {
  const { lab } = get();
  commit({ ...lab, runs: change(lab.runs) });
}

const replaceRun = (at: number, change: (run: LabRun) => LabRun): void => editRuns((runs) => runs.map((run, i) => (i === at ? change(run) : run)));

export const renameRun = (at: number, name: string): void => replaceRun(at, (run) => ({ ...run, name }));

/** Another rule starts from its defaults; its name follows. */
export const chooseRule = (at: number, type: string): void => replaceRun(at, () => ({ name: rules[type]!.label, rule: ruleOf(type) }));

/** undefined takes the argument out, so that its default holds. */
export const setArgument = (at: number, name: string, value: Value | undefined): void =>
  replaceRun(at, ({ rule: { [name]: _, ...rest }, ...run }) => ({
    ...run,
    rule: (value === undefined ? rest : { ...rest, [name]: value }) as LabRun['rule'],
  }));

export const duplicateRun = (at: number): void =>
  editRuns((runs) => (runs.length < MOST_RUNS ? runs.toSpliced(at + 1, 0, structuredClone(runs[at]!)) : runs));

export const removeRun = (at: number): void => editRuns((runs) => (runs.length > 1 ? runs.filter((_, i) => i !== at) : runs));

/** A rule that is not among the runs yet. */
export function addRun(): void {
  const used = new Set(get().lab.runs.map((run) => run.rule.type));
  const type = Object.keys(rules).find((known) => !used.has(known)) ?? 'SGD';
  editRuns((runs) => (runs.length < MOST_RUNS ? [...runs, { name: rules[type]!.label, rule: ruleOf(type) }] : runs));
}

/** Back in the browser leads to what was there before. */
export function openScene({ lab }: Scene): void {
  writeAddress();
  written = `#${encodeLab(lab)}`;
  if (location.hash !== written) history.pushState(history.state, '', written);
  set({ lab, wrong: null, notice: null });
  request();
}

/** What the address says, or what the lab opens with. */
function openAddress(): void {
  written = location.hash;
  let notice: string | null = null;
  let { lab } = FIRST;
  try {
    if (location.hash.length > 1) lab = decodeLab(location.hash);
  } catch (error) {
    const why = error instanceof ModelError ? error.message : 'it is not complete';
    notice = `This link cannot be opened: ${why}. Shown is “${FIRST.name}”.`;
  }
  set({ lab, notice, wrong: null });
  request();
}

export const dismissNotice = (): void => set({ notice: null });

export async function copyLink(): Promise<boolean> {
  writeAddress();
  try {
    await navigator.clipboard.writeText(location.href);
    return true;
  } catch {
    return false;
  }
}

/**
 * The scene that this is: with other starts, arguments or runs it stays the scene, so that its line does not go, and the page does not
 * move, under a finger that drags a start. Undefined on other surfaces.
 */
export function currentScene(lab: SurfaceLab): { scene: Scene; changed: boolean } | undefined {
  const [, id, ...more] = encodeLab(lab).split('&');
  const scene = sceneOf(id!.replace('scene=', ''))!;
  const where = ({ plots }: SurfaceLab): string => plots.map(({ surface }) => surface).join();
  return where(scene.lab) === where(lab) ? { scene, changed: more.length > 0 } : undefined;
}

/** For tests and scripts. */
export interface SurfaceAutomation {
  lab(): SurfaceLab;
  /** x, y, loss of every point of a run; null while trails of what is shown are on their way. */
  trail(plot: number, run: number): [x: number, y: number, loss: number][] | null;
}

function trail(plot: number, run: number): [number, number, number][] | null {
  const { shown, working } = get();
  const points = shown?.plots[plot]?.[run]?.points;
  if (!points || working) return null;
  return Array.from({ length: points.length / 4 }, (_, k) => [points[4 * k]!, points[4 * k + 1]!, points[4 * k + 2]!]);
}

export function startSurfaces(): void {
  const automation: SurfaceAutomation = { lab: () => get().lab, trail };
  Object.assign(window, { surfaces: automation });
  // The address of somebody else's typing, and Back.
  window.addEventListener('popstate', () => location.hash !== written && openAddress());
  window.addEventListener('pagehide', writeAddress);
  openAddress();
}
