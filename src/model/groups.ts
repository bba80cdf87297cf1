/** Runs that belong together: by everything but the seed, or by one setting. What the groups are called stands here too. */
import { differs, keysOf, type Settings, type Shared, settingsKey, tabulate } from './settings.ts';
import type { RunSpec } from './types.ts';

/** `'none'`, `'seeds'` (everything but the seed makes a group), or the key of a setting (`'optimizer'`, `'optimizer.lr'`, `'model'` …). */
export type GroupBy = string;

export interface RunGroup {
  /** Different for each group, and the same while its first run stays. */
  key: string;
  /** What tells it from the other groups: "Adam, lr 1e-3". */
  label: string;
  /** Ids of its runs, in their order. */
  ids: readonly string[];
}

/** What the runs can be grouped by: what they differ in. */
export function groupings(runs: readonly RunSpec[], shared: Shared): { key: GroupBy; label: string }[] {
  const all = tabulate(runs, shared);
  const found = keysOf(all).filter((key) => differs(key, all));
  const labels = new Map(all.flatMap((settings) => [...settings.values()].map((s) => [s.key, s.label] as const)));
  return [
    ...(found.includes('seed') ? [{ key: 'seeds', label: 'everything but the seed' }] : []),
    ...found.map((key) => ({ key, label: labels.get(key)! })),
  ];
}

/** The settings that tell one of the groups from its like: an argument counts among groups of one type, since the type says the rest. */
function labelOf(first: Settings, firsts: readonly Settings[], by: GroupBy): string {
  if (by !== 'seeds') return first.get(by)?.words ?? `no ${by.replace(/^.*\./, '')}`;
  const words = [...first.values()].filter(({ key }) => {
    if (key === 'seed') return false;
    const [parent, arg] = key.split('.') as [string, string?];
    const peers = arg === undefined ? firsts : firsts.filter((other) => other.get(parent)?.value === first.get(parent)?.value);
    return differs(key, peers);
  });
  return words.length > 0 ? words.map((setting) => setting.words).join(', ') : first.get('optimizer')!.words;
}

/** The runs by their keys, in the order of their first ones. */
export function gather<T>(runs: Iterable<T>, keyOf: (run: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const run of runs) {
    const key = keyOf(run);
    const members = found.get(key);
    if (members) members.push(run);
    else found.set(key, [run]);
  }
  return found;
}

/** "Adam, seed 3", "Adam · seed 3 (2)" → "Adam". */
const unseeded = (name: string): string => name.replace(/[\s,;:·–—(-]*\bseed\s*[#=:]?\s*\d+\)?(?:\s*\(\d+\))?$/i, '').trim();

/** "Adam (2)", "Adam 2" → "Adam". */
const uncounted = (name: string): string => name.replace(/\s*\(\d+\)$|\s+#?\d+$/, '').trim();

/** What runs are called apart from their seeds, and from counters where nothing else tells the names apart; null where they have less in common. */
export function commonName(names: readonly string[]): string | null {
  const plain = names.map(unseeded);
  const alike = [plain, plain.map(uncounted)].find((all) => new Set(all).size === 1);
  return alike?.[0] || null;
}

/** What the visitor calls the groups, where that tells them apart; else what they are. */
function namesOf(groups: readonly (readonly RunSpec[])[], labels: readonly string[]): readonly string[] {
  const names = groups.map((runs) => commonName(runs.map((run) => run.name)));
  return names.every((name) => name !== null) && new Set(names).size === names.length ? names : labels;
}

/** The groups in the order of their first runs; null where that would leave every run by itself, or there is nothing to group by. */
export function groupRuns(runs: readonly RunSpec[], ids: readonly string[], by: GroupBy, shared: Shared): RunGroup[] | null {
  if (by === 'none' || runs.length < 2) return null;
  const all = tabulate(runs, shared);
  if (by !== 'seeds' && !differs(by, all)) return null;
  const members = gather(runs.keys(), (i) => (by === 'seeds' ? settingsKey(runs[i]!, shared.model) : (all[i]!.get(by)?.value ?? '')));
  if (members.size === runs.length) return null;
  const groups = [...members.values()];
  const firsts = groups.map(([first]) => all[first!]!);
  const labels = firsts.map((first) => labelOf(first, firsts, by));
  const said =
    by === 'seeds'
      ? namesOf(
          groups.map((positions) => positions.map((i) => runs[i]!)),
          labels,
        )
      : labels;
  return groups.map((positions, g) => ({
    key: `group-${ids[positions[0]!]!}`,
    label: said[g]!,
    ids: positions.map((i) => ids[i]!),
  }));
}
