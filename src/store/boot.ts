/** Puts the stores, the worker and the browser together, once, when the page opens. Tests give their own worker. */
import { presets } from '../model/presets.ts';
import { type Client, createClient } from '../worker/client.ts';
import { followChanges } from './actions.ts';
import { configStore, openExperiment } from './config.ts';
import { download } from './download.ts';
import * as engine from './engine.ts';
import { crashed, handle } from './events.ts';
import { followHash, openHash, writeHash } from './link.ts';
import { live, notify } from './live.ts';
import { playground } from './playground.ts';
import { loadSession, newTabKey, saveSession } from './session.ts';
import { followCurves } from './summary.ts';
import { toast } from './toasts.ts';

const SAVE_MS = 300;

export function boot(client: Client = createClient()): void {
  engine.connect(client, handle, crashed);
  followCurves();
  followChanges();
  window.playground = playground;
  void openFirst().then((opened) => {
    engine.sync();
    keep(opened === 'loaded before');
    followHash();
    if (opened !== 'link unreadable') void writeHash(configStore.getState().experiment);
  });
  document.addEventListener('visibilitychange', onVisibility);
}

/**
 * A link goes before the stored session, and that before the default. A link that cannot be read stays in the address to be mended. Before all
 * goes what automation has loaded while the session was being read: it is a change, and not kept yet.
 */
async function openFirst(): Promise<'opened' | 'link unreadable' | 'loaded before'> {
  const hash = location.hash.length > 1 ? location.hash : '';
  const found = await loadSession(hash);
  if (isOpen()) return 'loaded before';
  if (hash !== '' && found.kind === 'none') {
    newTabKey();
    const readable = await openHash(true);
    openIfNone();
    return readable ? 'opened' : 'link unreadable';
  }
  if (found.kind === 'session') openExperiment(found.experiment);
  openIfNone();
  if (found.kind === 'unreadable') {
    notify({
      kind: 'aside',
      text: 'The session of your last visit cannot be read by this version. It is kept aside.',
      action: {
        label: 'Download it',
        run: () => download('descent-session.json', 'application/json', found.raw),
      },
    });
  }
  return 'opened';
}

const isOpen = (): boolean => configStore.getState().experiment.runs.length > 0;

function openIfNone(): void {
  if (!isOpen()) openExperiment(presets[0]!.experiment);
}

/** The address bar and the stored session follow every change; what cannot be trained is not written over what can. `now`: there was one. */
function keep(now: boolean): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saved = now ? null : configStore.getState().experiment;
  const save = (): void => {
    clearTimeout(timer);
    const { experiment } = configStore.getState();
    if (experiment === saved || engine.problemOf(experiment)) return;
    saved = experiment;
    void writeHash(experiment).then(() => saveSession(experiment, location.hash));
  };
  configStore.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && save());
  // No time left for the link: the session alone.
  window.addEventListener('pagehide', () => {
    const { experiment } = configStore.getState();
    if (experiment !== saved && !engine.problemOf(experiment)) void saveSession(experiment, location.hash);
  });
  if (now) save();
}

let hiddenWhileRunning = false;

function onVisibility(): void {
  const visible = document.visibilityState === 'visible';
  engine.tell({ type: 'visibility', visible });
  if (!visible) hiddenWhileRunning = live().state === 'running';
  else if (hiddenWhileRunning) {
    hiddenWhileRunning = false;
    toast('Training went slower while this tab was hidden.');
  }
}
