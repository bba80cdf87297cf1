/**
 * The experiment survives a reload. Each tab has a session of its own, so that two tabs never overwrite each other; a new tab opens the newest.
 * Where storage is denied (private mode, a cross-site frame, a full disk) the session lives in memory and the page says so.
 */
import { del, get, set, update } from 'idb-keyval';
import { createStore } from 'zustand/vanilla';
import { restoreExperiment } from '../model/experiment.ts';
import type { Experiment } from '../model/types.ts';

const VERSION = 1;
const INDEX = 'descent.sessions';
const ASIDE = 'descent.aside';
const MOST_SESSIONS = 8;

interface Stored {
  version: number;
  saved: number;
  experiment: unknown;
  /** What the address said then: a reload of this tab is no visit by link. */
  hash: string;
}

interface Entry {
  key: string;
  saved: number;
}

export type Found = { kind: 'none' } | { kind: 'session'; experiment: Experiment } | { kind: 'unreadable'; raw: string };

/** Whether the session is kept on this device; false after the first refusal. */
export const keptStore = createStore<{ kept: boolean }>(() => ({ kept: true }));

let key = '';
key = tabKey();

function tabKey(): string {
  try {
    const known = sessionStorage.getItem('descent.tab');
    if (known) return known;
  } catch {
    // A key that this page alone knows will do.
  }
  return newTabKey();
}

/** Opened from a link: the session that this tab had before stays as it is. */
export function newTabKey(): string {
  key = `descent.session.${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
  try {
    sessionStorage.setItem('descent.tab', key);
  } catch {
    // As above.
  }
  return key;
}

/** This tab's session, else the newest of any tab. With a hash: only what this tab has stored under it. */
export async function loadSession(hash = ''): Promise<Found> {
  try {
    const own = await get<Stored>(key);
    const stored = hash === '' ? (own ?? (await newest())) : own?.hash === hash ? own : undefined;
    if (!stored) return { kind: 'none' };
    return await read(stored);
  } catch {
    keptStore.setState({ kept: false });
    return { kind: 'none' };
  }
}

async function newest(): Promise<Stored | undefined> {
  const index = await get<readonly Entry[]>(INDEX);
  const first = Array.isArray(index) ? [...index].sort((a, b) => b.saved - a.saved)[0] : undefined;
  return first && get<Stored>(first.key);
}

/** What cannot be read is kept aside as it is, never overwritten. */
async function read(stored: Stored): Promise<Found> {
  try {
    if (stored.version !== VERSION) throw new Error('written by another version');
    return { kind: 'session', experiment: restoreExperiment(stored.experiment) };
  } catch {
    const raw = JSON.stringify(stored, null, 2) ?? '';
    newTabKey();
    await set(`${ASIDE}.${Date.now()}`, raw).catch(() => undefined);
    await set(INDEX, []).catch(() => undefined);
    return { kind: 'unreadable', raw };
  }
}

export async function saveSession(experiment: Experiment, hash: string): Promise<void> {
  const saved = Date.now();
  try {
    await set(key, { version: VERSION, saved, experiment, hash } satisfies Stored);
    let old: readonly Entry[] = [];
    await update<readonly Entry[]>(INDEX, (entries = []) => {
      const all = [{ key, saved }, ...entries.filter((entry) => entry.key !== key)];
      old = all.slice(MOST_SESSIONS);
      return all.slice(0, MOST_SESSIONS);
    });
    for (const entry of old) await del(entry.key);
    keptStore.setState({ kept: true });
  } catch {
    keptStore.setState({ kept: false });
  }
}
