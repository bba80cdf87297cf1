/**
 * A race on a device: buffers, pipelines and bind groups are created once; a step only encodes. K steps go into one compute pass and one
 * submit, which ends by copying the metrics ring into a staging buffer: a step counts as done only when the mapping of that has resolved,
 * because a lost device looks like success to everything else.
 */
import { type Binding, type BufferPlan, type Dispatch, type RacePlan, RING_SLOTS, RING_WORDS, STEP_WORDS } from '../engine/plan.ts';
import { type Allocation, allocate, allocateOrThrow, COPY_DST, checkLimits, GUARD, GUARD_WORDS, MAP_READ, readParts, readWords } from './buffers.ts';
import type { GpuDataset } from './dataset.ts';
import type { Gpu } from './device.ts';
import { compilePipelines, stepLayout } from './pipelines.ts';

/** Submits that are sent before the first has come back. */
const IN_FLIGHT = 2;

export interface ProgramOptions {
  onProgress?: (done: number, total: number) => void;
  /** Tests: guard words behind every buffer. */
  guard?: boolean;
}

/** One dispatch, ready to encode. */
export interface Command {
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  x: number;
  y: number;
  z: number;
}

export class Program {
  private train: Command[] = [];
  private closing: Command[] = [];
  private evaluation: Command[] = [];
  private readonly stepGroup: GPUBindGroup;
  private readonly table: GPUBuffer;
  /** Buffers that metrics are mapped through: one for each submit that may be in flight; `staging` holds the idle ones. */
  private readonly allStaging: GPUBuffer[] = [];
  private readonly staging: GPUBuffer[];
  /** Bytes between rows of the step table. */
  private readonly rowBytes: number;
  readonly lanes: number;

  private constructor(
    readonly gpu: Gpu,
    readonly plan: RacePlan,
    private dataset: GpuDataset | null,
    private readonly allocation: Allocation,
  ) {
    this.lanes = plan.lanes;
    const { device } = gpu;
    const row = 4 * STEP_WORDS * this.lanes;
    this.rowBytes = 256 * Math.ceil(row / 256);
    this.table = device.createBuffer({ label: 'step table', size: this.rowBytes * RING_SLOTS, usage: 0x80 | COPY_DST });
    this.staging = Array.from({ length: IN_FLIGHT }, () => this.createStaging());
    this.stepGroup = device.createBindGroup({ layout: stepLayout(device), entries: [{ binding: 0, resource: { buffer: this.table, size: row } }] });
  }

  /** Compiles all pipelines in parallel, then allocates. A surface has no data set. Throws LimitError before anything is compiled or allocated. */
  static async create(gpu: Gpu, plan: RacePlan, dataset: GpuDataset | null, options: ProgramOptions = {}): Promise<Program> {
    checkLimits(plan.buffers, plan.lanes, gpu.device.limits);
    await compilePipelines(gpu.device, [...plan.train, ...plan.closing, ...plan.evaluate], options.onProgress);
    const allocation = await allocateOrThrow(gpu.device, plan.buffers, plan.lanes, options.guard ?? false);
    const program = new Program(gpu, plan, dataset, allocation);
    program.fill();
    program.train = await program.commands(plan.train);
    program.closing = await program.commands(plan.closing);
    program.evaluation = await program.commands(plan.evaluate);
    return program;
  }

  private fill(): void {
    for (const { buffer, offset, data } of this.plan.fills) this.write(buffer, offset, data);
  }

  buffer(id: string): GPUBuffer {
    if (this.dataset && id === 'images') return this.dataset.images;
    if (this.dataset && id === 'table') return this.dataset.table;
    const buffer = this.allocation.buffers.get(id);
    if (!buffer) throw new Error(`no buffer ${id}`);
    return buffer;
  }

  /** Bytes on the GPU, without the data set. */
  get bytes(): number {
    return this.allocation.bytes;
  }

  /** More buffers, for passes that are compiled later (feature maps). */
  add(buffers: readonly BufferPlan[]): void {
    checkLimits(buffers, this.lanes, this.gpu.device.limits);
    const more = allocate(this.gpu.device, buffers, this.lanes, false);
    for (const [id, buffer] of more.buffers) this.allocation.buffers.set(id, buffer);
    this.allocation.bytes += more.bytes;
  }

  /** The validation pass on other data than the training set (library users). */
  async evaluationOn(dataset: GpuDataset): Promise<Command[]> {
    const own = this.dataset;
    this.dataset = dataset;
    // Buffers are looked up before the first await: only this list sees the other data set.
    const commands = this.commands(this.plan.evaluate);
    this.dataset = own;
    return commands;
  }

  private resource(b: Binding): GPUBufferBinding {
    const buffer = this.buffer(b.buffer);
    return b.size === 0 ? { buffer } : { buffer, offset: 4 * b.offset, size: 4 * Math.max(b.lane * (this.lanes - 1) + b.size, 4) };
  }

  /** Pipelines of a list (compiled already, or now) with their bind groups. */
  async commands(dispatches: readonly Dispatch[]): Promise<Command[]> {
    const { device } = this.gpu;
    const resources = dispatches.map((d) => d.bindings.map((b) => b && this.resource(b)));
    const pipelines = await compilePipelines(device, dispatches);
    return dispatches.map((d, i) => {
      const entries = resources[i].flatMap((resource, binding): GPUBindGroupEntry[] => (resource ? [{ binding, resource }] : []));
      const group = device.createBindGroup({ label: d.label, layout: pipelines[i].layout, entries });
      const z = d.optimizer === undefined ? this.lanes : this.plan.lanesOf[d.optimizer].length;
      return { pipeline: pipelines[i].pipeline, group, x: d.grid[0], y: d.grid[1], z };
    });
  }

  /** Every pipeline that reads the step table has the same layout there: it is bound once a row. */
  private encode(pass: GPUComputePassEncoder, commands: readonly Command[], row: number): void {
    pass.setBindGroup(1, this.stepGroup, [row * this.rowBytes]);
    for (const c of commands) {
      pass.setPipeline(c.pipeline);
      pass.setBindGroup(0, c.group);
      pass.dispatchWorkgroups(c.x, c.y, c.z);
    }
  }

  /** `rows`: K × lanes × STEP_WORDS words, written to the table once per submit. */
  private writeRows(rows: Uint32Array<ArrayBuffer>): number {
    const words = STEP_WORDS * this.lanes;
    const K = rows.length / words;
    const { queue } = this.gpu.device;
    if (words * 4 === this.rowBytes) queue.writeBuffer(this.table, 0, rows);
    else for (let k = 0; k < K; k++) queue.writeBuffer(this.table, k * this.rowBytes, rows, k * words, words);
    return K;
  }

  private get stagingBytes(): number {
    return 4 * RING_SLOTS * RING_WORDS * this.lanes;
  }

  private createStaging(): GPUBuffer {
    const buffer = this.gpu.device.createBuffer({ label: 'metrics', size: this.stagingBytes, usage: MAP_READ | COPY_DST });
    this.allStaging.push(buffer);
    return buffer;
  }

  /** Sends `commands` for every row in one pass, `closing` for the last, then copies `bytes` of `source` out. Rejects when the device is lost. */
  async submit(
    commands: readonly Command[],
    rows: Uint32Array<ArrayBuffer>,
    source: GPUBuffer,
    bytes: number,
    { clear = false, closing = [] }: { clear?: boolean; closing?: readonly Command[] } = {},
  ): Promise<Uint32Array<ArrayBuffer>> {
    const { device } = this.gpu;
    const K = this.writeRows(rows);
    const encoder = device.createCommandEncoder();
    if (clear) encoder.clearBuffer(source, 0, bytes);
    const pass = encoder.beginComputePass();
    for (let k = 0; k < K; k++) this.encode(pass, commands, k);
    this.encode(pass, closing, K - 1);
    pass.end();
    if (bytes > this.stagingBytes) throw new Error(`${bytes} bytes do not fit the staging buffer`);
    const staging = this.staging.pop() ?? this.createStaging();
    encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ, 0, bytes);
    const words = new Uint32Array(staging.getMappedRange(0, bytes).slice(0));
    staging.unmap();
    this.staging.push(staging);
    return words;
  }

  /** K ≤ RING_SLOTS training steps; row k must name ring slot k. Resolves, when they are done, with K × lanes × RING_WORDS words. */
  step(rows: Uint32Array<ArrayBuffer>): Promise<Uint32Array<ArrayBuffer>> {
    const K = rows.length / (STEP_WORDS * this.lanes);
    return this.submit(this.train, rows, this.buffer('ring'), 4 * K * this.lanes * RING_WORDS, { closing: this.closing });
  }

  /** Forward passes in evaluation mode; totals per lane as floats: loss, hits, samples, 0. `first`: forget the totals so far. */
  evaluate(rows: Uint32Array<ArrayBuffer>, first: boolean, commands: readonly Command[] = this.evaluation): Promise<Uint32Array<ArrayBuffer>> {
    return this.submit(commands, rows, this.buffer('eval'), 16 * this.lanes, { clear: first });
  }

  write(id: string, offset: number, data: Float32Array | Uint32Array): void {
    this.gpu.device.queue.writeBuffer(this.buffer(id), 4 * offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }

  /** Words from one buffer to another, after all that was sent before. */
  copy(from: string, fromOffset: number, to: string, toOffset: number, words: number): void {
    const { device } = this.gpu;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.buffer(from), 4 * fromOffset, this.buffer(to), 4 * toOffset, 4 * words);
    device.queue.submit([encoder.finish()]);
  }

  read(id: string, offset: number, words: number): Promise<Uint32Array<ArrayBuffer>> {
    return readWords(this.gpu.device, this.buffer(id), offset, words);
  }

  async readFloats(id: string, offset: number, words: number): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array((await this.read(id, offset, words)).buffer);
  }

  /** Parts of buffers in one copy, which is sent before this returns. */
  async readParts(parts: readonly { id: string; offset: number; words: number }[]): Promise<Float32Array<ArrayBuffer>[]> {
    const words = await readParts(
      this.gpu.device,
      parts.map(({ id, ...part }) => ({ ...part, buffer: this.buffer(id) })),
    );
    return words.map((each) => new Float32Array(each.buffer, each.byteOffset, each.length));
  }

  /** Tests: NaN in everything that a step must write before it reads. */
  poison(): void {
    for (const { id, laneSize } of this.plan.buffers) {
      if (!/^(slot|partials|report|step_loss|labels$)/.test(id)) continue;
      this.write(id, 0, new Uint32Array(laneSize * this.lanes).fill(0x7fc00000));
    }
    this.fill();
  }

  /** Tests: ids of buffers whose guard words were overwritten. */
  async brokenGuards(): Promise<string[]> {
    const broken: string[] = [];
    for (const [id, buffer] of this.allocation.buffers) {
      const words = await readWords(this.gpu.device, buffer, buffer.size / 4 - GUARD_WORDS, GUARD_WORDS);
      if (words.some((w) => w !== GUARD)) broken.push(id);
    }
    return broken;
  }

  destroy(): void {
    for (const buffer of this.allocation.buffers.values()) buffer.destroy();
    for (const buffer of this.allStaging) buffer.destroy();
    this.table.destroy();
  }
}
