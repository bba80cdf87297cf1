/**
 * The last Linear layers of a network with the loss, where they are so small that starting kernels costs more than their work: one
 * dispatch forward and back through all of them, one for all weight gradients. Kernels: shaders/linear_chain.wgsl.
 */
import type { LossSpec } from '../../../model/types.ts';
import type { PassEmitter } from '../../emit.ts';
import type { Graph, GraphNode } from '../../graph.ts';
import { type Bound, ceilDiv, divisor, epilogue, type Target } from '../../op.ts';
import { SERIAL_FILL } from '../../plan.ts';
import { bits } from '../../shader.ts';
import { slabs } from '../conv2d/conv2d.ts';
import { linear } from './linear.ts';

/** As many as the kernel has constants for. */
const MOST_LAYERS = 4;
/** A thread walks through all weights, and a GPU waits for the longest walk: beyond this it would cost more than the dispatches it spares. */
const MOST_WEIGHTS = 4096;
/** Threads that read all weights, as a share of those that keep the device busy: each costs as much as it saves time. */
const SHARE = 16;
/** Workgroups to spread them over. */
const GROUPS = 8;
/** Vec4s of a layer that a thread takes at a time. */
const TILES = [2, 1];
/** A slab of a weight gradient has at least so many samples: the update reads every slab. */
const LEAST_SLAB = 16;

/** Vec4s of weights that a thread may hold in its variables: the text of the kernel, which names each, takes milliseconds a vec4 to compile. */
const MOST_HELD = 192;

/** Samples whose losses are added before the update reads them. */
const LOSS_SHARE = 16;

export interface Chain {
  nodes: readonly GraphNode[];
}

const rowsOf = ({ inputs: [x] }: GraphNode): number => x.H * x.W * x.Cs;

/** Without those of the input's padding, where they are the last. */
const realRows = (node: GraphNode): number => (node.inputs[0].H * node.inputs[0].W === 1 ? node.inputs[0].C : rowsOf(node));

const biasOf = ({ layer }: GraphNode): number => (layer.args.bias ? 1 : 0);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The layers that can be taken together: the last ones, each read by the next only. Null when the last is none, or is too large. */
export function chainOf(graph: Graph): Chain | null {
  const readers = (id: string): number => graph.nodes.filter((n) => n.residual?.id === id || n.inputs.some((t) => t.id === id)).length;
  const nodes: GraphNode[] = [];
  let next = graph.output.id;
  let weights = 0;
  for (const node of [...graph.nodes].reverse()) {
    weights += (rowsOf(node) + biasOf(node)) * node.output.Cs;
    if (node.operation !== linear || node.output.id !== next || readers(next) !== Math.min(nodes.length, 1)) break;
    if (nodes.length === MOST_LAYERS || weights > MOST_WEIGHTS) break;
    nodes.unshift(node);
    next = node.inputs[0].id;
  }
  return nodes.length > 0 ? { nodes } : null;
}

/** One binding over several of the same buffer, which lie in order. */
function spanning(bounds: readonly Bound[]): Bound {
  const last = bounds[bounds.length - 1];
  return { ...bounds[0], size: last.offset + last.size - bounds[0].offset };
}

/** Names with the number of the layer: K4_0, K4_1 … Layers that the chain lacks have zeros. */
function numbered(layers: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(layers[0]);
  const all = Array.from({ length: MOST_LAYERS }, (_, l) => names.map((name) => [`${name}_${l}`, layers[l]?.[name] ?? 0]));
  return Object.fromEntries(all.flat());
}

/** What one dispatch tells the other. */
interface Shared {
  N: number;
  /** [layer][N][O4] outputs, then their gradients. */
  held: ReturnType<PassEmitter['scratch']>;
  constants: Record<string, number>;
  layers: Record<string, number>[];
}

function shared({ nodes }: Chain, emit: PassEmitter): Shared {
  const { N } = nodes[0];
  const columns = nodes.map((n) => n.output.Cs / 4);
  const before = (l: number): number => N * sum(columns.slice(0, l));
  return {
    N,
    held: emit.scratch(`${nodes[0].layer.id}:held`, 8 * before(nodes.length) + 4 * N),
    constants: { N, LAYERS: nodes.length, LAST: nodes.length - 1, HELD: before(nodes.length) },
    layers: nodes.map((n, l) => ({
      K4: rowsOf(n) / 4,
      O: n.output.C,
      TK: divisor(rowsOf(n) / 4, TILES),
      TN: divisor(columns[l], TILES),
      ACT: n.activation.kind,
      SLOPE: n.activation.slope,
      BIAS: biasOf(n),
      AT: before(l),
    })),
  };
}

/** Threads of a workgroup. */
const sizeOf = (threads: number): number => [64, 32, 16, 8].find((t) => ceilDiv(threads, t) >= GROUPS) ?? 4;

const offsets = (bounds: readonly Bound[]): number[] => bounds.map((b) => (b.offset - bounds[0].offset) / 4);

function emitLayers({ nodes }: Chain, { N, held, constants, layers }: Shared, target: Target | null, loss: LossSpec, emit: PassEmitter): void {
  const [first] = nodes;
  const w = nodes.map((n) => emit.param('w', n.layer));
  const tm = [8, 4, 2].find((t) => ceilDiv(N, t) * SHARE >= emit.fill) ?? 1;
  const threads = ceilDiv(N, tm);
  const size = sizeOf(threads);
  const labels = 4 * ceilDiv(N, 4);
  const macs = N * sum(nodes.map((n) => n.layer.macs));
  emit.run({
    label: `${nodes.map((n) => n.layer.id).join(', ')}, loss and back`,
    shader: 'linear_chain',
    entry: 'chain',
    conditions: { weights: false, grad_input: target !== null },
    constants: {
      ...constants,
      ...numbered(layers.map((l, k) => ({ ...l, W_AT: offsets(w)[k], P_AT: 0, GROUP: 0 }))),
      TM: tm,
      COLS: 1,
      SIZE: size,
      THREADS: threads,
      SLAB: 0,
      SLABS: 0,
      END: 0,
      SHARE: 0,
      LOSSES: 0,
      SMOOTHING: bits((loss.label_smoothing as number | undefined) ?? 0),
      ...epilogue(target),
    },
    bindings: [
      emit.read('x', first.inputs[0]),
      emit.write('held', held),
      spanning(w),
      emit.named('labels', 'labels', labels, labels),
      target ? emit.write('gx', target.gradient) : null,
    ],
    groups: ceilDiv(threads, size),
    macs: 2 * macs - (target ? 0 : N * first.layer.macs),
  });
}

/** How the weight gradients are cut into slabs: the same for all kernels and devices. */
function cut({ nodes }: Chain, { N, layers }: Shared) {
  const cols = [3, 2, 1].find((d) => nodes.every((n) => (n.output.Cs / 4) % d === 0)) as number;
  const each = nodes.map((n, l) => ceilDiv(layers[l].K4 + biasOf(n), 2) * (n.output.Cs / 4 / cols));
  const words = Math.max(...nodes.map((n) => (rowsOf(n) + biasOf(n)) * n.output.Cs));
  const slab = Math.max(LEAST_SLAB, slabs(N, Math.max(...each), words).size);
  return { cols, each, slab, count: ceilDiv(N, slab) };
}

function emitWeights({ nodes }: Chain, of: Shared, emit: PassEmitter): void {
  const { N, held, constants, layers } = of;
  const { cols, each, slab, count } = cut({ nodes }, of);
  const partials = nodes.map((n) => emit.partials('partials', n.layer, count));
  const size = sizeOf(count * sum(each));
  const losses = chainLosses({ nodes });
  const groups = each.map((threads) => ceilDiv(threads * count, size));
  const begin = (l: number): number => sum(groups.slice(0, l));
  const absent = Array.from({ length: MOST_LAYERS - nodes.length }, (_, k) => [`GROUP_${nodes.length + k}`, begin(nodes.length)]);
  emit.run({
    label: `${nodes.map((n) => n.layer.id).join(', ')} grad_weight`,
    shader: 'linear_chain',
    entry: 'grad_weight',
    conditions: { weights: true, grad_input: false },
    constants: {
      ...constants,
      ...numbered(layers.map((l, k) => ({ ...l, W_AT: 0, P_AT: offsets(partials)[k], GROUP: begin(k) }))),
      ...Object.fromEntries(absent),
      TM: 1,
      COLS: cols,
      SIZE: size,
      SLAB: slab,
      SLABS: count,
      END: begin(nodes.length),
      SHARE: LOSS_SHARE,
      LOSSES: losses / 4,
    },
    bindings: [
      emit.read('x', nodes[0].inputs[0]),
      emit.read('held', held),
      spanning(partials),
      emit.named('losses', 'step_loss', losses, losses, 'read_write'),
    ],
    groups: begin(nodes.length) + ceilDiv(losses / 4, size),
    macs: N * sum(nodes.map((n) => n.layer.macs)),
  });
}

/** All in one dispatch, where a thread can hold the weights and nothing before asks for gradients. Whether it could. */
function emitRegisters({ nodes }: Chain, of: Shared, target: Target | null, loss: LossSpec, emit: PassEmitter): boolean {
  const { N, constants, layers } = of;
  const { slab, count } = cut({ nodes }, of);
  const units = nodes.map((n, l) => (4 * layers[l].K4 + biasOf(n)) * (n.output.Cs / 4));
  const held = sum(units);
  if (emit.fill > SERIAL_FILL || held > MOST_HELD || slab % LOSS_SHARE > 0 || target) return false;
  const w = nodes.map((n) => emit.param('w', n.layer));
  const partials = nodes.map((n) => emit.partials('partials', n.layer, count));
  const values = layers.map(({ K4 }) => K4);
  const ends = sum(values);
  const outputs = nodes[nodes.length - 1].output.Cs / 4;
  const labels = 4 * ceilDiv(N, 4);
  const losses = chainLosses({ nodes });
  const size = sizeOf(count);
  const own = layers.map(({ K4, O, ACT, SLOPE, BIAS }, l) => ({
    K4,
    O,
    ACT,
    SLOPE,
    BIAS,
    O4: nodes[l].output.Cs / 4,
    ROWS: realRows(nodes[l]),
    W_AT: offsets(w)[l],
    P_AT: offsets(partials)[l],
    UNITS: units[l],
    AT: sum(units.slice(0, l)),
    X_AT: sum(values.slice(0, l)),
  }));
  emit.run({
    label: `${nodes.map((n) => n.layer.id).join(', ')}, loss, back and grad_weight`,
    shader: 'linear_registers',
    entry: 'chain',
    constants: {
      ...{ N, LAYERS: constants.LAYERS, LAST: constants.LAST },
      ...numbered(own),
      ...(nodes.length < MOST_LAYERS && { [`X_AT_${nodes.length}`]: ends }),
      ENDS: ends,
      HELD: held,
      VALUES: ends + outputs,
      SIZE: size,
      SLAB: slab,
      SLABS: count,
      SHARE: LOSS_SHARE,
      LOSSES: losses / 4,
      SMOOTHING: bits((loss.label_smoothing as number | undefined) ?? 0),
    },
    bindings: [
      emit.read('x', nodes[0].inputs[0]),
      spanning(w),
      emit.named('labels', 'labels', labels, labels),
      spanning(partials),
      emit.named('losses', 'step_loss', losses, losses, 'read_write'),
    ],
    groups: ceilDiv(count, size),
    macs: 3 * N * sum(nodes.map((n) => n.layer.macs)) - N * nodes[0].layer.macs,
  });
  return true;
}

/** Forward, loss, and everything that backward has to do for these layers. */
export function emitChain(chain: Chain, { loss }: { loss: LossSpec }, emit: PassEmitter): void {
  const all = shared(chain, emit);
  const target = emit.target(chain.nodes[0], 0);
  if (emitRegisters(chain, all, target, loss, emit)) return;
  emitLayers(chain, all, target, loss, emit);
  emitWeights(chain, all, emit);
}

/** Words of a lane's losses. */
export const chainLosses = ({ nodes: [first] }: Chain): number => 4 * ceilDiv(first.N, LOSS_SHARE);
