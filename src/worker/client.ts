/** The page's end of the training worker: posts commands, hands on events, and notices when the worker is gone. */
import type { Command, DataCommand, DataEvent, Event } from './protocol.ts';

export interface Listener {
  event(event: Event): void;
  /** The worker threw or could not be loaded; it answers nothing more until `restart`. */
  crash(message: string): void;
}

/** What the store needs of an engine; tests give it another one. */
export interface Client {
  listen(listener: Listener): void;
  send(command: Command): void;
  /** A new worker, knowing nothing. */
  restart(): void;
  close(): void;
}

export function createClient(): Client {
  let listener: Listener | null = null;
  let worker = open();

  function open(): Worker {
    const fresh = new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module', name: 'training' });
    fresh.onmessage = (message: MessageEvent<Event>) => listener?.event(message.data);
    fresh.onerror = (error) => {
      error.preventDefault();
      if (fresh === worker) listener?.crash(error.message || 'The training worker stopped.');
    };
    fresh.onmessageerror = () => listener?.crash('A message of the training worker could not be read.');
    return fresh;
  }

  return {
    listen: (next) => {
      listener = next;
    },
    send: (command) => worker.postMessage(command),
    restart: () => {
      worker.onmessage = null;
      worker.terminate();
      worker = open();
    },
    close: () => worker.terminate(),
  };
}

/** A file reader that has been silent for so long is stuck on a hostile or broken file. */
const SILENCE_MS = 10_000;

/** Parses dropped files in a worker of their own, which dies with them. */
export function readFiles(
  command: DataCommand,
  onProgress: (event: Extract<DataEvent, { type: 'progress' }>) => void,
): Promise<Exclude<DataEvent, { type: 'progress' }>> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./data.worker.ts', import.meta.url), { type: 'module', name: 'data' });
    let clock: ReturnType<typeof setTimeout>;
    const finish = (event: Exclude<DataEvent, { type: 'progress' }>): void => {
      clearTimeout(clock);
      worker.terminate();
      resolve(event);
    };
    const fail = (message: string): void => finish({ type: 'error', error: { name: 'DataError', message } });
    const wind = (): void => {
      clearTimeout(clock);
      clock = setTimeout(() => fail(`Reading stopped: no progress for ${SILENCE_MS / 1000} seconds.`), SILENCE_MS);
    };
    worker.onmessage = (message: MessageEvent<DataEvent>) => {
      const event = message.data;
      if (event.type !== 'progress') return finish(event);
      wind();
      onProgress(event);
    };
    worker.onerror = (error) => {
      error.preventDefault();
      fail(error.message || 'The file reader stopped.');
    };
    wind();
    worker.postMessage(command);
  });
}
