/** Lanes of one architecture at one step: one program. */
import type { Compiled } from '../engine/compile.ts';
import { layerAt, packParam, unpackParam } from '../engine/params.ts';
import { metricsOf, NOT_BAD, type RacePlan, REPORT_BAD, RING_WORDS, reportWords, STEP_WORDS } from '../engine/plan.ts';
import { planRace } from '../engine/race.ts';
import { checkLimits } from '../gpu/buffers.ts';
import type { GpuDataset } from '../gpu/dataset.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Command, Program, type ProgramOptions } from '../gpu/program.ts';
import type { PlateauState } from '../model/schedules/index.ts';
import { type Lane, rateAt, weightsOf } from './lane.ts';
import { type Order, trainRows } from './rows.ts';

/** One lane's numbers, inside layout; enough to go on bit for bit. */
export interface LaneSnapshot {
  step: number;
  params: Float32Array<ArrayBuffer>;
  buffers: Float32Array<ArrayBuffer>;
  /** PyTorch's name → array of the parameters' size. */
  state: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
  bad: number;
  frozen: number | null;
  /** What a schedule that follows the validation remembers. */
  plateau: PlateauState | null;
}

/** Metrics of one step of one lane. */
export interface StepPoint {
  /** From 1: the step that this batch and update made. */
  step: number;
  loss: number;
  accuracy: number;
  lr: number;
  grad_norm: number;
  update_ratio: number;
}

export interface Evaluation {
  loss: number;
  accuracy: number;
}

/** Of a run, and of the moving average of its weights where it keeps one (ema_decay), with the run's own running statistics. */
export interface Validation extends Evaluation {
  ema?: Evaluation;
}

/** Where a lane was frozen. `layer` null: the loss. */
export interface Divergence {
  step: number;
  layer: string | null;
}

/** What the metrics say of a lane that was frozen in these steps. */
interface Freeze {
  step: number;
  /** Smallest index of a non-finite gradient or parameter. */
  bad: number;
  loss: number;
}

const floats = (words: Uint32Array<ArrayBuffer>): Float32Array<ArrayBuffer> => new Float32Array(words.buffer, words.byteOffset, words.length);

const planOf = (compiled: Compiled, lanes: readonly Lane[]): RacePlan =>
  planRace(
    compiled,
    lanes.map((l) => l.optimizer),
  );

export class LaneGroup {
  private constructor(
    readonly lanes: Lane[],
    readonly compiled: Compiled,
    readonly program: Program,
    /** Steps sent to the GPU. */
    public step: number,
  ) {}

  /** Throws LimitError when the group would not fit the device; allocates nothing. */
  static check(gpu: Gpu, compiled: Compiled, lanes: readonly Lane[]): void {
    checkLimits(planOf(compiled, lanes).buffers, lanes.length, gpu.device.limits);
  }

  static async create(gpu: Gpu, compiled: Compiled, lanes: Lane[], dataset: GpuDataset, options: ProgramOptions = {}): Promise<LaneGroup> {
    const plan = planOf(compiled, lanes);
    const group = new LaneGroup(lanes, compiled, await Program.create(gpu, plan, dataset, options), 0);
    group.initialise();
    return group;
  }

  /** The same lanes with other settings. */
  replaceLanes(next: ReadonlyMap<string, Lane>): void {
    this.lanes.splice(0, this.lanes.length, ...this.lanes.map((lane) => next.get(lane.id) ?? lane));
  }

  /** Initial weights and running statistics of every lane. */
  private initialise(): void {
    this.lanes.forEach((lane, l) => {
      this.writeTensors(l, weightsOf(lane));
    });
  }

  /** Writes whole tensors by state-dict name; layers that the output does not depend on have none on the GPU. */
  writeTensors(l: number, tensors: ReadonlyMap<string, ArrayLike<number>>): void {
    const { params, buffers } = this.compiled;
    const p = new Float32Array(params.size);
    const b = new Float32Array(buffers.size);
    for (const [name, data] of tensors) {
      if (params.entries.has(name)) packParam(params, name, data, p);
      else if (buffers.entries.has(name)) packParam(buffers, name, data, b);
    }
    this.program.write('params', l * params.size, p);
    this.program.write('buffers', l * buffers.size, b);
    // An average begins with the weights.
    const average = this.averageAt(l);
    if (average !== null) this.program.write('state', average, p);
  }

  /** Where the moving average of a lane's weights begins in `state`; null if it keeps none. */
  private averageAt(l: number): number | null {
    const { offset, names } = this.program.plan.states[l];
    const k = names.indexOf('ema');
    return k < 0 ? null : offset + k * this.compiled.params.size;
  }

  /** In both places: what a step goes by, and what updates lower. */
  private writeBad(l: number, bad: number): void {
    const report = reportWords(metricsOf(this.compiled.params.size, this.compiled.options.fill).norms);
    this.program.write('bad', l, Uint32Array.of(bad));
    this.program.write('report', l * report + REPORT_BAD, Uint32Array.of(bad));
  }

  /** Lets a frozen lane learn again, after other weights were written. */
  thaw(l: number): void {
    this.lanes[l].frozen = null;
    this.writeBad(l, NOT_BAD);
  }

  /** All tensors of a lane in PyTorch's layout, in the order of the layers. */
  async readTensors(l: number): Promise<Map<string, Float32Array<ArrayBuffer>>> {
    const { params, buffers, info } = this.compiled;
    const p = await this.program.readFloats('params', l * params.size, params.size);
    const b = await this.program.readFloats('buffers', l * buffers.size, buffers.size);
    const dict = new Map<string, Float32Array<ArrayBuffer>>();
    for (const layer of info.layers) {
      for (const { name } of layer.params) {
        const full = `${layer.id}.${name}`;
        if (params.entries.has(full)) dict.set(full, unpackParam(params, full, p) as Float32Array<ArrayBuffer>);
        else if (buffers.entries.has(full)) dict.set(full, unpackParam(buffers, full, b) as Float32Array<ArrayBuffer>);
      }
    }
    return dict;
  }

  /** Sends K steps. The decoder is called with the metrics once they are done. */
  send(K: number, order: Order): { from: number; done: Promise<Uint32Array<ArrayBuffer>> } {
    const from = this.step;
    const done = this.program.step(trainRows(this.lanes, from, K, order));
    this.step += K;
    return { from, done };
  }

  /** Sends `steps` steps, the first `skip` steps ahead, without counting them: for a rehearsal (gpu/rehearsal.ts), which takes them back. */
  sendUncounted(order: Order, skip: number, steps: number): Promise<Uint32Array<ArrayBuffer>> {
    return this.program.step(trainRows(this.lanes, this.step + skip, steps, order));
  }

  /** Points of one lane from the metrics of a submit; stops where the lane was frozen. */
  decode(words: Uint32Array<ArrayBuffer>, from: number, l: number, batch_size: number): { points: StepPoint[]; freeze: Freeze | null } {
    const lane = this.lanes[l];
    const values = floats(words);
    const points: StepPoint[] = [];
    const K = words.length / (this.lanes.length * RING_WORDS);
    if (lane.frozen !== null) return { points, freeze: null };
    for (let k = 0; k < K; k++) {
      const at = (k * this.lanes.length + l) * RING_WORDS;
      const bad = words[at + 5];
      if (bad !== NOT_BAD) {
        lane.frozen = from + k + 1;
        return { points, freeze: { step: from + k + 1, bad, loss: values[at] } };
      }
      points.push({
        step: from + k + 1,
        loss: values[at],
        accuracy: values[at + 1] / batch_size,
        lr: rateAt(lane, from + k),
        grad_norm: Math.sqrt(values[at + 2]),
        update_ratio: Math.sqrt(values[at + 3] / Math.max(values[at + 4], 1e-30)),
      });
    }
    return { points, freeze: null };
  }

  /**
   * Where a frozen lane left the finite numbers: the first layer with such a parameter, else the loss, else the first layer with such a
   * gradient. A loss that is not finite makes every gradient so, whatever layer is to blame.
   */
  async explain(l: number, { step, bad, loss }: Freeze): Promise<Divergence> {
    const { params } = this.compiled;
    const values = await this.program.readFloats('params', l * params.size, params.size);
    const at = values.findIndex((v) => !Number.isFinite(v));
    if (at < 0 && !Number.isFinite(loss)) return { step, layer: null };
    return { step, layer: layerAt(params, at < 0 ? bad : at) };
  }

  /** Sends forward passes over `rows` in submits of at most `perSubmit` batches; resolves with one evaluation a lane. */
  async evaluate(rows: Uint32Array<ArrayBuffer>, perSubmit: number, commands?: readonly Command[]): Promise<Evaluation[]> {
    const each = perSubmit * this.lanes.length * STEP_WORDS;
    const sent: Promise<Uint32Array<ArrayBuffer>>[] = [];
    for (let at = 0; at < rows.length; at += each) {
      if (sent.length >= 2) await sent[sent.length - 2];
      sent.push(this.program.evaluate(rows.slice(at, at + each), at === 0, commands));
    }
    const totals = floats(await sent[sent.length - 1]);
    return this.lanes.map((_, l) => ({ loss: totals[4 * l] / totals[4 * l + 2], accuracy: totals[4 * l + 1] / totals[4 * l + 2] }));
  }

  /** `evaluate` with the moving averages in the place of the weights; null for lanes that keep none. Nothing may be sent meanwhile. */
  async evaluateAverages(rows: Uint32Array<ArrayBuffer>, perSubmit: number, commands?: readonly Command[]): Promise<(Evaluation | null)[]> {
    const P = this.compiled.params.size;
    const averages = this.lanes.map((_, l) => this.averageAt(l));
    if (averages.every((at) => at === null)) return averages.map(() => null);
    const all = P * this.lanes.length;
    this.program.copy('params', 0, 'kept', 0, all);
    try {
      averages.forEach((at, l) => {
        if (at !== null) this.program.copy('state', at, 'params', l * P, P);
      });
      const found = await this.evaluate(rows, perSubmit, commands);
      return found.map((evaluation, l) => (averages[l] === null ? null : evaluation));
    } finally {
      this.program.copy('kept', 0, 'params', 0, all);
    }
  }

  async snapshot(): Promise<Map<string, LaneSnapshot>> {
    const { params, buffers } = this.compiled;
    const { program, lanes } = this;
    const step = this.step;
    const stateWords = program.plan.states.reduce((sum, s) => sum + s.names.length * params.size, 0);
    // One submit each, in queue order, before anything else is sent: the same step for all.
    const [p, b, s, bad] = await Promise.all([
      program.readFloats('params', 0, params.size * lanes.length),
      program.readFloats('buffers', 0, buffers.size * lanes.length),
      program.readFloats('state', 0, Math.max(stateWords, 4)),
      program.read('bad', 0, lanes.length),
    ]);
    return new Map(
      lanes.map((lane, l) => {
        const { offset, names } = program.plan.states[l];
        const state = Object.fromEntries(names.map((name, k) => [name, s.slice(offset + k * params.size, offset + (k + 1) * params.size)]));
        return [
          lane.id,
          {
            step,
            params: p.slice(l * params.size, (l + 1) * params.size),
            buffers: b.slice(l * buffers.size, (l + 1) * buffers.size),
            state,
            bad: bad[l],
            frozen: lane.frozen,
            plateau: lane.plateau,
          },
        ];
      }),
    );
  }

  /** Puts snapshots back; a state array that the snapshot lacks keeps its initial value, an average the weights. All must be of the same step. */
  restore(snapshots: ReadonlyMap<string, LaneSnapshot>): void {
    const { params, buffers } = this.compiled;
    this.lanes.forEach((lane, l) => {
      const snapshot = snapshots.get(lane.id);
      if (!snapshot) return;
      this.step = snapshot.step;
      lane.frozen = snapshot.frozen;
      this.program.write('params', l * params.size, snapshot.params);
      this.program.write('buffers', l * buffers.size, snapshot.buffers);
      this.writeBad(l, snapshot.bad);
      const { offset, names } = this.program.plan.states[l];
      names.forEach((name, k) => {
        const values = snapshot.state[name] ?? (name === 'ema' ? snapshot.params : null);
        if (values) this.program.write('state', offset + k * params.size, values);
      });
    });
  }

  destroy(): void {
    this.program.destroy();
  }
}
