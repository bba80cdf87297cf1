/** Runs that differ in nothing but their seed are one contestant: a group, with a mean and its 95 % interval. */
import { describeOptimizer } from '../diff.ts';
import { commonName, gather } from '../groups.ts';
import { settingsKey } from '../settings.ts';
import { interval95 } from '../stats.ts';
import type { ModelSpec, RunSpec } from '../types.ts';
import { MEASURES, type Measure, type Measures, measures } from './measures.ts';

/** One run with what it has reached. */
export interface Contestant {
  id: string;
  name: string;
  spec: RunSpec;
  seed: number;
  /** Newest training step, and newest validated one; 0 before there is one. */
  step: number;
  validated: number;
  /** Step before whose update it was frozen. */
  diverged: number | null;
  values: Measures;
  /** The same of the moving average of its weights; null while there is none. What a run costs is not in it. */
  averaged: Measures | null;
}

export interface Cell {
  mean: number;
  /** ± of the 95 % interval; NaN of fewer than two values. */
  half: number;
  /** Runs that have a value, of all that count. */
  n: number;
  of: number;
}

export interface Group {
  key: string;
  name: string;
  members: readonly Contestant[];
  /** Members whose values make the means: not diverged, one a seed. */
  counted: readonly Contestant[];
  cells: Cells;
  /** Of averaged weights: shown beside the cells, never ranked. Null where none of the counted keeps an average. */
  averaged: Cells | null;
}

export type Cells = Readonly<Record<Measure, Cell>>;

/** In the order of their first runs. `shared` is the experiment's model. */
export const contest = (runs: readonly Contestant[], shared: ModelSpec): Group[] =>
  [...gather(runs, ({ spec }) => settingsKey(spec, shared))].map(([key, members]) => makeGroup(key, members));

function makeGroup(key: string, members: readonly Contestant[]): Group {
  const seeds = new Set<number>();
  const counted = members.filter(({ diverged, seed }) => diverged === null && !seeds.has(seed) && seeds.add(seed));
  const cells = cellsOf(counted.map(({ values }) => values));
  const averages = counted.flatMap(({ averaged }) => averaged ?? []);
  return { key, name: groupName(members), members, counted, cells, averaged: averages.length > 0 ? cellsOf(averages) : null };
}

function cellsOf(runs: readonly Measures[]): Cells {
  const cellOf = (of: Measure): Cell => {
    const values = runs.map((run) => run[of]).filter((value) => !Number.isNaN(value));
    return { ...interval95(values), of: runs.length };
  };
  return Object.fromEntries(measures.map((of) => [of, cellOf(of)])) as Record<Measure, Cell>;
}

/** What the members' names share without seeds and counters, else what the optimizer is. */
function groupName(members: readonly Contestant[]): string {
  const [first] = members;
  if (members.length === 1) return first!.name;
  const shared = commonName(members.map(({ name }) => name));
  if (shared !== null) return shared;
  try {
    return describeOptimizer(first!.spec.optimizer);
  } catch {
    return first!.name;
  }
}

/** Whether every counted run has the value: a mean of only those that reached the target would flatter. */
const whole = ({ n, of }: Cell): boolean => n > 0 && n === of;

/** Groups that may be ranked by a measure, the best first. */
export function ranked(groups: readonly Group[], of: Measure): Group[] {
  const sign = MEASURES[of].better === 'high' ? -1 : 1;
  return groups.filter((group) => whole(group.cells[of])).sort((a, b) => sign * (a.cells[of].mean - b.cells[of].mean));
}

/** Keys of the groups with the best mean; none where nothing is told apart, nor of time per step, which is the race’s. */
export function bestOf(groups: readonly Group[], of: Measure): ReadonlySet<string> {
  const order = ranked(groups, of);
  const top = order.filter((group) => group.cells[of].mean === order[0]!.cells[of].mean);
  return new Set(
    groups.length < 2 || of === 'step_seconds' || (top.length === order.length && order.length > 1) ? [] : top.map((group) => group.key),
  );
}

/** Rows in the order of a column; what has no value stands last, in the order of the race. `null`: the order of the race. */
export function sorted(groups: readonly Group[], by: Measure | null, bestFirst: boolean): readonly Group[] {
  if (by === null) return groups;
  const sign = (MEASURES[by].better === 'low' ? 1 : -1) * (bestFirst ? 1 : -1);
  return [...groups].sort((a, b) => {
    const [x, y] = [shownValue(a, by), shownValue(b, by)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  });
}

/** What a row shows: its mean, or the values of a lone run that diverged as they stood. */
export const shownValue = (group: Group, of: Measure): number => (group.members.length === 1 ? group.members[0]!.values[of] : group.cells[of].mean);
