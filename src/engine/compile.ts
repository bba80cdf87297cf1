/** The compile step: an inferred model → everything the GPU needs to train, evaluate and look at it, for any number of lanes. */
import type { LossSpec, ModelInfo } from '../model/types.ts';
import { type PartialRange, PassEmitter, type PassOptions } from './emit.ts';
import { buildGraph, type Graph } from './graph.ts';
import { emitCrossEntropy } from './ops/cross_entropy/cross_entropy.ts';
import { emitGather } from './ops/gather.ts';
import { type Chain, chainLosses, chainOf, emitChain } from './ops/linear/chain.ts';
import { BLOCK, blockSize, layoutParams, type ParamLayout } from './params.ts';
import { type BufferPlan, type Dispatch, metricsOf, reportWords } from './plan.ts';
import type { Tensor } from './tensors.ts';

export interface CompileOptions {
  batch_size: number;
  loss: LossSpec;
  /** Images are u8, to be scaled and standardised by a table; else ready floats. */
  data: 'u8' | 'f32';
  inputGradient?: boolean;
  /** Off in tests that look at single layers. */
  fuse?: boolean;
  /** Store activations as halves. Sums, parameters, gradients and the loss stay in float32. */
  halves?: boolean;
  share?: boolean;
  /** Which variant of which kernel to take (`Tuning.key` → name); no result depends on it. */
  choices?: ReadonlyMap<string, string>;
  /** Tests: the kernel whose first variant is made to compute something else. */
  wrongTile?: string;
  /** Keep what backward could compute again: for devices with little arithmetic for their memory. */
  keep?: boolean;
  /** Threads of one lane that keep the device busy (Emit.fill). No result depends on it. */
  fill?: number;
}

/** A pass with the places of its tensors, so that results can be read back. */
export interface CompiledPass {
  dispatches: readonly Dispatch[];
  graph: Graph;
  /** Tensor id → buffer. */
  placed: ReadonlyMap<string, string>;
}

export interface Compiled {
  info: ModelInfo;
  options: CompileOptions;
  params: ParamLayout;
  buffers: ParamLayout;
  /** Words of one lane. Slots grow when another pass is added. */
  plans: BufferPlan[];
  /** Where the slabs of each block's gradient lie in `partials` (shaders/lib/update.wgsl). */
  blockTable: Uint32Array<ArrayBuffer>;
  train: CompiledPass;
  evaluate: CompiledPass;
}

const EMPTY: CompiledPass['dispatches'] = [];

/** forward and, in training, loss and backward. The layers of `chain` are one with the loss. */
function emitPass(
  compiled: Pick<Compiled, 'info' | 'params' | 'buffers' | 'options'>,
  graph: Graph,
  chain: Chain | null,
  options: PassOptions,
): PassEmitter {
  const { params, buffers } = compiled;
  const emit = new PassEmitter(graph, params, buffers, options);
  emitGather(graph.input, compiled.options, metricsOf(params.size, compiled.options.fill), emit);
  const nodes = graph.nodes.filter((node) => !chain?.nodes.includes(node));
  for (const node of nodes) node.operation.forward(node, emit);
  if (chain) emitChain(chain, compiled.options, emit);
  else emitCrossEntropy(graph, compiled.options, emit);
  if (!options.train) return emit;
  for (const node of nodes.reverse()) {
    emit.settle(node.output);
    node.operation.backward(node, emit);
  }
  emit.settle(graph.input);
  return emit;
}

/** One entry a block of parameters: offset, stride (vec4s), slabs, vec4s in use. */
function tableOfBlocks(params: ParamLayout, ranges: ReadonlyMap<string, PartialRange>): Uint32Array<ArrayBuffer> {
  const table = new Uint32Array((4 * params.size) / BLOCK);
  for (const block of params.blocks.values()) {
    const range = ranges.get(block.layer);
    const words = blockSize(block);
    for (let at = 0; at < words; at += BLOCK) {
      const entry = (4 * (block.offset + at)) / BLOCK;
      if (range) table.set([(range.offset + at) / 4, words / 4, range.slabs, Math.min(BLOCK, words - at) / 4], entry);
    }
  }
  return table;
}

/** The table of blocks for lanes whose biases and normalisation parameters do not decay: 256 × the vec4s that do is added to each entry. */
export function withoutDecay({ params, blockTable }: Pick<Compiled, 'params' | 'blockTable'>): Uint32Array<ArrayBuffer> {
  const table = blockTable.slice();
  for (const block of params.blocks.values()) {
    const vectors = block.entries.filter(({ spec }) => spec.shape.length < 2).length;
    // Vectors are the last rows of a block, one each.
    const decaying = (block.rows - vectors) * block.cols;
    for (let at = 0; at < decaying; at += BLOCK) table[(4 * (block.offset + at)) / BLOCK + 3] += (256 * Math.min(BLOCK, decaying - at)) / 4;
  }
  return table;
}

/** Where the memory goes: the layers with the largest output and with the most parameters. */
function heaviest(graph: Graph, params: ParamLayout): { output?: string; block?: string } {
  const size = (n: Graph['nodes'][number]): number => n.output.size;
  const [node] = [...graph.nodes].sort((a, b) => size(b) - size(a));
  const [block] = [...params.blocks.values()].sort((a, b) => blockSize(b) - blockSize(a));
  return { output: node && size(node) >= graph.input.size ? node.layer.id : undefined, block: block?.layer };
}

export function compile(info: ModelInfo, options: CompileOptions): Compiled {
  const N = options.batch_size;
  const shapes = buildGraph(info, { N, train: true, fuse: false });
  const input = (layer: { inputs: readonly string[] }) => shapes.outputs.get(layer.inputs[0]) as Tensor;
  const live = info.layers.filter((l) => shapes.outputs.has(l.id));
  const params = layoutParams(live, 'parameter', input);
  const buffers = layoutParams(live, 'buffer', input);
  const base = { info, params, buffers, options };
  const slots: number[] = [];
  const pass = (train: boolean): { emit: PassEmitter; losses: number; pass: CompiledPass } => {
    const fuse = options.fuse ?? true;
    const graph = buildGraph(info, { N, train, fuse, keep: options.keep });
    const chain = fuse && train ? chainOf(graph) : null;
    const keep = [graph.output.id, ...(options.inputGradient ? ['grad:input'] : [])];
    const { inputGradient, share, fill, halves, choices, wrongTile } = options;
    const emit = emitPass(base, graph, chain, { train, inputGradient, keep, share, fill, halves, choices, wrongTile });
    return { emit, losses: chain ? chainLosses(chain) : 4, pass: { graph, ...emit.finish(slots) } };
  };
  const train = pass(true);
  const evaluate = pass(false);
  const { output, block } = heaviest(train.pass.graph, params);
  const plans: BufferPlan[] = [
    ...slots.map((laneSize, i) => ({ id: `slot${i}`, laneSize, layer: output })),
    { id: 'params', laneSize: params.size, layer: block },
    { id: 'buffers', laneSize: buffers.size },
    { id: 'partials', laneSize: Math.max(train.emit.partialWords, 64), layer: block },
    { id: 'report', laneSize: reportWords(metricsOf(params.size, options.fill).norms) },
    { id: 'labels', laneSize: 4 * Math.ceil(N / 4) },
    { id: 'step_loss', laneSize: train.losses },
    { id: 'eval', laneSize: 4 },
    { id: 'bad', laneSize: 1 },
  ];
  return { ...base, plans, blockTable: tableOfBlocks(params, train.emit.partialRanges), train: train.pass, evaluate: evaluate.pass };
}

/**
 * A forward pass over one sample in evaluation mode in which every layer keeps its output, to show feature maps: unfused, so that a
 * convolution can be seen before its activation. Adds slots to `compiled.plans`.
 */
export function compileInspect(compiled: Compiled): CompiledPass & { plans: BufferPlan[] } {
  const graph = buildGraph(compiled.info, { N: 1, train: false, fuse: false });
  const options = { ...compiled.options, batch_size: 1 };
  const emit = new PassEmitter(graph, compiled.params, compiled.buffers, { train: false, share: false, fill: compiled.options.fill });
  emitGather(graph.input, options, metricsOf(compiled.params.size, options.fill), emit);
  for (const node of graph.nodes) node.operation.forward(node, emit);
  const slots: number[] = [];
  const { dispatches, placed } = emit.finish(slots);
  const rename = (buffer: string): string => (buffer.startsWith('slot') ? `inspect${buffer.slice(4)}` : buffer);
  const renamed = dispatches.map((d) => ({ ...d, bindings: d.bindings.map((b) => b && { ...b, buffer: rename(b.buffer) }) }));
  return {
    dispatches: renamed.length ? renamed : EMPTY,
    graph,
    placed: new Map([...placed].map(([t, b]) => [t, rename(b)])),
    plans: slots.map((laneSize, i) => ({ id: `inspect${i}`, laneSize })),
  };
}
