/** `window.playground`: what the end-to-end tests, teachers who embed the page, and scripts hold on to. Documented in the README. */
import { restoreExperiment } from '../model/experiment.ts';
import type { Experiment } from '../model/types.ts';
import type { Event } from '../worker/protocol.ts';
import { reset } from './actions.ts';
import { configStore, openExperiment, uniqueNames } from './config.ts';
import * as engine from './engine.ts';
import { observe } from './events.ts';
import { shareLink } from './link.ts';
import { curves, EMA_METRICS, type Metric } from './series.ts';
import { setView } from './view.ts';

export type CurveMetric = Exclude<Metric, 'train_accuracy' | 'update_ratio'>;

export interface Curve {
  /** Name of the run, made different where names repeat: "Adam", "Adam (2)". */
  run: string;
  metric: CurveMetric;
  step: number[];
  value: number[];
}

export interface Playground {
  /** The engine has compiled the experiment; another promise after each `load`. Rejects when it cannot be. */
  readonly ready: Promise<void>;
  /** A copy of the experiment as it stands. */
  experiment(): Experiment;
  /** Takes an experiment as a link does; rejects with a ModelError that names the field. Resolves when the engine is ready for it. */
  load(experiment: unknown): Promise<void>;
  start(): void;
  pause(): void;
  /** Back to step 0 with the same initial weights and batches. */
  reset(): void;
  /** Resolves when n more steps are done and their metrics are in `curves()`. */
  step(n?: number): Promise<void>;
  /** Every point, undecimated. */
  curves(): Curve[];
  /** The address that reproduces the experiment. */
  link(): Promise<string>;
  /** Calls back on an event of the training worker, e.g. 'status', 'points', 'diverged', 'resumed'. Returns how to stop. */
  on<T extends Event['type']>(type: T, callback: (event: Extract<Event, { type: T }>) => void): () => void;
  /** For tests: destroys the GPU device as a driver reset would. */
  loseDevice(): void;
}

declare global {
  interface Window {
    playground: Playground;
  }
}

const METRICS: readonly CurveMetric[] = ['train_loss', 'val_loss', 'val_accuracy', 'lr', 'grad_norm'];

export const playground: Playground = {
  get ready() {
    return engine.whenReady();
  },
  experiment: () => structuredClone(configStore.getState().experiment),
  load: async (experiment) => {
    openExperiment(restoreExperiment(experiment));
    setView({ solo: null, layer: null, sample: 0 });
    engine.reload();
    await engine.whenReady();
  },
  start: engine.start,
  pause: engine.pause,
  reset,
  step: (n = 1) => engine.step(n),
  curves: allCurves,
  link: shareLink,
  on: (type, callback) => observe((event) => event.type === type && callback(event as Extract<Event, { type: typeof type }>)),
  loseDevice: () => engine.tell({ type: 'lose_device' }),
};

function allCurves(): Curve[] {
  const { experiment, ids } = configStore.getState();
  const names = uniqueNames(experiment.runs);
  return ids.flatMap((id, i) => {
    const series = curves.peek(id);
    // Of averaged weights only where there are any.
    return [...METRICS, ...(series && series.emaStep.length > 0 ? EMA_METRICS : [])].map((metric) => {
      const column = series?.column(metric);
      const steps = series?.steps(metric);
      return {
        run: names[i]!,
        metric,
        step: Array.from(steps ? steps.data.subarray(0, steps.length) : []),
        value: Array.from(column ? column.data.subarray(0, column.length) : []),
      };
    });
  });
}
