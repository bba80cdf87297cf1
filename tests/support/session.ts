/** A session driven as the page drives it, with everything that it says. */
import type { Experiment, ModelSpec, RunSpec } from '../../src/model/types.ts';
import { Session } from '../../src/train/session.ts';
import type { Command, Event } from '../../src/worker/protocol.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

export class Driven {
  readonly events: Event[] = [];
  readonly session: Session;
  private load = 0;
  private request = 0;
  private readonly waiting = new Set<() => void>();
  /** Called with every event as it comes. */
  onEvent: (event: Event) => void = () => {};

  constructor() {
    this.session = new Session((event) => {
      this.events.push(event);
      this.onEvent(event);
      for (const look of [...this.waiting]) look();
    });
  }

  send(command: Command): void {
    this.session.handle(structuredClone(command));
  }

  /** Resolves with the first event from number `from` on that `is` accepts. */
  until(is: (event: Event) => boolean, from = this.events.length, what = 'an event'): Promise<Event> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.events.slice(from).find(is);
        if (!found) return;
        this.waiting.delete(look);
        clearTimeout(clock);
        resolve(found);
      };
      const clock = setTimeout(() => {
        this.waiting.delete(look);
        const last = this.events.slice(-8).map((e) => JSON.stringify(e).slice(0, 200));
        reject(new Error(`waited 60 s for ${what}; the last events: ${last.join('\n')}`));
      }, 60_000);
      this.waiting.add(look);
      look();
    });
  }

  next<T extends Event['type']>(type: T, from?: number): Promise<Of<T>> {
    return this.until((e) => e.type === type, from, type) as Promise<Of<T>>;
  }

  all<T extends Event['type']>(type: T, load = this.load): Of<T>[] {
    return this.events.filter((e): e is Of<T> => e.type === type && (!('load' in e) || e.load === load));
  }

  /** Loads without waiting; events of it carry the number that comes back. */
  sendLoad(
    experiment: Experiment,
    runs = experiment.runs.map((_, i) => `r${i}`),
    more: { dataset?: Extract<Command, { type: 'load' }>['dataset'] } = {},
  ): number {
    this.load++;
    this.send({ type: 'load', load: this.load, experiment, runs, ...more });
    return this.load;
  }

  /** Loads and waits for `ready`. */
  async open(experiment: Experiment, runs?: string[]): Promise<Of<'ready'>> {
    const from = this.events.length;
    const load = this.sendLoad(experiment, runs);
    const event = await this.until((e) => 'load' in e && e.load === load && (e.type === 'ready' || e.type === 'error'), from, 'ready');
    if (event.type !== 'ready') throw new Error(`load failed: ${JSON.stringify(event)}`);
    return event;
  }

  async step(n: number): Promise<void> {
    const from = this.events.length;
    const request = ++this.request;
    this.send({ type: 'step', n, request });
    await this.until((e) => e.type === 'done' && e.request === request, from, 'done');
  }

  sendReset(): void {
    this.load++;
    this.send({ type: 'reset', load: this.load });
  }

  update(experiment: Experiment, runs = experiment.runs.map((_, i) => `r${i}`)): void {
    this.send({ type: 'update_runs', load: this.load, experiment, runs });
  }

  /** The training points of a run as the page keeps them: events of this load only, dropped at `restarted`. */
  curve(run: string): Curve {
    const curve: Curve = { step: [], loss: [], lr: [], accuracy: [], validation: [] };
    for (const e of this.events) {
      if (!('load' in e) || e.load !== this.load) continue;
      if (e.type === 'restarted' && e.runs.includes(run)) for (const list of Object.values(curve)) list.length = 0;
      if (e.type !== 'points') continue;
      for (const t of e.train) {
        if (t.run !== run) continue;
        curve.step.push(...t.step);
        curve.loss.push(...t.train_loss);
        curve.lr.push(...t.lr);
        curve.accuracy.push(...t.train_accuracy);
      }
      for (const v of e.validation) if (v.run === run) curve.validation.push([v.step, v.val_loss, v.val_accuracy]);
    }
    return curve;
  }

  /** Nothing of it remains. */
  close(): void {
    this.send({ type: 'pause' });
    this.send({ type: 'lose_device' });
  }
}

export interface Curve {
  step: number[];
  loss: number[];
  lr: number[];
  accuracy: number[];
  validation: [step: number, loss: number, accuracy: number][];
}

/** 1 … n. */
export const stepsTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

const spiralNet: ModelSpec = {
  input: [2, 1, 1],
  layers: [
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc1', type: 'Linear', out_features: 12 },
    { id: 'bn', type: 'BatchNorm1d' },
    { id: 'relu', type: 'ReLU' },
    { id: 'drop', type: 'Dropout', p: 0.2 },
    { id: 'fc2', type: 'Linear', out_features: 2 },
  ],
};

export const otherNet: ModelSpec = {
  input: [2, 1, 1],
  layers: [
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc1', type: 'Linear', out_features: 8 },
    { id: 'tanh', type: 'Tanh' },
    { id: 'fc2', type: 'Linear', out_features: 2 },
  ],
};

/** Points of the plane and small networks: a step costs next to nothing. */
export const smallExperiment = (runs: readonly RunSpec[], more: Partial<Experiment> = {}): Experiment => ({
  name: 'Small',
  model: spiralNet,
  data: { type: 'spirals', samples: 200 },
  batch_size: 16,
  loss: { type: 'CrossEntropyLoss' },
  seed: 1,
  eval_every: 10,
  runs,
  ...more,
});

export const smallRuns: readonly RunSpec[] = [
  { name: 'SGD', optimizer: { type: 'SGD', lr: 0.1, momentum: 0.9 } },
  { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } },
  { name: 'RMSprop', optimizer: { type: 'RMSprop', lr: 0.003 }, schedule: { type: 'StepLR', step_size: 40, gamma: 0.5 } },
];
