/** The optimizers' kernels on gradients of a test's own, without a network around them. */
import type { Compiled } from '../../src/engine/compile.ts';
import { optimizers as kernels } from '../../src/engine/optim/index.ts';
import { type Binding, type RacePlan, STEP_FLOATS, STEP_WORDS } from '../../src/engine/plan.ts';
import { planRace } from '../../src/engine/race.ts';
import { allocate, readWords } from '../../src/gpu/buffers.ts';
import { pipelineFor, stepLayout } from '../../src/gpu/pipelines.ts';
import { type OptimizerType, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import type { Args, OptimizerSpec } from '../../src/model/types.ts';
import { nadamScalarsBefore2 } from './nadam_before_2.ts';

/** The updates of a race with their buffers; gradients are written by the test. */
export class Updates {
  private readonly buffers: Map<string, GPUBuffer>;
  private readonly table: GPUBuffer;
  private constructor(
    private readonly device: GPUDevice,
    private readonly size: number,
    readonly plan: RacePlan,
    private readonly types: readonly { type: string; args: Args; before2: boolean }[],
  ) {
    this.buffers = allocate(device, plan.buffers, plan.lanes, false).buffers;
    this.table = device.createBuffer({ size: 4 * STEP_WORDS * plan.lanes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
    for (const { buffer, offset, data } of plan.fills) this.write(buffer, offset, data);
  }

  /** `before2`: the lanes that follow golden values of an old PyTorch. */
  static create(device: GPUDevice, compiled: Compiled, lanes: readonly OptimizerSpec[], before2: readonly boolean[] = []): Updates {
    const resolved = lanes.map((spec, lane) => ({ type: spec.type, args: resolveOptimizer(spec), before2: before2[lane] ?? false }));
    return new Updates(device, compiled.params.size, planRace(compiled, resolved), resolved);
  }

  private get(id: string): GPUBuffer {
    return this.buffers.get(id) as GPUBuffer;
  }

  private resource(b: Binding): GPUBufferBinding {
    const buffer = this.get(b.buffer);
    return b.lane > 0 || b.size === 0 ? { buffer } : { buffer, offset: 4 * b.offset, size: 4 * b.size };
  }

  write(id: string, offset: number, data: Float32Array | Uint32Array): void {
    this.device.queue.writeBuffer(this.get(id), 4 * offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }

  /** The first words of a buffer, or all of it. */
  async read(id: string, words: number = this.get(id).size / 4): Promise<Float32Array> {
    return new Float32Array((await readWords(this.device, this.get(id), 0, words)).buffer);
  }

  /** Step t (from 1) of every lane. Its row holds the optimizer's own scalars; options that all optimizers share are off. */
  async step(t: number, lr: number | undefined = undefined): Promise<void> {
    const rows = new Float32Array(STEP_WORDS * this.plan.lanes);
    this.types.forEach(({ type, args, before2 }, lane) => {
      const rate = lr ?? (args.lr as number);
      const own = kernels[type as OptimizerType].scalars(args, rate, t);
      const scalars = before2 ? nadamScalarsBefore2(args, rate, t, own) : own;
      if (scalars.length > STEP_FLOATS) throw new Error(`${type} has ${scalars.length} scalars`);
      rows.set(scalars, lane * STEP_WORDS + STEP_FLOATS);
    });
    await this.send(rows);
  }

  /** The update that rows [lanes][STEP_WORDS] of a step table speak of. */
  async send(rows: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Promise<void> {
    this.device.queue.writeBuffer(this.table, 0, rows);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const steps = this.device.createBindGroup({ layout: stepLayout(this.device), entries: [{ binding: 0, resource: { buffer: this.table } }] });
    for (const d of this.plan.train.filter((each) => each.optimizer !== undefined)) {
      const { pipeline, layout } = await pipelineFor(this.device, d);
      const entries = d.bindings.flatMap((b, binding): GPUBindGroupEntry[] => (b ? [{ binding, resource: this.resource(b) }] : []));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.device.createBindGroup({ layout, entries }));
      pass.setBindGroup(1, steps, [0]);
      pass.dispatchWorkgroups(d.grid[0], d.grid[1], this.plan.lanesOf[d.optimizer as string].length);
    }
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /** State arrays of a lane by name, from a read of the whole buffer. */
  stateOf(lane: number, words: Float32Array): Record<string, Float64Array> {
    const { offset, names } = this.plan.states[lane];
    return Object.fromEntries(
      names.map((name, k) => [name, Float64Array.from(words.subarray(offset + k * this.size, offset + (k + 1) * this.size))]),
    );
  }

  /** Of all lanes, without scratch. */
  get stateWords(): number {
    return Math.max(
      4,
      this.plan.states.reduce((sum, { names }) => sum + names.length * this.size, 0),
    );
  }

  destroy(): void {
    for (const buffer of [...this.buffers.values(), this.table]) buffer.destroy();
  }
}
