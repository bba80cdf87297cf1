/** From a model spec to shapes, parameters and work, or to a sentence about the layer that does not fit. */

import type { Place, RawRecord } from './fields.ts';
import { complete, own, place, readDefinition, readGiven, readRecord, rejectUnknown, show } from './fields.ts';
import { formatCount, formatShape } from './format.ts';
import { layers } from './layers/index.ts';
import type { Args, LayerDefinition, LayerInfo, ModelInfo, ModelSpec, ParamSpec, Shape } from './types.ts';
import { ModelError } from './types.ts';

/** What no laptop and no lesson needs; smaller limits are the ledger's business. */
export const LIMITS = { layers: 128, side: 4096, channels: 8192, elements: 2 ** 28, parameters: 2 ** 28 } as const;

export interface LayerCheck {
  id: string;
  type: string;
  info?: LayerInfo;
  /** Neither `info` nor `error`: it reads, directly or not, a layer that is in error. */
  error?: ModelError;
}

export interface ModelCheck {
  layers: LayerCheck[];
  info?: ModelInfo;
  /** The first error of the model, which may be about no layer at all (its input, an empty list). */
  error?: ModelError;
}

export const layerKeys: readonly string[] = ['id', 'type', 'inputs'];

/** Letters, digits, `_`, `-`, and dots between them. */
const ID = /^[\w-]+(\.[\w-]+)*$/;

/** @throws ModelError naming layer and path. Arguments come back complete. */
export function inferModel(spec: ModelSpec, path = 'model'): ModelInfo {
  const check = checkModel(spec, path);
  if (check.info) return check.info;
  throw check.error ?? new ModelError(`${path} has no layers: add at least one`, `${path}.layers`);
}

/** Never throws, whatever `spec` is: what can be inferred, layer by layer, and what is in the way. */
export function checkModel(spec: ModelSpec, path = 'model'): ModelCheck {
  try {
    const raw = readRecord(spec, place(path));
    rejectUnknown(raw, ['input', 'layers'], place(path));
    const input = readInput(own(raw, 'input'), `${path}.input`);
    return walk(input, readLayers(own(raw, 'layers'), `${path}.layers`), `${path}.layers`);
  } catch (error) {
    return { layers: [], error: asModelError(error, path) };
  }
}

/** [C, H, W]. @throws ModelError */
export function readInput(raw: unknown, path: string): [number, number, number] {
  const sizes: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const fits = (size: unknown, max: number): size is number => Number.isInteger(size) && (size as number) >= 1 && (size as number) <= max;
  const [channels, height, width] = sizes;
  if (sizes.length === 3 && fits(channels, LIMITS.channels) && fits(height, LIMITS.side) && fits(width, LIMITS.side))
    return [channels, height, width];
  const limits = `up to ${LIMITS.channels} channels and ${LIMITS.side} pixels a side`;
  throw new ModelError(`${path} must be [channels, height, width], ${limits}, found ${show(raw)}`, path);
}

function readLayers(raw: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw new ModelError(`${path} must be a list of layers, found ${show(raw)}`, path);
  if (raw.length === 0) throw new ModelError(`${path} is empty: add at least one layer`, path);
  if (raw.length > LIMITS.layers) throw new ModelError(`${path} may hold ${LIMITS.layers} layers, found ${raw.length}`, path);
  return raw;
}

/** `undefined`: known by name, but its shape is not known because of an error. */
type Known = Map<string, Shape | undefined>;

function walk(input: readonly [number, number, number], raw: readonly unknown[], path: string): ModelCheck {
  const known: Known = new Map([['input', input]]);
  const checks: LayerCheck[] = [];
  const ids = raw.map((layer) => (typeof layer === 'object' && layer !== null ? own(layer as RawRecord, 'id') : undefined));
  let parameters = 0;
  let before = 'input';
  for (const [index, layer] of raw.entries()) {
    const check = checkLayer(layer, `${path}.${index}`, known, before, ids);
    if (check.info) parameters += check.info.parameters;
    if (check.info && parameters > LIMITS.parameters) {
      const message = `${check.id}: the model would have ${formatCount(parameters)} parameters, at most ${formatCount(LIMITS.parameters)} are allowed`;
      check.error = new ModelError(message, `${path}.${index}`, check.id);
      check.info = undefined;
    }
    if (!known.has(check.id)) known.set(check.id, check.info?.shape);
    before = check.id;
    checks.push(check);
  }
  const error = checks.find((check) => check.error)?.error;
  if (error) return { layers: checks, error };
  const infos = checks.map((check) => check.info!);
  const macs = infos.reduce((sum, info) => sum + info.macs, 0);
  return { layers: checks, info: { input, layers: infos, output: infos.at(-1)!.shape, parameters, macs } };
}

function checkLayer(raw: unknown, path: string, known: Known, before: string, ids: readonly unknown[]): LayerCheck {
  const record = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as RawRecord) : undefined;
  const id = record && own(record, 'id');
  const type = record && own(record, 'type');
  const check: LayerCheck = { id: typeof id === 'string' ? id : '', type: typeof type === 'string' ? type : '' };
  try {
    const info = inferLayer(readRecord(raw, place(path)), path, known, before, ids);
    if (info) check.info = info;
  } catch (error) {
    check.error = asModelError(error, path, check.id || undefined);
  }
  return check;
}

/** @returns undefined when a layer that it reads has no known shape. @throws ModelError */
function inferLayer(raw: RawRecord, path: string, known: Known, before: string, ids: readonly unknown[]): LayerInfo | undefined {
  const id = readId(own(raw, 'id'), path, known);
  const at: Place = { path, subject: id, layer: id };
  const definition = readDefinition(layers, raw, at, 'layer');
  const given = readGiven(definition, raw, at, layerKeys);
  const inputs = readInputs(definition, own(raw, 'inputs'), at, before, known, ids);
  const shapes = inputs.map((name) => known.get(name));
  if (shapes.includes(undefined)) return undefined;
  const inputShapes = shapes as Shape[];
  try {
    return measure(definition, id, given, inputs, inputShapes);
  } catch (error) {
    // A definition does not know which layer it serves: its path is the argument's name alone.
    if (error instanceof ModelError) throw new ModelError(`${id}: ${error.message}`, error.path ? `${path}.${error.path}` : path, id);
    throw error;
  }
}

function measure(definition: LayerDefinition, id: string, given: Args, inputs: readonly string[], inputShapes: readonly Shape[]): LayerInfo {
  const inferred = definition.infer?.(inputShapes) ?? {};
  for (const name of Object.keys(inferred)) {
    const value = given[name];
    if (value === undefined || value === inferred[name]) continue;
    throw new ModelError(`${name} is ${show(value)}, but the input has ${show(inferred[name])}: leave it out or write ${show(inferred[name])}`, name);
  }
  const args = complete(definition, { ...given, ...inferred });
  const shape = definition.shape(args, inputShapes);
  const elements = count(shape);
  if (elements > LIMITS.elements) {
    throw new ModelError(
      `${definition.type} would give ${formatShape(shape)} = ${formatCount(elements)} values a sample, at most ${formatCount(LIMITS.elements)} are allowed`,
      '',
    );
  }
  const params = definition.params?.(args, inputShapes) ?? [];
  const parameters = params.filter((param) => param.kind === 'parameter').reduce((sum, param) => sum + count(param.shape), 0);
  const macs = definition.macs?.(args, inputShapes, shape) ?? 0;
  return { id, type: definition.type, args, inputs, inputShapes, shape, params, parameters, macs };
}

/** Number of elements of a shape. */
export const count = (shape: ParamSpec['shape']): number => shape.reduce((product, size) => product * size, 1);

function readId(raw: unknown, path: string, known: Known): string {
  const at = `${path}.id`;
  const rule = 'letters, digits, "_", "-" and dots between them, at most 80';
  if (typeof raw !== 'string' || raw.length > 80 || !ID.test(raw)) throw new ModelError(`${at} must be ${rule}, found ${show(raw)}`, at);
  // Ids become keys of state dicts, here and in other people's code.
  if (raw.split('.').some((part) => part in {} || part === 'prototype'))
    throw new ModelError(`${at} may not be ${show(raw)}: JavaScript reserves it`, at, raw);
  if (raw === 'input') throw new ModelError(`${at} may not be "input": that is the model's input`, at, raw);
  if (known.has(raw)) throw new ModelError(`${raw}: another layer has the id ${show(raw)} already`, at, raw);
  return raw;
}

function readInputs(definition: LayerDefinition, raw: unknown, at: Place, before: string, known: Known, ids: readonly unknown[]): string[] {
  const path = `${at.path}.inputs`;
  const { type, arity } = definition;
  if (raw === undefined) {
    if (arity === 1) return [before];
    throw new ModelError(`${at.subject}: ${type} needs ${arity} inputs: name the layers it reads`, path, at.layer);
  }
  if (!Array.isArray(raw) || raw.some((name) => typeof name !== 'string')) {
    throw new ModelError(`${at.subject}.inputs must be a list of layer ids, found ${show(raw)}`, path, at.layer);
  }
  if (raw.length !== arity)
    throw new ModelError(`${at.subject}: ${type} needs ${arity} input${arity > 1 ? 's' : ''}, gets ${raw.length}`, path, at.layer);
  for (const name of raw as string[]) {
    if (known.has(name) && name !== at.subject) continue;
    const why =
      name === at.subject
        ? 'which is itself'
        : ids.includes(name)
          ? 'which comes later: a layer reads only layers before it'
          : 'which does not exist';
    throw new ModelError(`${at.subject} reads ${show(name)}, ${why}`, path, at.layer);
  }
  return [...(raw as string[])];
}

/** Proxies and getters of a page that embeds us may throw anything; a visitor still gets a sentence. */
function asModelError(error: unknown, path: string, layer?: string): ModelError {
  return error instanceof ModelError ? error : new ModelError(`${path} cannot be read`, path, layer);
}
