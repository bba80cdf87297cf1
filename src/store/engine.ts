/**
 * The one place that speaks to the training worker. It keeps the worker at what the visitor set up (`load`, `update_runs`, debounced), asks for
 * steps and waits for them, and brings a worker that died, or a Reset that was regretted, back to the step where the curves stand: training is
 * deterministic, so doing the steps again gives points that the curves already hold.
 */
import { restoreExperiment } from '../model/experiment.ts';
import { type Experiment, ModelError } from '../model/types.ts';
import type { Client } from '../worker/client.ts';
import type { Command, Event } from '../worker/protocol.ts';
import { type Config, configStore } from './config.ts';
import { difference } from './difference.ts';
import { live, type Notice, setLive } from './live.ts';
import { mark } from './markers.ts';
import { curves } from './series.ts';
import { viewStore } from './view.ts';

type Load = Extract<Command, { type: 'load' }>;

const PASSING: ReadonlySet<Notice['kind']> = new Set(['device-lost', 'resumed', 'restarted']);
const DEBOUNCE_MS = 150;

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

let client: Client | null = null;
let sent: Config | null = null;
let discarding: ((before: Config) => void) | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let load = 0;
let dataset: Load['dataset'];
/** The worker has not been given the newest files yet. */
let newData = false;
let wanted: 'running' | 'paused' = 'paused';
let ready = defer();
let settled: 'no' | 'ready' | 'failed' = 'no';
const steps = new Map<number, Deferred>();
let request = 0;

function defer(): Deferred {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits is told; that nobody waits is no error.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** Starts to follow the configuration. Returns how to stop. */
export function connect(next: Client, handle: (event: Event) => void, onCrash: (message: string) => void): () => void {
  client = next;
  client.listen({ event: handle, crash: onCrash });
  const stop = configStore.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(sync, DEBOUNCE_MS);
  });
  const stopSpeed = viewStore.subscribe((now, before) => {
    if (now.maxSpeed !== before.maxSpeed) client?.send({ type: 'max_speed', on: now.maxSpeed });
    if (now.autotune !== before.autotune) client?.send({ type: 'autotune', on: now.autotune });
  });
  return () => {
    stop();
    stopSpeed();
    clearTimeout(timer);
    client?.close();
    client = null;
    sent = null;
  };
}

export const currentLoad = (): number => load;
export const whenReady = (): Promise<void> => ready.promise;
export const wantsToRun = (): boolean => wanted === 'running';

/** Dropped files take the place of a generated data set until another experiment is opened. */
export function setDataset(next: Load['dataset']): void {
  dataset = next;
  newData = true;
}

/** The dropped files, for whoever trains on them beside the race. */
export const currentDataset = (): Load['dataset'] => dataset;

/** Told before a change throws curves away, with the configuration that they belong to. */
export function onDiscard(listener: (before: Config) => void): void {
  discarding = listener;
}

/** Why this experiment cannot be trained: the same rules that links go through. */
export function problemOf(experiment: Experiment): ModelError | null {
  try {
    restoreExperiment(experiment);
    return null;
  } catch (error) {
    return error instanceof ModelError ? error : new ModelError('This experiment cannot be read.', '');
  }
}

/** Tells the worker what has changed since the last time, at once. What cannot be trained stays here, with the reason; training waits. */
export function sync(): void {
  clearTimeout(timer);
  if (!client) return;
  const { experiment, ids } = configStore.getState();
  const next: Config = { experiment, ids };
  const changed = sent && !newData ? difference(sent, next) : 'load';
  // A worker that could not prepare the experiment has nothing to update.
  const what = changed === 'runs' && settled === 'failed' ? 'load' : changed;
  const problem = what === 'none' ? null : problemOf(experiment);
  if (problem) return hold(problem);
  if (live().phase === 'waiting' && sent && what !== 'load') setLive({ phase: settled === 'no' ? 'loading' : 'ready', error: null });
  if (what === 'load') {
    if (sent && curves.lastStep() > 0) discarding?.(sent);
    return reload(next);
  }
  if (what === 'runs') updateRuns(next);
  sent = next;
}

function hold({ name, message, path, layer }: ModelError): void {
  pause();
  setLive({ phase: live().phase === 'unavailable' ? 'unavailable' : 'waiting', error: { name, message, path, layer } });
}

/** @param keepCurves the curves stay and the worker does their steps again. */
export function reload(config: Config = configStore.getState(), keepCurves = false): void {
  const { experiment, ids } = config;
  sent = { experiment, ids };
  newData = false;
  load++;
  wanted = 'paused';
  rejectSteps('the experiment changed');
  if (settled !== 'no') {
    ready = defer();
    settled = 'no';
  }
  if (!keepCurves) {
    curves.clear();
    setLive({ markers: {}, diverged: {}, replay: null, step: 0, epoch: 0, stepsPerSecond: 0 });
    // What became of the GPU or the engine is past; what is wrong with a link is not.
    const { notice } = live();
    if (notice && PASSING.has(notice.kind)) setLive({ notice: null });
  }
  setLive({ state: 'idle', progress: null, error: null });
  if (experiment.data.type === 'files' && !dataset) {
    return setLive({
      phase: 'failed',
      error: { name: 'DataError', message: 'This experiment uses files that a link cannot carry: drop them here.', path: 'data' },
    });
  }
  setLive({ phase: live().phase === 'unavailable' ? 'unavailable' : 'loading' });
  // It may be a new worker, which is not in a hurry.
  const { maxSpeed, autotune } = viewStore.getState();
  if (maxSpeed) client?.send({ type: 'max_speed', on: true });
  if (!autotune) client?.send({ type: 'autotune', on: false });
  client?.send({ type: 'load', load, experiment, runs: ids, ...(experiment.data.type === 'files' && { dataset }) });
}

function updateRuns(next: Config): void {
  client?.send({ type: 'update_runs', load, experiment: next.experiment, runs: next.ids });
  const gone = sent!.ids.filter((id) => !next.ids.includes(id));
  if (gone.length > 0) curves.drop(gone);
  for (const [i, id] of next.ids.entries()) {
    const before = sent!.ids.indexOf(id);
    if (before >= 0) mark(id, sent!, next.experiment.runs[i]!);
  }
}

export function start(): void {
  sync();
  wanted = 'running';
  if (live().phase === 'ready' && live().replay === null) client?.send({ type: 'start' });
}

export function pause(): void {
  wanted = 'paused';
  client?.send({ type: 'pause' });
  if (live().phase !== 'ready') setLive({ state: 'idle' });
}

/** The worker came to rest by itself (every run has diverged). */
export function rest(): void {
  wanted = 'paused';
}

export function toggle(): void {
  const about = wanted === 'running' && live().phase !== 'ready';
  if (live().state === 'running' || about) pause();
  else start();
}

/** Resolves when n more steps are done and their points are here. */
export async function step(n: number): Promise<void> {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`step(n): n must be a whole number of at least 1, found ${String(n)}`);
  sync();
  await ready.promise;
  if (!client) throw new EngineError('The engine was stopped.');
  const done = defer();
  steps.set(++request, done);
  setLive({ stepping: n === 1 });
  client.send({ type: 'step', n, request });
  return done.promise;
}

/** Back to step 0. The caller keeps what can be undone. */
export function reset(): void {
  sync();
  wanted = 'paused';
  rejectSteps('the experiment was reset');
  load++;
  curves.clear();
  setLive({ markers: {}, diverged: {}, replay: null, step: 0, epoch: 0, stepsPerSecond: 0, state: 'idle' });
  if (live().phase === 'ready') client?.send({ type: 'reset', load });
  else if (live().phase !== 'waiting') reload();
}

/** Does the steps again up to where the curves stand; then goes on running if it was. */
export function replay(run: boolean): void {
  const target = curves.lastStep();
  if (target === 0) return run ? start() : undefined;
  setLive({ replay: target });
  step(target).then(
    () => {
      setLive({ replay: null });
      if (run) start();
    },
    () => setLive({ replay: null }),
  );
}

/** A new worker with the same experiment; the curves are the page's and stay. */
export function restart(): void {
  const run = wanted === 'running';
  rejectSteps('the engine was restarted');
  client?.restart();
  setLive({ adapter: null });
  reload(configStore.getState(), true);
  replay(run);
}

export function tell(command: Exclude<Command, { type: 'load' | 'update_runs' | 'step' | 'reset' | 'start' | 'pause' }>): void {
  client?.send(command);
}

/** The worker is ready for the newest load. */
export function settleReady(): void {
  // What failed before works now: those who ask from here on wait for nothing.
  if (settled === 'failed') ready = defer();
  settled = 'ready';
  ready.resolve();
  if (wanted === 'running' && live().replay === null) client?.send({ type: 'start' });
}

/** There is no engine any more, even if there was one: whoever asks from now on is told why. */
export function giveUp(error: Error): void {
  if (settled === 'ready') ready = defer();
  settled = 'no';
  failReady(error);
}

/** It never will be: whoever waits is told why. */
export function failReady(error: Error): void {
  if (settled === 'no') settled = 'failed';
  ready.reject(error);
  rejectSteps(error.message);
}

export function settleStep(done: number): void {
  steps.get(done)?.resolve();
  steps.delete(done);
  setLive({ stepping: false });
}

function rejectSteps(why: string): void {
  for (const waiting of steps.values()) waiting.reject(new EngineError(`The steps were not done: ${why}.`));
  steps.clear();
  setLive({ stepping: false });
}
