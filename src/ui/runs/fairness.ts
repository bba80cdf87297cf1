/** Whether the runs can be compared: the same initial weights and the same order of batches, by fingerprint. */
import type { RunSummary } from '../../store/live.ts';

export interface Verdict {
  fair: boolean;
  /** Short fingerprints of what most runs share. */
  weights: string;
  batches: string;
  /** Runs that differ from most. */
  otherWeights: string[];
  otherBatches: string[];
  /** Every setting starts once from each of the same several starts (seeds): a comparison in pairs. */
  pairs: { settings: number; starts: number } | null;
}

const SHORT = 4;

/** `groups`: ids of runs that differ in their seed only. */
function pairsOf(runs: readonly RunSummary[], groups: readonly (readonly string[])[]): Verdict['pairs'] {
  const starts = new Map(runs.map(({ run, weights, batches }) => [run, `${weights} ${batches}`]));
  const sets = groups.map((ids) => ids.flatMap((id) => starts.get(id) ?? []).sort());
  const [first = []] = sets;
  const alike = sets.every((set) => set.join() === first.join());
  return alike && sets.length > 1 && first.length > 1 && new Set(first).size === first.length
    ? { settings: sets.length, starts: first.length }
    : null;
}

/** `names` by run id. Null with fewer than two runs to compare. */
export function judge(runs: readonly RunSummary[], names: ReadonlyMap<string, string>, groups: readonly (readonly string[])[] = []): Verdict | null {
  const known = runs.filter((run) => names.has(run.run));
  if (known.length < 2) return null;
  const weights = commonest(known.map((run) => run.weights));
  const batches = commonest(known.map((run) => run.batches));
  const differing = (key: 'weights' | 'batches', common: string): string[] =>
    known.filter((run) => run[key] !== common).map((run) => names.get(run.run)!);
  const otherWeights = differing('weights', weights);
  const otherBatches = differing('batches', batches);
  return {
    fair: otherWeights.length + otherBatches.length === 0,
    weights: weights.slice(0, SHORT),
    batches: batches.slice(0, SHORT),
    otherWeights,
    otherBatches,
    pairs: pairsOf(known, groups),
  };
}

/** The first of the most frequent. */
function commonest(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/** So many are named one by one; of a race of many seeds the list would push the runs off the screen. */
const MOST_NAMES = 4;

/** "A", "A and B", "A, B and C"; "A, B, C and 17 others". */
export function listNames(names: readonly string[]): string {
  if (names.length > MOST_NAMES) return `${names.slice(0, MOST_NAMES - 1).join(', ')} and ${names.length - MOST_NAMES + 1} others`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
