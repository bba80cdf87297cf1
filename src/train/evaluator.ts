/** Forward passes over many sets of weights at once: a program of its own, so that the race does not know of it. */
import { type Compiled, compile } from '../engine/compile.ts';
import { evaluationBytes, planEvaluation } from '../engine/evaluation.ts';
import { RING_SLOTS, STEP_WORDS } from '../engine/plan.ts';
import type { GpuDataset } from '../gpu/dataset.ts';
import { type Gpu, isSoftware } from '../gpu/device.ts';
import { Program } from '../gpu/program.ts';
import { walkRows } from './rows.ts';

/** All lanes together take no more than this beside the race. */
const MOST_BYTES = 256 * 2 ** 20;
export const MOST_LANES = 64;
/** Multiply-accumulates of one batch of all lanes: a submit of so many leaves the screen alive. */
const MOST_MACS = 8e9;
const MOST_MACS_SOFTWARE = 1e9;
/** Milliseconds that a submit should last. */
const SUBMIT = 40;

/** How many lanes of this model fit, `wish` at most. */
export function lanesThatFit({ device, info }: Gpu, compiled: Compiled, wish: number): number {
  const plan = planEvaluation(compiled, 1);
  const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  const largest = Math.max(...plan.buffers.map(({ laneSize }) => 4 * laneSize));
  const macs = compiled.evaluate.dispatches.reduce((sum, d) => sum + d.macs, 0);
  const time = (isSoftware(info) ? MOST_MACS_SOFTWARE : MOST_MACS) / Math.max(macs, 1);
  return Math.max(1, Math.floor(Math.min(wish, MOST_LANES, MOST_BYTES / evaluationBytes(plan), most / largest, time)));
}

/** Threads of one lane that keep a device busy, where nobody says otherwise (Emit.fill). */
const FILL = 2048;

/** The same model with tiles for so many lanes: together they keep the device busy with fewer threads each. No tile changes a bit of a result. */
function forLanes({ info, options }: Compiled, lanes: number): Compiled {
  return compile(info, { ...options, fill: Math.ceil((options.fill ?? FILL) / lanes) });
}

export interface Losses {
  loss: Float32Array<ArrayBuffer>;
  /** 0 … 1. */
  accuracy: Float32Array<ArrayBuffer>;
}

export class Evaluator {
  /** Batches of the next submit. */
  private batches = 1;

  private constructor(
    private readonly program: Program,
    private readonly compiled: Compiled,
  ) {}

  /** Throws LimitError when not even this fits. */
  static async create(gpu: Gpu, compiled: Compiled, dataset: GpuDataset, lanes: number): Promise<Evaluator> {
    return new Evaluator(await Program.create(gpu, planEvaluation(forLanes(compiled, lanes), lanes), dataset), compiled);
  }

  get lanes(): number {
    return this.program.lanes;
  }

  get gpu(): Gpu {
    return this.program.gpu;
  }

  get bytes(): number {
    return this.program.bytes;
  }

  /** Weights of one lane, inside layout; running statistics of batch norms are those of `buffers`. */
  write(l: number, params: Float32Array, buffers: Float32Array): void {
    this.program.write('params', l * this.compiled.params.size, params);
    this.program.write('buffers', l * this.compiled.buffers.size, buffers);
  }

  /** Mean loss and accuracy of every lane on samples first … first + count − 1, in the batches of a validation; null when stopped. */
  async evaluate(first: number, count: number, stop: () => boolean): Promise<Losses | null> {
    const rows = walkRows(this.lanes, first, count, this.compiled.options.batch_size);
    const words = this.lanes * STEP_WORDS;
    let totals = new Float32Array();
    for (let at = 0; at < rows.length; ) {
      if (stop()) return null;
      const part = rows.slice(at, at + this.batches * words);
      const began = performance.now();
      totals = new Float32Array((await this.program.evaluate(part, at === 0)).buffer);
      at += part.length;
      const each = (performance.now() - began) / (part.length / words);
      this.batches = Math.max(1, Math.min(RING_SLOTS, 2 * this.batches, Math.floor(SUBMIT / Math.max(each, 0.01))));
    }
    const of = (k: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: this.lanes }, (_, l) => totals[4 * l + k] / totals[4 * l + 2]);
    return { loss: of(0), accuracy: of(1) };
  }

  destroy(): void {
    this.program.destroy();
  }
}
