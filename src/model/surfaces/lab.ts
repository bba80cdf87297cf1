/** What the surface lab shows, as a visitor can say it: the surfaces, the runs on them, and how long. Everything from outside passes here. */
import { own, type Place, place, readField, readGiven, readRecord, rejectUnknown, show, table } from '../fields.ts';
import { optimizers, resolveOptimizer } from '../optimizers/index.ts';
import { plain } from '../plain.ts';
import type { Definition, Field, Value } from '../types.ts';
import { ModelError } from '../types.ts';
import type { Point } from './definition.ts';
import { surfaceIds, surfaces } from './index.ts';
import { methods } from './methods/index.ts';

/** Type and arguments of an optimizer that trains networks, or of a method that only surfaces know. */
export interface RuleSpec {
  type: string;
  readonly [arg: string]: Value;
}

export interface LabRun {
  name: string;
  rule: RuleSpec;
}

export interface LabPlot {
  /** Key of `surfaces`. */
  surface: string;
  start: Point;
  /** Standard deviation of the noise on every partial derivative. */
  noise: number;
}

export interface SurfaceLab {
  /** One, or two side by side. */
  plots: readonly LabPlot[];
  /** One to eight, on every plot. */
  runs: readonly LabRun[];
  steps: number;
  /** Of the noise. */
  seed: number;
}

export const MOST_RUNS = 8;
const MOST_PLOTS = 2;

/** Everything a run of the lab may follow. */
export const rules: Readonly<Record<string, Definition>> = table<Definition>({ ...optimizers, ...methods });

/** Whether the kernels run it; a method walks in float64. */
export const isOptimizer = (type: string): boolean => optimizers[type] !== undefined;

export const labFields = {
  steps: { name: 'steps', kind: 'int', default: 200, min: 1, max: 5000, slider: [10, 2000], scale: 'log', help: 'Updates of every run.' },
  seed: { name: 'seed', kind: 'int', default: 1, min: 0, max: 2 ** 32 - 1, help: 'The noise follows from it; all runs meet the same.' },
  noise: {
    name: 'noise',
    kind: 'float',
    default: 0,
    min: 0,
    max: 1000,
    slider: [0, 5],
    help: 'Standard deviation of what is added to every partial derivative, as a small batch would. The same for all runs.',
  },
  /** Far outside of every plot is allowed: a walk may begin there. */
  coordinate: { name: 'start', kind: 'float', default: 0, min: -1000, max: 1000, help: 'Where all runs begin.' },
} as const satisfies Record<string, Field>;

const NAME: Field = { name: 'name', kind: 'text', default: '', max: 40, help: '' };

/** A plot as a surface comes: its own start and noise. */
export const plotOf = (id: string): LabPlot => ({ surface: id, start: surfaces[id]!.start, noise: surfaces[id]!.noise });

/** @throws ModelError, and nothing else: one sentence that names the part that is wrong. */
export function restoreLab(raw: unknown): SurfaceLab {
  const at: Place = { path: '', subject: 'the surface lab' };
  const record = readRecord(plain(raw), at);
  rejectUnknown(record, ['plots', 'runs', 'steps', 'seed'], at);
  return {
    plots: readList(own(record, 'plots'), 'plots', MOST_PLOTS, readPlot),
    runs: readList(own(record, 'runs'), 'runs', MOST_RUNS, readRun),
    steps: readField(labFields.steps, own(record, 'steps') ?? labFields.steps.default, place('')) as number,
    seed: readField(labFields.seed, own(record, 'seed') ?? labFields.seed.default, place('')) as number,
  };
}

function readList<T>(raw: unknown, name: string, most: number, read: (item: unknown, path: string) => T): T[] {
  if (Array.isArray(raw) && raw.length >= 1 && raw.length <= most) return raw.map((item, i) => read(item, `${name}.${i}`));
  throw new ModelError(`${name} must be a list of 1 to ${most}, found ${show(raw)}`, name);
}

function readPlot(raw: unknown, path: string): LabPlot {
  const at = place(path);
  const record = readRecord(raw, at);
  rejectUnknown(record, ['surface', 'start', 'noise'], at);
  const id = own(record, 'surface');
  const surface = typeof id === 'string' ? surfaces[id] : undefined;
  if (!surface) throw new ModelError(`${path}.surface: ${show(id)} is not known; known are ${surfaceIds.join(', ')}`, `${path}.surface`);
  return {
    surface: surface.id,
    start: readStart(own(record, 'start') ?? [...surface.start], at),
    noise: readField(labFields.noise, own(record, 'noise') ?? surface.noise, at) as number,
  };
}

function readStart(raw: unknown, at: Place): Point {
  if (Array.isArray(raw) && raw.length === 2) {
    const [x, y] = raw.map((value) => readField(labFields.coordinate, value, at) as number);
    return [x!, y!];
  }
  throw new ModelError(`${at.path}.start must be two numbers, found ${show(raw)}`, `${at.path}.start`);
}

function readRun(raw: unknown, path: string): LabRun {
  const at = place(path);
  const record = readRecord(raw, at);
  rejectUnknown(record, ['name', 'rule'], at);
  const rule = readRule(own(record, 'rule'), `${path}.rule`);
  const name = own(record, 'name');
  return { name: name === undefined ? rules[rule.type]!.label : (readField(NAME, name, at) as string), rule };
}

/** Its type and the arguments that were given. */
function readRule(raw: unknown, path: string): RuleSpec {
  const at = place(path);
  const record = readRecord(raw, at);
  const type = own(record, 'type');
  const definition = typeof type === 'string' ? rules[type] : undefined;
  if (!definition) throw new ModelError(`${path}: ${show(type)} is not known; known are ${Object.keys(rules).join(', ')}`, `${path}.type`);
  const given = readGiven(definition, record, at, ['type']);
  if (!isOptimizer(definition.type)) return { type: definition.type, ...given };
  const spec = { type: definition.type, lr: lrOf(definition), ...given };
  resolveOptimizer(spec, path);
  return spec;
}

/** A rule as it is chosen. The lab's matrix is first and last layer at once, which Muon would leave to AdamW. */
export function ruleOf(type: string): RuleSpec {
  const definition = rules[type]!;
  const rated = definition.fields.some((field) => field.name === 'lr');
  return { type, ...(rated && { lr: lrOf(definition) }), ...(type === 'Muon' && { hidden_only: false, weight_decay: 0 }) };
}

/** Arguments that change nothing on a surface: it has neither biases nor a validation. */
export const UNSEEN: readonly string[] = ['decay_bias_and_norm', 'ema_decay'];

/** The learning rate that a rule has by default. */
const lrOf = (definition: Definition): number => (definition.fields.find((field) => field.name === 'lr')?.default ?? 0) as number;
