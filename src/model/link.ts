/**
 * Experiments as URL fragments. Version 1 has two forms, both restored through the single gate:
 *   v=1&preset=optimizer-race&seed=7&runs.0.optimizer.lr=0.1    a preset and what differs from it, readable
 *   v=1&x=…                                                      everything: base64url of deflate-raw of JSON
 * A fragment is never sent to a server.
 */

import { deflate, inflate } from './deflate.ts';
import { restoreExperiment } from './experiment.ts';
import { show } from './fields.ts';
import type { Change } from './patch.ts';
import { applyPatch, patch } from './patch.ts';
import { preset, presets } from './presets.ts';
import type { Experiment } from './types.ts';
import { ModelError } from './types.ts';

export const LINK_VERSION = 1;

/** Characters of the fragment, and bytes after inflating. */
export const LINK_LIMITS = { encoded: 8192, decoded: 65_536 } as const;

/** Longer than this a list of differences is no longer readable: then everything is packed. */
const READABLE = 400;

/** The fragment without "#". @throws ModelError when the experiment is not valid or does not fit into a link. */
export async function encodeLink(experiment: Experiment): Promise<string> {
  const clean = restoreExperiment(experiment);
  const plain = encodePlain(clean);
  if (plain !== undefined) return plain;
  const json = new TextEncoder().encode(JSON.stringify(clean));
  const fragment = `v=${LINK_VERSION}&x=${toBase64Url(await deflate(json))}`;
  if (json.length <= LINK_LIMITS.decoded && fragment.length <= LINK_LIMITS.encoded) return fragment;
  throw new ModelError('the experiment is too large for a link: remove runs or layers, or export it as a file', '');
}

/** The readable form against the preset that it differs from least; undefined when it differs from every preset by much. */
function encodePlain(experiment: Experiment): string | undefined {
  let best: string | undefined;
  for (const { id, experiment: base } of presets) {
    const changes = patch(base, experiment);
    const fragment = [`v=${LINK_VERSION}`, `preset=${id}`, ...changes.map(encodeChange)].join('&');
    if (fragment.length <= READABLE && (best === undefined || fragment.length < best.length)) best = fragment;
  }
  return best;
}

/** @throws ModelError, and nothing else: one sentence that names the part that is wrong. */
export async function decodeLink(fragment: string): Promise<Experiment> {
  const parts = parseFragment(fragment);
  const packed = parts.get('x');
  return packed === undefined ? decodePlain(parts) : restoreExperiment(parseJson(await unpack(packed)));
}

/** As decodeLink, without waiting; undefined for a packed link. @throws ModelError */
export function decodeLinkSync(fragment: string): Experiment | undefined {
  const parts = parseFragment(fragment);
  return parts.has('x') ? undefined : decodePlain(parts);
}

/** Keys and decoded values; the version has been checked. */
export function parseFragment(fragment: string): Map<string, string> {
  if (fragment.length > LINK_LIMITS.encoded + 1) {
    throw new ModelError(`this link is ${fragment.length} characters long, at most ${LINK_LIMITS.encoded} are allowed`, '');
  }
  const parts = new Map<string, string>();
  for (const part of fragment.replace(/^#/, '').split('&')) {
    const equals = part.indexOf('=');
    const key = unquote(equals < 0 ? part : part.slice(0, equals), 'a name');
    if (key === '') continue;
    if (parts.has(key)) throw new ModelError(`this link says ${show(key)} twice`, pathOf(key));
    parts.set(key, unquote(equals < 0 ? '' : part.slice(equals + 1), show(key)));
  }
  checkVersion(parts.get('v'));
  return parts;
}

function unquote(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ModelError(`this link is damaged: ${what} holds a broken % sequence`, '');
  }
}

function checkVersion(text: string | undefined): void {
  if (text === undefined) throw new ModelError('this link does not describe an experiment: it has no version (v=1)', 'v');
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ModelError(`this link is damaged: v must be a whole number, found ${show(text)}`, 'v');
  if (Number(text) <= LINK_VERSION) return;
  throw new ModelError(`This link was made by a newer version (v=${text}) than this page knows (v=${LINK_VERSION}): reload the page`, 'v');
}

function decodePlain(parts: ReadonlyMap<string, string>): Experiment {
  const id = parts.get('preset');
  if (id === undefined) throw new ModelError('this link is incomplete: it names no preset and holds no experiment', 'preset');
  const base = preset(id);
  if (!base) throw new ModelError(`preset ${show(id)} is not known; known are ${presets.map((p) => p.id).join(', ')}`, 'preset');
  const changes = [...parts].filter(([key]) => key !== 'v' && key !== 'preset').map(([key, value]) => decodeChange(key, value));
  return restoreExperiment(applyPatch(base.experiment, changes));
}

/** "runs.0.optimizer.lr=0.1"; what is gone has a minus in front and no value. */
export function encodeChange({ path, value }: Change): string {
  const key = path.map(String).join('.');
  return value === undefined ? `-${key}` : `${key}=${quote(encodeValue(value))}`;
}

/** JSON, but a text that could not be mistaken for JSON stands without quotes. */
function encodeValue(value: unknown): string {
  const json = JSON.stringify(value);
  return typeof value === 'string' && decodeValue(value) === value ? value : json;
}

function decodeValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Commas and colons are harmless in a fragment and easier to read. */
const quote = (text: string): string => encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':');

export function decodeChange(key: string, value: string): Change {
  const gone = key.startsWith('-');
  const path = (gone ? key.slice(1) : key).split('.');
  if (path.some((part) => !/^\w{1,40}$/.test(part)) || path.length > 8)
    throw new ModelError(`this link is damaged: ${show(key)} is not the name of a field`, pathOf(key));
  return { path, value: gone ? undefined : decodeValue(value) };
}

/** A key of a link, fit to be shown. */
const pathOf = (key: string): string => (/^-?[\w.]{1,80}$/.test(key) ? key : '?');

async function unpack(packed: string): Promise<string> {
  const bytes = fromBase64Url(packed);
  const inflated = bytes && (await inflate(bytes, LINK_LIMITS.decoded));
  if (!inflated) throw new ModelError('this link is damaged or was cut off: x cannot be unpacked', 'x');
  if (inflated === 'too long') throw new ModelError(`this link is too large: x unpacks to more than ${LINK_LIMITS.decoded} bytes`, 'x');
  return inflated;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelError('this link is damaged: x does not hold an experiment', 'x');
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
