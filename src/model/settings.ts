/** What a run's settings are: one text for equal ones, and a list of them with words and values. */
import { formatValue } from './diff.ts';
import { inits, resolveInit } from './inits/index.ts';
import { optimizers, resolveOptimizer } from './optimizers/index.ts';
import { resolveSchedule, schedules } from './schedules/index.ts';
import type { Args, InitSpec, ModelSpec, OptimizerSpec, RunSpec, ScheduleSpec, Value } from './types.ts';

export interface Setting {
  /** `'optimizer'`, `'optimizer.lr'`, `'seed'` … */
  key: string;
  /** In a list of settings: "lr", "schedule", "schedule T_max". */
  label: string;
  /** With its value: "lr 1e-3", "Adam". */
  words: string;
  /** Equal for equal values. */
  value: string;
}

/** What runs have in common: that of the experiment. */
export interface Shared {
  model: ModelSpec;
  seed: number;
}

/** What a run without the field does. */
const CONSTANT: ScheduleSpec = { type: 'constant' };
const DEFAULT: InitSpec = { type: 'default' };

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

/** A text that two runs share exactly if they differ in nothing but seed, name and looks. `shared` is the experiment's model. */
export function settingsKey(run: RunSpec, shared: ModelSpec): string {
  const { name: _, color: __, hidden: ___, seed: ____, optimizer, schedule = CONSTANT, init = DEFAULT, model = shared, ...rest } = run;
  return canonical({
    ...rest,
    optimizer: { type: optimizer.type, args: argsOf(resolveOptimizer, optimizer) },
    schedule: { type: schedule.type, args: argsOf(resolveSchedule, schedule) },
    init: { type: init.type, args: argsOf(resolveInit, init) },
    model: modelKey(model),
  });
}

/** Models are large, shared and never changed in place: each is written out once. */
const modelKeys = new WeakMap<ModelSpec, string>();

function modelKey(model: ModelSpec): string {
  let key = modelKeys.get(model);
  if (key === undefined) modelKeys.set(model, (key = canonical(model)));
  return key;
}

/** Complete arguments, or those that stand there while one of them is being typed wrongly. */
function argsOf<T extends OptimizerSpec | ScheduleSpec | InitSpec>(resolve: (spec: T) => Args, spec: T): Args {
  try {
    return resolve(spec);
  } catch {
    const { type: _, ...raw } = spec;
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
  const { optimizer, schedule = CONSTANT, init = DEFAULT } = run;
  const own = modelKey(run.model ?? model);
  const known = new Set([...LOOKS, 'optimizer', 'schedule', 'init', 'seed', 'model']);
  return [
    ...typed('optimizer', 'optimizer', optimizer, optimizers[optimizer.type]?.label ?? optimizer.type, argsOf(resolveOptimizer, optimizer)),
    ...typed('schedule', 'schedule', schedule, schedules[schedule.type]?.label ?? schedule.type, argsOf(resolveSchedule, schedule)),
    ...typed('init', 'initialisation', init, inits[init.type]?.label ?? init.type, argsOf(resolveInit, init)),
    plain('seed', run.seed ?? seed),
    { key: 'model', label: 'model', words: `network ${models.indexOf(own) + 1}`, value: own },
    ...Object.entries(run)
      .filter(([key, value]) => !known.has(key) && value !== undefined)
      .map(([key, value]) => plain(key, value)),
  ];
}

export type Settings = ReadonlyMap<string, Setting>;

/** Of each run its settings by key. */
export function tabulate(runs: readonly RunSpec[], shared: Shared): Settings[] {
  const models = [...new Set(runs.map((run) => modelKey(run.model ?? shared.model)))];
  return runs.map((run) => new Map(settingsOf(run, shared, models).map((setting) => [setting.key, setting])));
}

/** Whether a setting has two values among those that have it, or is an option that only some have. */
export function differs(key: string, all: readonly Settings[]): boolean {
  const found = all.flatMap((settings) => settings.get(key)?.value ?? []);
  const option = !key.includes('.');
  return new Set(found).size > 1 || (option && found.length > 0 && found.length < all.length);
}

export const keysOf = (all: readonly Settings[]): string[] => [...new Set(all.flatMap((settings) => [...settings.keys()]))];
