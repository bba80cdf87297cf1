/** From what the worker says to what the page shows. Events of an experiment that is no longer loaded are dropped. */
import type { Event } from '../worker/protocol.ts';
import { currentLoad, EngineError, failReady, giveUp, rest, restart, settleReady, settleStep, wantsToRun } from './engine.ts';
import { settleFit } from './fit.ts';
import { live, mapsStore, notify, setLive } from './live.ts';
import { microscopeStore } from './microscope.ts';
import { curves } from './series.ts';

const CRASH_WINDOW_MS = 30_000;
const MOST_CRASHES = 3;

let crashes: number[] = [];
const observers = new Set<(event: Event) => void>();

/** For automation: every event that the page itself acts on. */
export function observe(observer: (event: Event) => void): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}

export function handle(event: Event): void {
  if ('load' in event && event.load !== currentLoad()) return;
  act(event);
  for (const observer of observers) observer(event);
}

function act(event: Event): void {
  switch (event.type) {
    case 'adapter':
      return setLive({ adapter: event.adapter, unavailable: null });
    case 'unavailable':
      setLive({ phase: 'unavailable', unavailable: event, progress: null });
      return failReady(Object.assign(new EngineError(event.message), { reason: event.reason }));
    case 'progress': {
      const { phase, done, total } = event;
      if (phase === 'self_test') return setLive({ selfTest: { ...live().selfTest, done, total } });
      return setLive({ progress: { phase, done, total } });
    }
    case 'ready':
      setLive({ phase: 'ready', progress: null, error: null, data: event.data, runs: event.runs, plan: event.plan });
      return settleReady();
    case 'points':
      return curves.append(event.train, event.validation);
    case 'status':
      if (event.state !== 'running' && live().state === 'running' && live().replay === null) rest();
      return setLive({ state: event.state, step: event.step, epoch: event.epoch, stepsPerSecond: event.steps_per_second });
    case 'maps':
      return mapsStore.setState({ event });
    case 'inspection':
      return microscopeStore.setState({ event });
    case 'diverged':
      return setLive({ diverged: { ...live().diverged, [event.run]: { step: event.step, layer: event.layer } } });
    case 'restarted':
      return forget(event.runs);
    case 'device_lost':
      notify({ kind: 'device-lost', text: 'The GPU was lost. Asking for it again; the curves are safe.' });
      return setLive({ phase: live().phase === 'ready' ? 'lost' : live().phase });
    case 'resumed':
      setLive({ phase: 'ready', step: event.step });
      return notify({ kind: 'resumed', text: `The GPU was lost. Resumed from step ${event.step}.` });
    case 'error':
      return fail(event);
    case 'landscape':
    case 'landscape_rows':
    case 'landscape_done':
    case 'landscape_failed':
      return; // told to observers
    case 'done':
      return settleStep(event.request);
    case 'fit':
      return settleFit(event);
    case 'self_test':
      return setLive({ selfTest: { running: false, done: 0, total: 0, results: event.results, replaced: event.replaced } });
  }
}

/** Runs that begin again: their points, markers and divergence belong to what they were. */
function forget(runs: readonly string[]): void {
  curves.drop(runs);
  const without = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([id]) => !runs.includes(id)));
  setLive({ markers: without(live().markers), diverged: without(live().diverged) });
}

function fail(event: Extract<Event, { type: 'error' }>): void {
  const { error } = event;
  const loading = live().phase === 'loading';
  setLive({ error, progress: null, ...(loading && { phase: 'failed' as const }), selfTest: { ...live().selfTest, running: false } });
  const named = Object.assign(new EngineError(error.message), { name: error.name, path: error.path, layer: error.layer });
  failReady(named);
}

/** The worker died. The page holds every point, so a new one only has to do the steps again. */
export function crashed(message: string): void {
  const now = Date.now();
  crashes = [...crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
  if (crashes.length > MOST_CRASHES) {
    notify(null);
    setLive({
      phase: 'failed',
      state: 'idle',
      replay: null,
      error: { name: 'EngineError', message: `The engine stopped again and again: ${message}` },
    });
    return giveUp(new EngineError(message));
  }
  const step = curves.lastStep();
  const to = step > 0 ? ` It is doing the steps up to ${step} again.` : '';
  notify({
    kind: 'restarted',
    text: `The engine was restarted.${to}`,
    action: wantsToRun() ? undefined : { label: 'Details', run: () => notify({ kind: 'error', text: message }) },
  });
  restart();
}
