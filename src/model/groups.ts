/** Runs that belong together: by everything but the seed, or by one setting. What a run's settings are called stands here too. */
import { formatValue } from './diff.ts';
import { inits, resolveInit } from './inits/index.ts';
import { optimizers, resolveOptimizer } from './optimizers/index.ts';
import { resolveSchedule, schedules } from './schedules/index.ts';
import type { Args, ModelSpec, RunSpec, Value } from './types.ts';

/** `'none'`, `'seeds'` (everything but the seed makes a group), or the key of a setting (`'optimizer'`, `'optimizer.lr'`, `'model'` …). */
export type GroupBy = string;

interface Setting {
  /** `'optimizer'`, `'optimizer.lr'`, `'seed'` … */
  key: string;
  /** In a list of settings: "lr", "schedule", "schedule T_max". */
  label: string;
  /** With its value: "lr 1e-3", "Adam". */
  words: string;
  /** Equal for equal values. */
  value: string;
}

interface Shared {
  model: ModelSpec;
  seed: number;
}

export interface RunGroup {
  /** Different for each group, and the same while its first run stays. */
  key: string;
  /** What tells it from the other groups: "Adam, lr 1e-3". */
  label: string;
  /** Ids of its runs, in their order. */
  ids: readonly string[];
}

/** What does not change a curve. */
const LOOKS: ReadonlySet<string> = new Set(['name', 'color', 'hidden']);

/** JSON in which the order of keys does not count. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
    .join()}}`;
}

/** Complete arguments, or those that stand there while one of them is being typed wrongly. */
function argsOf(resolve: () => Args, { type: _, ...raw }: { type: string; readonly [arg: string]: Value }): Args {
  try {
    return resolve();
  } catch {
    return raw;
  }
}

/** The type and each argument of an optimizer, schedule or initialiser. */
function typed(kind: string, name: string, { type }: { type: string }, label: string, args: Args): Setting[] {
  const prefix = kind === 'optimizer' ? '' : `${name} `;
  const settings = Object.entries(args).map(
    ([arg, value]): Setting => ({
      key: `${kind}.${arg}`,
      label: `${prefix}${arg}`,
      words: `${arg} ${formatValue(value)}`,
      value: canonical(value),
    }),
  );
  return [{ key: kind, label: name, words: label, value: type }, ...settings];
}

/** A setting that has no words of its own: an option of the run as a whole, or a part of one. */
function plain(key: string, value: unknown): Setting {
  const said = typeof value === 'object' && value !== null && !Array.isArray(value) ? canonical(value) : formatValue(value as Value);
  return { key, label: key.replaceAll('_', ' '), words: `${key} ${said}`, value: canonical(value) };
}

function settingsOf(run: RunSpec, { model, seed }: Shared, models: readonly string[]): Setting[] {
  const schedule = run.schedule ?? { type: 'constant' };
  const init = run.init ?? { type: 'default' };
  const own = canonical(run.model ?? model);
  const known = new Set([...LOOKS, 'optimizer', 'schedule', 'init', 'seed', 'model']);
  const { optimizer } = run;
  return [
    ...typed(
      'optimizer',
      'optimizer',
      optimizer,
      optimizers[optimizer.type]?.label ?? optimizer.type,
      argsOf(() => resolveOptimizer(optimizer), optimizer),
    ),
    ...typed(
      'schedule',
      'schedule',
      schedule,
      schedules[schedule.type]?.label ?? schedule.type,
      argsOf(() => resolveSchedule(schedule), schedule),
    ),
    ...typed(
      'init',
      'initialisation',
      init,
      inits[init.type]?.label ?? init.type,
      argsOf(() => resolveInit(init), init),
    ),
    plain('seed', run.seed ?? seed),
    { key: 'model', label: 'model', words: `network ${models.indexOf(own) + 1}`, value: own },
    ...Object.entries(run)
      .filter(([key, value]) => !known.has(key) && value !== undefined)
      .map(([key, value]) => plain(key, value)),
  ];
}

type Settings = ReadonlyMap<string, Setting>;

/** Of each run its settings by key. */
function tabulate(runs: readonly RunSpec[], shared: Shared): Settings[] {
  const models = [...new Set(runs.map((run) => canonical(run.model ?? shared.model)))];
  return runs.map((run) => new Map(settingsOf(run, shared, models).map((setting) => [setting.key, setting])));
}

/** Whether a setting has two values among those that have it, or is an option that only some have. */
function differs(key: string, all: readonly Settings[]): boolean {
  const found = all.flatMap((settings) => settings.get(key)?.value ?? []);
  const option = !key.includes('.');
  return new Set(found).size > 1 || (option && found.length > 0 && found.length < all.length);
}

const keysOf = (all: readonly Settings[]): string[] => [...new Set(all.flatMap((settings) => [...settings.keys()]))];

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

/** What two runs of a group have in common. */
function signature(settings: Settings, by: GroupBy): string {
  if (by !== 'seeds') return settings.get(by)?.value ?? '';
  return [...settings.values()]
    .filter(({ key }) => key !== 'seed')
    .map(({ key, value }) => `${key}=${value}`)
    .sort()
    .join('\n');
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

/** "Momentum" of "Momentum · seed 1" and "Momentum · seed 2"; null where the names have less in common. */
function commonName(names: readonly string[]): string | null {
  const plain = new Set(names.map((name) => name.replace(/[\s·,]*\bseed \d+(?: \(\d+\))?$/i, '').trim()));
  const [name] = plain;
  return plain.size === 1 && name ? name : null;
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
  const members = new Map<string, number[]>();
  for (const [i, settings] of all.entries()) {
    const key = signature(settings, by);
    members.set(key, [...(members.get(key) ?? []), i]);
  }
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
