/**
 * Races before this one, kept as faint lines so that a change and a Reset can be compared with what was there. The series are not copied: a Reset
 * forgets them and never changes them. How many there may be is bounded, in races and in points; the oldest goes first.
 */
import { createStore } from 'zustand/vanilla';
import { canonical } from '../model/settings.ts';
import type { Experiment } from '../model/types.ts';
import { colorOf, uniqueNames } from './config.ts';
import { curves, type RunSeries } from './series.ts';

export interface EarlierRun {
  name: string;
  color: number;
  series: RunSeries;
}

export interface EarlierRace {
  id: number;
  /** Races of other data or another loss have no place in the same plot: what this one was about. */
  task: string;
  runs: readonly EarlierRun[];
}

const MOST_RACES = 3;
/** Of all kept races together; a point takes 40 bytes: at most 40 MB. */
const MOST_POINTS = 1_000_000;

export const earlierStore = createStore<{ races: readonly EarlierRace[] }>(() => ({ races: [] }));

let nextId = 1;

/** Equal for experiments whose losses and accuracies can be compared. */
export const taskOf = ({ data, loss }: Pick<Experiment, 'data' | 'loss'>): string => canonical([data, loss]);

const pointsOf = ({ runs }: EarlierRace): number => runs.reduce((sum, { series }) => sum + series.step.length, 0);

/** The newest races that fit. */
function fitting(races: readonly EarlierRace[]): readonly EarlierRace[] {
  let points = 0;
  return races.slice(0, MOST_RACES).filter((race) => (points += pointsOf(race)) <= MOST_POINTS);
}

/** Keeps the curves as they stand. Returns whether there were any, and room for them. */
export function keepRace({ experiment, ids }: { experiment: Experiment; ids: readonly string[] }): boolean {
  const names = uniqueNames(experiment.runs);
  const runs = experiment.runs.flatMap((spec, i): EarlierRun[] => {
    const series = curves.peek(ids[i]!);
    return series && series.step.length > 0 && !spec.hidden ? [{ name: names[i]!, color: colorOf(spec, i), series }] : [];
  });
  if (runs.length === 0) return false;
  const race: EarlierRace = { id: nextId++, task: taskOf(experiment), runs };
  const kept = new Set(runs.map((run) => run.series));
  const others = earlierStore.getState().races.filter((other) => !other.runs.some((run) => kept.has(run.series)));
  const races = fitting([race, ...others]);
  earlierStore.setState({ races });
  return races.includes(race);
}

/** Curves that are drawn again themselves are not earlier ones. */
export function forgetRaces(back: ReadonlyMap<string, RunSeries>): void {
  const returned = new Set(back.values());
  const races = earlierStore.getState().races.filter((race) => !race.runs.some(({ series }) => returned.has(series)));
  earlierStore.setState({ races });
}

export function clearRaces(): void {
  earlierStore.setState({ races: [] });
}
