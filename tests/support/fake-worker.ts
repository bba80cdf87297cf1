/**
 * A training worker that trains nothing: the same protocol, curves out of formulas. For the interface's tests and pictures only.
 * Time is the caller's: `tick()` does the next steps, so that a test waits for nothing.
 */
import type { Experiment, RunSpec } from '../../src/model/types.ts';
import type { Client, Listener } from '../../src/worker/client.ts';
import type { Command, Event, FeatureMaps, TrainPoints, ValidationPoints, Watch } from '../../src/worker/protocol.ts';
import { fakeData } from './fake-data.ts';

interface Lane {
  id: string;
  spec: RunSpec;
  step: number;
  diverged: boolean;
}

export interface FakeOptions {
  /** Steps of a second of training. */
  rate?: number;
  /** Answer at once (tests) or with a delay and progress (pictures). */
  slow?: boolean;
  unavailable?: Extract<Event, { type: 'unavailable' }>['reason'];
}

export class FakeWorker implements Client {
  readonly commands: Command[] = [];
  restarts = 0;
  step = 0;
  private listener: Listener | null = null;
  private load = 0;
  private experiment: Experiment | null = null;
  private lanes: Lane[] = [];
  private running = false;
  private watch: Watch | null = null;
  private readonly options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.options = options;
  }

  listen(listener: Listener): void {
    this.listener = listener;
  }

  restart(): void {
    this.restarts++;
    this.experiment = null;
    this.lanes = [];
    this.step = 0;
    this.running = false;
  }

  close(): void {
    this.listener = null;
  }

  emit(event: Event): void {
    this.listener?.event(event);
  }

  crash(message = 'boom'): void {
    this.listener?.crash(message);
  }

  send(command: Command): void {
    this.commands.push(command);
    switch (command.type) {
      case 'load':
        return this.open(command);
      case 'update_runs':
        return this.updateRuns(command.experiment, command.runs);
      case 'start':
        this.running = true;
        return this.status();
      case 'pause':
        this.running = false;
        return this.status();
      case 'step':
        this.advance(command.n);
        this.status();
        return this.emit({ type: 'done', request: command.request });
      case 'reset':
        this.load = command.load;
        this.begin();
        return this.status();
      case 'watch':
        this.watch = command.watch;
        return this.maps();
      case 'visibility':
        return;
      case 'fit':
        return this.emit({ type: 'fit', request: command.request, fit: { most: 64, lane_bytes: 1e6, largest: 4e5, allowed: 1e9 } });
      case 'self_test':
        return this.emit({ type: 'self_test', results: SELF_TEST, replaced: [] });
      case 'lose_device':
        this.emit({ type: 'device_lost', message: 'destroyed' });
        return this.emit({ type: 'resumed', load: this.load, step: this.step });
    }
  }

  /** `seconds` of training, if it runs. */
  tick(seconds: number): void {
    if (!this.running) return;
    this.advance(Math.max(1, Math.round(seconds * (this.options.rate ?? 300))));
    this.status();
    this.maps();
  }

  private open(command: Extract<Command, { type: 'load' }>): void {
    this.load = command.load;
    this.experiment = command.experiment;
    this.running = false;
    const { unavailable } = this.options;
    if (unavailable) return this.emit({ type: 'unavailable', reason: unavailable, message: 'This browser has no WebGPU.' });
    const answer = (): void => {
      if (this.load !== command.load) return;
      this.lanes = command.runs.map((id, i) => ({ id, spec: command.experiment.runs[i]!, step: 0, diverged: false }));
      this.begin();
      this.emit({ type: 'adapter', adapter: ADAPTER });
      this.emit(this.ready());
      this.status();
      this.maps();
    };
    if (!this.options.slow) return answer();
    const total = 42;
    for (let done = 0; done <= total; done += 6)
      setTimeout(() => this.emit({ type: 'progress', load: command.load, phase: 'compile', done, total }), done * 8);
    setTimeout(answer, 400);
  }

  private ready(): Event {
    const { experiment, lanes, load } = this;
    return {
      type: 'ready',
      load,
      data: fakeData(experiment!),
      runs: lanes.map(({ id, spec }) => ({
        run: id,
        weights: spec.init ? 'b17c02d4' : (spec.seed ?? 0) ? '50e1aa90' : 'a3f91c22',
        batches: spec.seed ? '1f0e33aa' : '71c0d5e8',
      })),
      plan: {
        lanes: lanes.length,
        dispatches_per_step: 61,
        parameters: 9098,
        memory: 84e6,
        step: {
          dispatches: [
            { label: 'conv1 forward', flops: 7e6, bytes: 2.4e6 },
            { label: 'Adam update', flops: 0, bytes: 3e5 },
          ],
          flops: 7e6,
          bytes: 2.7e6,
          activations: 1.6e6,
          memory: 8e6,
        },
      },
    };
  }

  private begin(): void {
    this.step = 0;
    this.running = false;
    for (const lane of this.lanes) Object.assign(lane, { step: 0, diverged: false });
  }

  private updateRuns(experiment: Experiment, runs: readonly string[]): void {
    const before = new Map(this.lanes.map((lane) => [lane.id, lane]));
    this.experiment = experiment;
    const restarted: string[] = [];
    this.lanes = runs.map((id, i) => {
      const spec = experiment.runs[i]!;
      const old = before.get(id);
      if (old && old.spec.optimizer.type === spec.optimizer.type && old.spec.seed === spec.seed && old.spec.init?.type === spec.init?.type)
        return { ...old, spec };
      if (old) restarted.push(id);
      return { id, spec, step: 0, diverged: false };
    });
    if (restarted.length > 0) this.emit({ type: 'restarted', load: this.load, runs: restarted });
    this.emit(this.ready());
  }

  private status(): void {
    const epoch = (this.step * (this.experiment?.batch_size ?? 1)) / 8000;
    this.emit({
      type: 'status',
      load: this.load,
      state: this.running ? 'running' : 'paused',
      step: this.step,
      epoch,
      steps_per_second: this.running ? 312 : 0,
    });
  }

  private advance(n: number): void {
    const target = this.step + n;
    const train: TrainPoints[] = [];
    const validation: ValidationPoints[] = [];
    for (const lane of this.lanes) {
      if (lane.diverged) continue;
      train.push(this.points(lane, target, validation));
      lane.step = target;
    }
    this.step = target;
    this.emit({ type: 'points', load: this.load, train, validation });
  }

  private points(lane: Lane, target: number, validation: ValidationPoints[]): TrainPoints {
    const n = target - lane.step;
    const { lr } = lane.spec.optimizer;
    const series = { run: lane.id, step: new Uint32Array(n) } as TrainPoints;
    for (const key of ['train_loss', 'train_accuracy', 'lr', 'grad_norm', 'update_ratio', 'time'] as const) series[key] = new Float32Array(n);
    const speed = SPEED[lane.spec.optimizer.type] ?? 1;
    for (let i = 0; i < n; i++) {
      const step = lane.step + i + 1;
      const loss = lossAt(step, speed * (lane.spec.optimizer.momentum ? 2 : 1) * Math.sqrt(lr));
      const noise = Math.sin(step * 12.9898 + lr * 78.233) * 43758.5453;
      const jitter = 1 + 0.3 * (noise - Math.floor(noise) - 0.5);
      series.step[i] = step;
      series.train_loss[i] = loss * jitter;
      series.train_accuracy[i] = Math.exp(-loss * jitter);
      series.lr[i] = lr * (lane.spec.schedule?.type === 'CosineAnnealingLR' ? 0.5 + 0.5 * Math.cos(Math.min(1, step / 1000) * Math.PI) : 1);
      series.grad_norm[i] = 2 * loss * jitter;
      series.update_ratio[i] = lr * loss * jitter * 0.1;
      series.time[i] = step / (this.options.rate ?? 300);
      if (step % (this.experiment?.eval_every ?? 20) === 0)
        validation.push({ run: lane.id, step, val_loss: loss * 1.05 + 0.01, val_accuracy: Math.exp(-loss * 0.95) });
    }
    return series;
  }

  private maps(): void {
    const { watch } = this;
    if (!watch || this.lanes.length === 0) return;
    const maps = this.lanes.map((lane) => fakeMaps(lane.id, watch.channels, this.step));
    this.emit({ type: 'maps', load: this.load, layer: watch.layer, sample: watch.sample, label: watch.sample % 10, maps });
  }
}

const SPEED: Readonly<Record<string, number>> = { SGD: 0.35, Adagrad: 0.6, RMSprop: 3, Adam: 4, AdamW: 4.2 };

const lossAt = (step: number, speed: number): number => 2.26 * (0.02 + 0.98 / (1 + (speed * step) / 12)) + 0.02;

function fakeMaps(run: string, channels: number, step: number): FeatureMaps {
  const [width, height] = [28, 28];
  const rgba = new Uint8ClampedArray(width * height * channels * 4);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const v =
          Math.exp(-(((x - 20 + y * 0.4 + (c % 3)) / 2) ** 2)) +
          Math.exp(-(((y - 6 - (c % 4)) / 1.5) ** 2)) * (c % 2) +
          0.04 * Math.sin(x * y + step + c);
        const t = Math.min(1, Math.max(0, v));
        rgba.set([68 + 185 * t, 1 + 230 * t, 84 - 47 * t + 60 * t * (1 - t), 255], ((c * height + y) * width + x) * 4);
      }
    }
  }
  return { run, channels, total: 16, width, height, rgba, min: -0.4, max: 3.1 };
}

const ADAPTER = {
  name: 'Apple M2',
  vendor: 'apple',
  architecture: 'common-3',
  description: 'Apple M2',
  software: false,
  limits: { maxBufferSize: 4294967296, maxStorageBufferBindingSize: 4294967292 },
};

const SELF_TEST = ['conv2d', 'batch_norm', 'linear', 'max_pool2d', 'relu', 'cross_entropy'].map((operation, i) => ({
  operation,
  cases: 12 + i,
  error: 1.2e-7 * (i + 1),
  limit: 2e-6,
  passed: true,
  detail: '',
}));
