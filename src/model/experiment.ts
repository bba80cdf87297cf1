/**
 * The single gate for everything from outside: links, files, stored sessions, `window.playground.load`. Values are read one by one
 * against the definitions into fresh objects; nothing is merged, nothing is clamped, and whatever does not fit is a ModelError that
 * says where it is, what was found and what is allowed.
 */

import { datasets, resolveData } from './datasets.ts';
import type { Place, RawRecord } from './fields.ts';
import { join, own, place, readDefinition, readField, readGiven, readRecord, rejectUnknown, show } from './fields.ts';
import { formatShape } from './format.ts';
import { inferModel, layerKeys, readInput } from './infer.ts';
import { inits } from './inits/index.ts';
import { layers } from './layers/index.ts';
import { losses } from './losses/index.ts';
import { optimizers, resolveOptimizer } from './optimizers/index.ts';
import { plain } from './plain.ts';
import { schedules } from './schedules/index.ts';
import type { DataSpec, Definition, Experiment, Field, LayerSpec, ModelInfo, ModelSpec, OptimizerSpec, RunSpec, Value } from './types.ts';
import { ModelError } from './types.ts';

/** Runs of an experiment: eight optimizers by eight seeds. */
export const RUNS = 64;

const whole = (name: string, value: number, min: number, max: number): Field => ({ name, kind: 'int', default: value, min, max, help: '' });

/** The experiment's own numbers, for forms; the same rules hold for links. */
export const experimentFields = {
  batch_size: { ...whole('batch_size', 64, 1, 1024), scale: 'log', help: 'Samples a step. More give a smoother gradient for more work.' },
  seed: { ...whole('seed', 1, 0, 2 ** 32 - 1), help: 'Initial weights, order of batches and generated data follow from it.' },
  eval_every: { ...whole('eval_every', 25, 1, 10_000), scale: 'log', help: 'Steps between two validations.' },
} as const satisfies Record<string, Field>;

/** An option of its own, since only one of the two is ever written down. */
export const activationDtype = {
  name: 'activation_dtype',
  kind: 'enum',
  default: 'float32',
  options: ['float32', 'float16'],
  help: 'How activations are stored between kernels. float16 halves their memory and traffic; sums, parameters and gradients stay float32.',
} as const satisfies Field;

const EXPERIMENT_KEYS = ['name', 'note', 'model', 'data', 'batch_size', 'loss', 'seed', 'activation_dtype', 'eval_every', 'runs'];
const RUN_KEYS = ['name', 'optimizer', 'schedule', 'init', 'seed', 'model', 'color', 'hidden'];
const COLOR = whole('color', 0, 0, RUNS - 1);
const HIDDEN: Field = { name: 'hidden', kind: 'bool', default: false, help: '' };
const NAME: Field = { name: 'name', kind: 'text', default: 'Untitled', max: 80, help: '' };
const NOTE: Field = { name: 'note', kind: 'text', default: '', max: 240, help: '' };

/** `model`, `data` and `runs` must be there; the rest has defaults. @throws ModelError, and nothing else. */
export function restoreExperiment(raw: unknown): Experiment {
  const at = place('');
  const record = readRecord(plain(raw), at);
  rejectUnknown(record, EXPERIMENT_KEYS, at);
  const experiment: Experiment = {
    name: readText(NAME, record, at),
    ...(own(record, 'note') !== undefined && { note: readText(NOTE, record, at) }),
    model: restoreModel(own(record, 'model'), 'model'),
    data: restoreSpec(datasets, own(record, 'data'), 'data', 'data set'),
    batch_size: readWhole(experimentFields.batch_size, record, at),
    loss: restoreSpec(losses, own(record, 'loss') ?? { type: 'CrossEntropyLoss' }, 'loss', 'loss'),
    seed: readWhole(experimentFields.seed, record, at),
    ...(read(activationDtype, record, at) === 'float16' && { activation_dtype: 'float16' }),
    eval_every: readWhole(experimentFields.eval_every, record, at),
    runs: restoreRuns(own(record, 'runs')),
  };
  checkFit(experiment);
  return experiment;
}

function restoreRuns(raw: unknown): RunSpec[] {
  if (Array.isArray(raw) && raw.length >= 1 && raw.length <= RUNS) return raw.map((run, index) => restoreRun(run, `runs.${index}`));
  throw new ModelError(`runs must be a list of 1 to ${RUNS} runs, found ${show(raw)}`, 'runs');
}

function restoreRun(raw: unknown, path: string): RunSpec {
  const at = place(path);
  const record = readRecord(raw, at);
  rejectUnknown(record, RUN_KEYS, at);
  const given = (key: string) => own(record, key) !== undefined;
  const optimizer = restoreOptimizer(own(record, 'optimizer'), `${path}.optimizer`);
  return {
    name: given('name') ? readText(NAME, record, at) : optimizers[optimizer.type]!.label,
    optimizer,
    ...(given('schedule') && { schedule: restoreSpec(schedules, own(record, 'schedule'), `${path}.schedule`, 'schedule') }),
    ...(given('init') && { init: restoreSpec(inits, own(record, 'init'), `${path}.init`, 'initialiser') }),
    ...(given('seed') && { seed: readWhole(experimentFields.seed, record, at) }),
    ...(given('model') && { model: restoreModel(own(record, 'model'), `${path}.model`) }),
    ...(given('color') && { color: readWhole(COLOR, record, at) }),
    ...(given('hidden') && { hidden: readField(HIDDEN, own(record, 'hidden'), at) as boolean }),
  };
}

/** lr is written out even where it is the default: it is what everyone looks for. */
function restoreOptimizer(raw: unknown, path: string): OptimizerSpec {
  const { type, ...given } = restoreSpec(optimizers, raw, path, 'optimizer');
  const lr = optimizers[type]!.fields.find((field) => field.name === 'lr')!.default as number;
  const spec: OptimizerSpec = { type, lr, ...given };
  resolveOptimizer(spec, path);
  return spec;
}

/** A type and the arguments that were given; defaults stay out, so that links stay short. */
function restoreSpec(
  known: Readonly<Record<string, Definition>>,
  raw: unknown,
  path: string,
  noun: string,
): { type: string } & Record<string, Value> {
  const at = place(path);
  const record = readRecord(raw, at);
  const definition = readDefinition(known, record, at, noun);
  return { type: definition.type, ...readGiven(definition, record, at, ['type']) };
}

/** A fresh copy of a model that infers. @throws ModelError */
export function restoreModel(raw: unknown, path: string): ModelSpec {
  inferModel(raw as ModelSpec, path);
  const record = raw as { input: unknown; layers: readonly RawRecord[] };
  return {
    input: readInput(record.input, `${path}.input`),
    layers: record.layers.map((layer, index) => restoreLayer(layer, `${path}.layers.${index}`)),
  };
}

function restoreLayer(raw: RawRecord, path: string): LayerSpec {
  const [id, type, inputs] = [raw.id as string, raw.type as string, own(raw, 'inputs') as string[] | undefined];
  const given = readGiven(layers[type]!, raw, { path, subject: id, layer: id }, layerKeys);
  return { id, type, ...(inputs && { inputs: [...inputs] }), ...given };
}

/** What no part can check alone: model against data, batch against samples and batch norm. */
function checkFit(experiment: Experiment): void {
  const train = resolveData(experiment.data).split?.train;
  if (train !== undefined && experiment.batch_size > train) {
    throw new ModelError(`batch_size is ${experiment.batch_size}, but ${experiment.data.type} has only ${train} samples for training`, 'batch_size');
  }
  for (const [path, model] of models(experiment)) {
    const info = inferModel(model, path);
    const error = misfit(info, experiment.data, path) ?? aloneInBatch(info, experiment.batch_size, path);
    if (error) throw error;
  }
}

/** Every architecture of an experiment with its path: the shared one, then those of runs that have their own. */
export function models(experiment: Experiment): [path: string, model: ModelSpec][] {
  const result: [string, ModelSpec][] = [['model', experiment.model]];
  for (const [index, run] of experiment.runs.entries()) if (run.model) result.push([`runs.${index}.model`, run.model]);
  return result;
}

/** Why a model cannot learn a data set: other sample shape, output not flat, other number of outputs than classes. */
export function misfit(info: ModelInfo, data: DataSpec, path = 'model'): ModelError | undefined {
  const { input, classes } = resolveData(data);
  if (input?.some((size, axis) => size !== info.input[axis])) {
    return new ModelError(`${path}.input is ${formatShape(info.input)}, but ${data.type} has samples of ${formatShape(input)}`, `${path}.input`);
  }
  const index = info.layers.length - 1;
  const last = info.layers[index]!;
  const where = `${path}.layers.${index}`;
  if (info.output.length !== 1) {
    const advice = classes ? `end with Flatten and Linear with out_features ${classes.length}` : 'end with Flatten and Linear';
    return new ModelError(`${last.id}: the last layer gives ${formatShape(info.output)}, but must give one value a class: ${advice}`, where, last.id);
  }
  if (!classes || info.output[0] === classes.length) return undefined;
  const field = last.type === 'Linear' ? `${where}.out_features` : where;
  return new ModelError(`${last.id}: the last layer gives ${info.output[0]} values, but ${data.type} has ${classes.length} classes`, field, last.id);
}

/** Batch norm of a single value is always zero, and its unbiased variance divides by zero. */
function aloneInBatch(info: ModelInfo, batch_size: number, path: string): ModelError | undefined {
  if (batch_size > 1) return undefined;
  const index = info.layers.findIndex(({ type, shape }) => type.startsWith('BatchNorm') && (shape[1] ?? 1) * (shape[2] ?? 1) === 1);
  if (index < 0) return undefined;
  const { id, type } = info.layers[index]!;
  return new ModelError(`${id}: ${type} needs more than one value a channel to average: raise batch_size above 1`, `${path}.layers.${index}`, id);
}

/** The value given, or the field's default. @throws ModelError */
function read(field: Field, record: RawRecord, at: Place): Value {
  const raw = own(record, field.name);
  return raw === undefined ? field.default : readField(field, raw, at);
}

const readWhole = (field: Field, record: RawRecord, at: Place): number => read(field, record, at) as number;

/** Not only printable but with something to see. */
function readText(field: Field, record: RawRecord, at: Place): string {
  const text = read(field, record, at) as string;
  if (text.trim() !== '') return text;
  throw new ModelError(`${join(at.subject, field.name)} must not be empty`, join(at.path, field.name));
}
