/** Puts the stores, the worker and the browser together, once, when the page opens. Tests give their own worker. */
import { presets } from '../model/presets.ts';
import { type Client, createClient } from '../worker/client.ts';
import { configStore, openExperiment } from './config.ts';
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
  window.playground = playground;
  void openFirst().then(() => {
    engine.sync();
    keep();
    followHash();
  });
  document.addEventListener('visibilitychange', onVisibility);
}

/** A link goes before the stored session, and that before the default. */
async function openFirst(): Promise<void> {
  if (location.hash.length > 1) {
    newTabKey();
    if (await openHash()) return;
    return openIfNone();
  }
  const found = await loadSession();
  if (isOpen()) return;
  if (found.kind === 'session') return openExperiment(found.experiment);
  openIfNone();
  if (found.kind === 'unreadable') {
    notify({
      kind: 'aside',
      text: 'The session of your last visit cannot be read by this version. It is kept aside.',
      action: {
        label: 'Download it',
        run: () => void import('./download.ts').then(({ download }) => download('descent-session.json', 'application/json', found.raw)),
      },
    });
  }
}

/** Automation may have loaded an experiment while the session was being read. */
const isOpen = (): boolean => configStore.getState().experiment.runs.length > 0;

function openIfNone(): void {
  if (!isOpen()) openExperiment(presets[0]!.experiment);
}

/** The address bar and the stored session follow every change; what cannot be trained is not written over what can. */
function keep(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saved = configStore.getState().experiment;
  const save = (): void => {
    clearTimeout(timer);
    const { experiment } = configStore.getState();
    if (experiment === saved || engine.problemOf(experiment)) return;
    saved = experiment;
    void saveSession(experiment);
    void writeHash(experiment);
  };
  configStore.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && save());
  window.addEventListener('pagehide', save);
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
