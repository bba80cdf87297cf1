/**
 * Runs single layers on a device: every tensor in a buffer of its own, filled with NaN where a kernel must write, guard words behind
 * each, two lanes with different numbers. What comes back is in PyTorch's layout, like the references.
 */
import { PassEmitter, type PassOptions } from '../engine/emit.ts';
import { buildGraph, type Graph } from '../engine/graph.ts';
import { type Activation, NO_ACTIVATION, type Node, type Target } from '../engine/op.ts';
import { emitAddGradient } from '../engine/ops/add/add.ts';
import type { DrawnCase } from '../engine/ops/cases.ts';
import { layoutParams, type ParamLayout, packParam, unpackParam } from '../engine/params.ts';
import { type BufferPlan, type Dispatch, NOT_BAD, STEP, STEP_WORDS } from '../engine/plan.ts';
import type { Case } from '../engine/reference.ts';
import { makeTensor, packTensor, type Tensor, unpackTensor } from '../engine/tensors.ts';
import { inferModel } from '../model/infer.ts';
import type { LayerSpec, ModelInfo, Shape } from '../model/types.ts';
import { allocate, GUARD, GUARD_WORDS } from './buffers.ts';
import { pipelineFor, stepLayout } from './pipelines.ts';

/** What a kernel must honour beside its own arithmetic. */
export interface Surroundings {
  /** Applied to the output while it is stored. */
  fused?: Activation;
  /** The input is the output of this activation, and its gradient holds `before` already. */
  behind?: { activation: Activation; before: (i: number) => number };
  /** A flat input is a flattened image of this shape [C, H, W], and lies in memory like one; a second one is a plain vector. */
  image?: Shape;
  /** Most workgroups in x; the others go to y, as in dispatches beyond 65,535. */
  fold?: number;
}

class CaseEmitter extends PassEmitter {
  private readonly surroundings: Surroundings;
  constructor(graph: Graph, params: ParamLayout, buffers: ParamLayout, options: PassOptions, surroundings: Surroundings) {
    super(graph, params, buffers, options);
    this.surroundings = surroundings;
  }

  override targetOf(input: Tensor): Target {
    const target = super.targetOf(input);
    const { behind } = this.surroundings;
    return behind ? { ...target, accumulate: true, activation: behind.activation } : target;
  }

  /** Networks read the gradient in place; here the kernel that copies it is tested. */
  override passOn(node: Node, input: Tensor): void {
    emitAddGradient(this.gradient(node.output), input, this.targetOf(input), this);
  }
}

/** The model of one case: the layer alone, behind a Flatten if its input is flat. */
export function caseModel({ type, args, inputs }: Case, image?: Shape): ModelInfo {
  const [C, H = 1, W = 1] = image ?? inputs[0].slice(1);
  const flat = inputs[0].length === 2;
  const layer: LayerSpec = { id: 'layer', type, inputs: inputs.map((_, k) => `in${k}`), ...args };
  // Views of one input; separate() makes tensors of their own of them.
  const sources: LayerSpec[] = inputs.map((_, k) => ({ id: `in${k}`, type: flat ? 'Flatten' : 'Dropout', inputs: ['input'] }));
  return inferModel({ input: [C, H, W], layers: [...sources, layer] });
}

export interface CompiledCase {
  dispatches: Dispatch[];
  plans: BufferPlan[];
  node: Node | null;
  inputs: Tensor[];
  output: Tensor;
  params: ParamLayout;
  buffers: ParamLayout;
  emit: PassEmitter;
  placed: Map<string, string>;
  N: number;
  train: boolean;
}

function foldGrid([x, y]: readonly [number, number], fold = x): readonly [number, number] {
  const width = Math.min(x, fold);
  return [width, Math.ceil((x * y) / width)];
}

export function compileCase(item: Case, surroundings: Surroundings = {}): CompiledCase {
  const info = caseModel(item, surroundings.image);
  const N = item.inputs[0][0];
  const train = item.train ?? true;
  // Evaluation keeps the sources views; each then becomes a tensor of its own.
  const graph = buildGraph(info, { N, train: false, fuse: false });
  const inputs = item.inputs.map((shape, k) => {
    const view = graph.outputs.get(`in${k}`) as Tensor;
    return surroundings.image && k > 0 ? makeTensor(`in${k}`, shape.slice(1), N) : { ...view, id: `in${k}` };
  });
  const trained = buildGraph(info, { N, train, fuse: false });
  const found = trained.nodes.find((n) => n.layer.id === 'layer');
  const node = found ? { ...found, inputs, activation: surroundings.fused ?? NO_ACTIVATION } : null;
  const output = node ? node.output : { ...inputs[0], flat: info.layers.at(-1)?.shape.length === 1 };
  const layers = info.layers.slice(-1);
  const params = layoutParams(layers, 'parameter', () => inputs[0]);
  const buffers = layoutParams(layers, 'buffer', () => inputs[0]);
  const emit = new CaseEmitter(graph, params, buffers, { train, inputGradient: true, share: false }, surroundings);
  if (found && node) {
    found.operation.forward(node, emit);
    if (train) found.operation.backward(node, emit);
  }
  const slots: number[] = [];
  const { dispatches: planned, placed } = emit.finish(slots);
  const dispatches = planned.map((d) => ({ ...d, grid: foldGrid(d.grid, surroundings.fold) }));
  const plans: BufferPlan[] = [
    ...slots.map((laneSize, k) => ({ id: `slot${k}`, laneSize })),
    { id: 'params', laneSize: params.size },
    { id: 'buffers', laneSize: buffers.size },
    { id: 'partials', laneSize: Math.max(4, emit.partialWords) },
    { id: 'bad', laneSize: 1 },
  ];
  return { dispatches, plans, node, inputs, output, params, buffers, emit, placed, N, train };
}

/** What one lane gives, named as in compare.ts. */
export type LaneResults = Record<string, Float32Array>;

export interface CaseRun {
  lanes: LaneResults[];
  /** Sentences about overwritten guards and padding that is not zero. */
  faults: string[];
}

const NAN = 0x7fc00000;
const initial = (id: string): number => (id === 'bad' ? NOT_BAD : /slot|partials/.test(id) ? NAN : 0);

/** Contents of every buffer before the run, as words. */
function contents(c: CompiledCase, drawn: readonly DrawnCase[], { behind }: Surroundings): Map<string, Uint32Array<ArrayBuffer>> {
  const memory = new Map(c.plans.map(({ id, laneSize }) => [id, new Uint32Array(laneSize * drawn.length).fill(initial(id))]));
  const put = (t: Tensor, values: (lane: number) => ArrayLike<number>) => {
    const buffer = memory.get(c.placed.get(t.id) ?? '');
    if (!buffer) return;
    for (const lane of drawn.keys()) {
      const floats = new Float32Array(buffer.buffer, 4 * lane * t.size, t.size).fill(0);
      packTensor(t, c.N, values(lane), floats);
    }
  };
  c.inputs.forEach((t, k) => {
    put(t, (lane) => drawn[lane].inputs[k].data);
    if (behind) put(c.emit.gradient(t), (lane) => drawn[lane].inputs[k].data.map((_, i) => behind.before(i)));
  });
  put(c.emit.gradient(c.output), (lane) => drawn[lane].grad_output.data);
  for (const [id, layout] of [
    ['params', c.params],
    ['buffers', c.buffers],
  ] as const) {
    drawn.forEach(({ params }, lane) => {
      const floats = new Float32Array((memory.get(id) as Uint32Array<ArrayBuffer>).buffer, 4 * lane * layout.size, layout.size);
      for (const name of layout.entries.keys()) packParam(layout, name, params[name.replace('layer.', '')].data, floats);
    });
  }
  return memory;
}

/** Encodes every dispatch once and reads all buffers back, guards included. */
async function execute(device: GPUDevice, c: CompiledCase, memory: ReadonlyMap<string, Uint32Array<ArrayBuffer>>, rows: Uint32Array<ArrayBuffer>) {
  const lanes = rows.length / STEP_WORDS;
  const { buffers } = allocate(device, c.plans, lanes, true);
  for (const [id, words] of memory) device.queue.writeBuffer(buffers.get(id) as GPUBuffer, 0, words);
  const table = device.createBuffer({ size: rows.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(table, 0, rows);
  const steps = device.createBindGroup({ layout: stepLayout(device), entries: [{ binding: 0, resource: { buffer: table } }] });
  const pipelines = await Promise.all(c.dispatches.map((d) => pipelineFor(device, d)));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  c.dispatches.forEach((d, k) => {
    const entries = d.bindings.flatMap((b, binding): GPUBindGroupEntry[] => {
      if (!b) return [];
      const size = 4 * Math.max(b.lane * (lanes - 1) + b.size, 4);
      return [{ binding, resource: { buffer: buffers.get(b.buffer) as GPUBuffer, offset: 4 * b.offset, size } }];
    });
    pass.setPipeline(pipelines[k].pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipelines[k].layout, entries }));
    if (d.step) pass.setBindGroup(1, steps, [0]);
    pass.dispatchWorkgroups(d.grid[0], d.grid[1], lanes);
  });
  pass.end();
  const total = [...buffers.values()].reduce((sum, b) => sum + b.size, 0);
  const staging = device.createBuffer({ size: total, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  let at = 0;
  const spans = [...buffers].map(([id, buffer]) => {
    encoder.copyBufferToBuffer(buffer, 0, staging, at, buffer.size);
    at += buffer.size;
    return { id, start: at - buffer.size, size: buffer.size };
  });
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  for (const b of [...buffers.values(), table, staging]) b.destroy();
  return new Map(spans.map(({ id, start, size }) => [id, words.slice(start / 4, (start + size) / 4)]));
}

/** Words behind the real channels of a tensor that are not zero. */
function paddingFaults(name: string, t: Tensor, lane: Float32Array): string[] {
  const bad = lane.findIndex((v, i) => i % t.Cs >= t.C && v !== 0);
  return bad < 0 ? [] : [`${name}: padding word ${bad} is ${lane[bad]}`];
}

/** Slabs summed in float64. */
function sumSlabs(c: CompiledCase, lane: Float32Array): Float32Array {
  const sum = new Float64Array(c.params.size);
  for (const [layer, { offset, slabs }] of c.emit.partialRanges) {
    const block = c.params.blocks.get(layer);
    if (!block) continue;
    const size = block.rows * block.cols;
    for (let s = 0; s < slabs; s++) for (let i = 0; i < size; i++) sum[block.offset + i] += lane[offset + s * size + i];
  }
  return Float32Array.from(sum);
}

/** A weight gradient's words that belong to no parameter and are not zero. */
function gradientFaults(c: CompiledCase, grads: Float32Array): string[] {
  const real = new Set<number>();
  for (const { block, entry } of c.params.entries.values()) for (let i = 0; i < entry.length; i++) real.add(block.offset + entry.index(i));
  const bad = grads.findIndex((v, i) => v !== 0 && !real.has(i));
  return bad < 0 ? [] : [`gradient of padding word ${bad} is ${grads[bad]}`];
}

/** Runs a case with one set of numbers a lane. */
export async function runCase(device: GPUDevice, item: Case, drawn: readonly DrawnCase[], surroundings: Surroundings = {}): Promise<CaseRun> {
  const c = compileCase(item, surroundings);
  const rows = new Uint32Array(STEP_WORDS * drawn.length);
  drawn.forEach(({ mode }, lane) => {
    rows[lane * STEP_WORDS + STEP.dropout] = mode.seed ?? 0;
  });
  const memory = contents(c, drawn, surroundings);
  const after = await execute(device, c, memory, rows);
  const faults: string[] = [];
  for (const { id, laneSize } of c.plans) {
    const words = after.get(id) as Uint32Array<ArrayBuffer>;
    if (words.subarray(words.length - GUARD_WORDS).some((w) => w !== GUARD)) faults.push(`${id}: words behind the buffer were overwritten`);
    if (words.length - GUARD_WORDS !== Math.max(4, laneSize * drawn.length)) faults.push(`${id}: odd size`);
  }
  const floats = (id: string, lane: number, size: number) =>
    new Float32Array((after.get(id) as Uint32Array<ArrayBuffer>).buffer, 4 * lane * size, size);
  const lanes = drawn.map((numbers, lane) => {
    const results: LaneResults = {};
    const tensor = (name: string, t: Tensor, otherwise: ArrayLike<number>) => {
      const place = c.placed.get(t.id);
      const words = place ? floats(place, lane, t.size) : null;
      // A view has no kernels: what was packed comes back in the other shape.
      const packed = words ?? new Float32Array(t.size);
      if (!words) packTensor(name === 'output' ? c.inputs[0] : c.output, c.N, otherwise, packed);
      faults.push(...paddingFaults(`${name} of lane ${lane}`, t, packed));
      results[name] = unpackTensor(t, c.N, packed);
    };
    tensor('output', c.output, numbers.inputs[0].data);
    if (c.train)
      c.inputs.forEach((t, k) => {
        tensor(`grad_inputs.${k}`, c.emit.gradient(t), numbers.grad_output.data);
      });
    for (const name of c.buffers.entries.keys()) {
      results[name.replace('layer.', 'buffers.')] = unpackParam(c.buffers, name, floats('buffers', lane, c.buffers.size));
    }
    if (c.train && c.params.entries.size > 0) {
      const grads = sumSlabs(c, floats('partials', lane, Math.max(4, c.emit.partialWords)));
      faults.push(...gradientFaults(c, grads));
      for (const name of c.params.entries.keys()) results[name.replace('layer.', 'grad_params.')] = unpackParam(c.params, name, grads);
    }
    return results;
  });
  return { lanes, faults };
}
