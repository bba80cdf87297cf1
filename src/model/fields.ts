/** Reads values from outside against a definition's fields: the only way from `unknown` to `Args`. */

import type { Args, Definition, Field, Value } from './types.ts';
import { ModelError } from './types.ts';

/** Where a value stands: `path` goes into the error, `subject` begins its sentence. */
export interface Place {
  /** e.g. "model.layers.3". */
  path: string;
  /** What a reader would call it, e.g. the layer's id. */
  subject: string;
  layer?: string;
}

export const place = (path: string): Place => ({ path, subject: path });

/** Control characters, lone surrogates, line separators, and everything that reorders or hides text (bidi, zero-width space, BOM). */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text);

/** "runs.0" and "name" give "runs.0.name"; the experiment itself has the path "". */
export const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);

/** The path of a key from outside, which may hold anything. */
export const below = (path: string, key: string): string => join(path, /^[\w-]{1,80}$/.test(key) ? key : '?');

/** @throws ModelError naming the first key that is not in `keys`. */
export function rejectUnknown(record: RawRecord, keys: readonly string[], at: Place): void {
  const unknown = Object.keys(record).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw new ModelError(
    `${at.subject || 'the experiment'} has no field ${show(unknown)}; it takes ${keys.join(', ')}`,
    below(at.path, unknown),
    at.layer,
  );
}

/** A value from outside, short and harmless enough to stand in an error message. */
export function show(raw: unknown): string {
  if (raw === undefined) return 'nothing';
  if (typeof raw === 'string') {
    const text = raw.slice(0, 40).replace(new RegExp(UNPRINTABLE.source, 'gu'), '�');
    return `"${text}${raw.length > 40 ? '…' : ''}"`;
  }
  if (raw === null || typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  if (!Array.isArray(raw)) return typeof raw === 'object' ? 'an object' : `a ${typeof raw}`;
  const simple = raw.length <= 4 && raw.every((v) => typeof v === 'number' || typeof v === 'boolean');
  return simple ? `[${raw.join(', ')}]` : `a list of ${raw.length}`;
}

export type RawRecord = Readonly<Record<string, unknown>>;

/** @throws ModelError unless `raw` is an object that is not a list. */
export function readRecord(raw: unknown, at: Place): RawRecord {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as RawRecord;
  throw new ModelError(`${at.subject || 'the experiment'} must be an object, found ${show(raw)}`, at.path, at.layer);
}

/** Own property or undefined: never what a prototype offers. */
export const own = (raw: RawRecord, key: string): unknown => (Object.hasOwn(raw, key) ? raw[key] : undefined);

/** A frozen dictionary without a prototype, so that looking up a type from outside ("constructor") finds nothing. */
export function table<D>(entries: Readonly<Record<string, D>>): Readonly<Record<string, D>> {
  const result: Record<string, D> = Object.create(null);
  for (const key of Object.keys(entries)) result[key] = entries[key]!;
  return Object.freeze(result);
}

/** "a, b or c". */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? 'nothing') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Looks up `raw.type`. @throws ModelError that lists the known types. */
export function readDefinition<D extends Definition>(known: Readonly<Record<string, D>>, raw: RawRecord, at: Place, noun: string): D {
  const type = own(raw, 'type');
  const definition = typeof type === 'string' ? known[type] : undefined;
  if (definition) return definition;
  const message = `${at.subject}: ${show(type)} is not a known ${noun} type; known are ${Object.keys(known).join(', ')}`;
  throw new ModelError(message, `${at.path}.type`, at.layer);
}

/** Length of a list of whole numbers. */
const MOST_INTS = 32;

/** What a field accepts, in words: "a whole number from 1 to 255". */
export function allowed(field: Field): string {
  const end = field.exclusiveMax ? `below ${field.max}` : String(field.max);
  const range = field.max === undefined ? '' : field.min === undefined ? ` up to ${end}` : ` from ${field.min} to ${end}`;
  switch (field.kind) {
    case 'int':
      return `a whole number${range}`;
    case 'float':
      return `a number${range}`;
    case 'bool':
      return 'true or false';
    case 'enum':
      return listOf((field.options ?? []).map((option) => `"${option}"`));
    case 'pair':
      return `a whole number or [height, width], each${range}`;
    case 'betas':
      return `two numbers, each${range}`;
    case 'floats':
      return `${lengthOf(field)} numbers, each${range}`;
    case 'ints':
      return `a list of 1 to ${MOST_INTS} whole numbers, each${range}`;
    case 'text':
      return `a text of at most ${field.max ?? 80} characters without control characters`;
  }
}

/** @throws ModelError "conv1.kernel_size must be …, found …". The value comes back fresh, as it was written (a pair may be one number). */
export function readField(field: Field, raw: unknown, at: Place): Value {
  const value = accept(field, raw);
  if (value !== undefined) return value;
  const message = `${join(at.subject, field.name)} must be ${allowed(field)}, found ${show(raw)}`;
  throw new ModelError(message, join(at.path, field.name), at.layer);
}

function accept(field: Field, raw: unknown): Value | undefined {
  switch (field.kind) {
    case 'int':
      return acceptNumber(field, raw, true);
    case 'float':
      return acceptNumber(field, raw, false);
    case 'bool':
      return typeof raw === 'boolean' ? raw : undefined;
    case 'enum':
      return field.options?.find((option) => option === raw);
    case 'pair':
      return Array.isArray(raw) ? acceptTwo(field, raw, true) : acceptNumber(field, raw, true);
    case 'betas':
      return Array.isArray(raw) ? acceptTwo(field, raw, false) : undefined;
    case 'floats':
      return Array.isArray(raw) ? acceptFloats(field, raw) : undefined;
    case 'ints':
      return Array.isArray(raw) ? acceptInts(field, raw) : undefined;
    case 'text':
      return typeof raw === 'string' && raw.length <= (field.max ?? 80) && isPrintable(raw) ? raw : undefined;
  }
}

function acceptNumber(field: Field, raw: unknown, whole: boolean): number | undefined {
  if (typeof raw !== 'number' || !Number.isFinite(raw) || (whole && !Number.isSafeInteger(raw))) return undefined;
  if (field.min !== undefined && raw < field.min) return undefined;
  if (field.max !== undefined && (field.exclusiveMax ? raw >= field.max : raw > field.max)) return undefined;
  // −0 would not survive JSON.
  return raw === 0 ? 0 : raw;
}

function acceptTwo(field: Field, raw: readonly unknown[], whole: boolean): number[] | undefined {
  if (raw.length !== 2) return undefined;
  const [a, b] = [acceptNumber(field, raw[0], whole), acceptNumber(field, raw[1], whole)];
  return a === undefined || b === undefined ? undefined : [a, b];
}

const lengthOf = (field: Field): number => (field.default as number[]).length;

function acceptFloats(field: Field, raw: readonly unknown[]): number[] | undefined {
  if (raw.length !== lengthOf(field)) return undefined;
  const values = Array.from(raw, (value) => acceptNumber(field, value, false));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function acceptInts(field: Field, raw: readonly unknown[]): number[] | undefined {
  if (raw.length < 1 || raw.length > MOST_INTS) return undefined;
  const values = Array.from(raw, (value) => acceptNumber(field, value, true));
  return values.every((value) => value !== undefined) ? values : undefined;
}

/**
 * The arguments that `raw` gives, checked one by one; nothing is filled in. Keys in `reserved` belong to the caller (type, id, inputs).
 * @throws ModelError on an unknown key or a value out of range.
 */
export function readGiven(definition: Definition, raw: RawRecord, at: Place, reserved: readonly string[]): Record<string, Value> {
  const names = definition.fields.map((field) => field.name);
  for (const key of Object.keys(raw)) {
    if (names.includes(key) || reserved.includes(key)) continue;
    const takes = names.length ? `it takes ${names.join(', ')}` : 'it takes none';
    throw new ModelError(`${at.subject}: ${definition.type} has no argument ${show(key)}; ${takes}`, below(at.path, key), at.layer);
  }
  const given: Record<string, Value> = {};
  for (const field of definition.fields) {
    const value = own(raw, field.name);
    if (value !== undefined) given[field.name] = readField(field, value, at);
  }
  return given;
}

/** Fills in defaults and writes every pair as [height, width]. Inferred arguments stay out unless given. */
export function complete(definition: Definition, given: Args): Record<string, Value> {
  const args: Record<string, Value> = {};
  for (const field of definition.fields) {
    if (field.inferred && !Object.hasOwn(given, field.name)) continue;
    const value = given[field.name] ?? (field.defaultFrom === undefined ? field.default : args[field.defaultFrom]!);
    args[field.name] = field.kind === 'pair' && typeof value === 'number' ? [value, value] : Array.isArray(value) ? [...value] : value;
  }
  return args;
}

/** Complete arguments of an optimizer, schedule, loss, initialiser or data set. @throws ModelError */
export function resolve<D extends Definition>(
  known: Readonly<Record<string, D>>,
  raw: unknown,
  at: Place,
  noun: string,
): { definition: D; args: Args } {
  const record = readRecord(raw, at);
  const definition = readDefinition(known, record, at, noun);
  return { definition, args: complete(definition, readGiven(definition, record, at, ['type'])) };
}

/** Typed views of complete arguments; the fields have already decided what they hold. */
export const num = (args: Args, name: string): number => args[name] as number;
export const flag = (args: Args, name: string): boolean => args[name] as boolean;
export const pair = (args: Args, name: string): readonly [number, number] => args[name] as unknown as readonly [number, number];
