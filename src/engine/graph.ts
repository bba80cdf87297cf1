/** From an inferred model to nodes in order: views resolved, dead layers dropped, activations fused into the kernel before them. */
import type { LayerInfo, ModelInfo } from '../model/types.ts';
import { ACTIVATION, type Activation, type FusedPool, NO_ACTIVATION, type Node, type Operation } from './op.ts';
import { operations } from './ops/index.ts';
import { bits } from './shader.ts';
import { makeTensor, type Tensor } from './tensors.ts';

export interface GraphNode extends Node {
  operation: Operation;
}

export interface Graph {
  nodes: readonly GraphNode[];
  input: Tensor;
  output: Tensor;
  /** Where each layer's output stands; a layer fused into the one before shares its tensor. */
  outputs: ReadonlyMap<string, Tensor>;
  /** Tensor id → activation fused into it. */
  activations: ReadonlyMap<string, Activation>;
  /** Tensor id → the node that made it, where backward computes it again instead of keeping it. */
  again: ReadonlyMap<string, GraphNode>;
  /** Tensor id → the pooling that made it, where backward takes the mean of its values again. */
  averages: ReadonlyMap<string, FusedPool>;
}

export interface GraphOptions {
  N: number;
  train: boolean;
  /** Off: every layer keeps an output of its own, to be looked at. */
  fuse: boolean;
  /** Keep what backward could compute again. */
  keep?: boolean;
}

export function operationOf(layer: LayerInfo): Operation {
  const operation = (operations as Record<string, Operation | undefined>)[layer.type];
  if (!operation) throw new Error(`no operation for layer type ${layer.type}`);
  return operation;
}

/** Layers that the last one depends on. */
function live(layers: readonly LayerInfo[]): Set<string> {
  const needed = new Set<string>();
  for (const layer of [...layers].reverse()) {
    if (needed.size === 0 || needed.has(layer.id)) for (const id of [layer.id, ...layer.inputs]) needed.add(id);
  }
  return needed;
}

/** The activation layer that the operation can apply itself: fusible, and the only reader of what `layer` gives. */
function fusible(layer: LayerInfo, layers: readonly LayerInfo[], operation: Operation): LayerInfo | null {
  const readers = layers.filter((l) => l.inputs.includes(layer.id));
  if (readers.length !== 1 || !(readers[0].type in ACTIVATION)) return null;
  return operation.fusesActivation ? readers[0] : null;
}

/** The Add that `layer` can do itself: fusible, the only reader of its output, and the other summand stands already, in the same order. */
function fusibleSum(layer: LayerInfo, layers: readonly LayerInfo[], output: Tensor, outputs: ReadonlyMap<string, Tensor>) {
  const readers = layers.filter((l) => l.inputs.includes(layer.id));
  if (readers.length !== 1 || readers[0].type !== 'Add' || !operationOf(layer).fusesResidual) return null;
  const others = readers[0].inputs.filter((id) => id !== layer.id);
  const other = others.length === 1 ? outputs.get(others[0]) : undefined;
  return other && other.C === output.C && other.H === output.H && other.W === output.W ? { sum: readers[0], other } : null;
}

/** Lets the node normalise the other summand, too, where nobody else reads that. */
function adopt(node: GraphNode, nodes: readonly GraphNode[], layers: readonly LayerInfo[]): void {
  const partner = nodes.find((n) => n.output.id === node.residual?.id);
  if (!partner || partner.operation !== node.operation || !node.operation.takesPartner?.(node, partner)) return;
  if (layers.filter((l) => l.inputs.includes(partner.layer.id)).length !== 1) return;
  partner.deferred = true;
  node.partner = partner;
}

const POOLS: Readonly<Record<string, FusedPool['kind']>> = { MaxPool2d: 'max', AvgPool2d: 'avg' };

/** The pooling that the node can do itself: windows side by side, no padding, and the only reader of what `layer` gives. */
function fusiblePool(node: GraphNode, layer: LayerInfo, layers: readonly LayerInfo[]): FusedPool | null {
  const readers = layers.filter((l) => l.inputs.includes(layer.id));
  const kind = POOLS[readers[0]?.type];
  if (readers.length !== 1 || !kind) return null;
  const { kernel_size, stride, padding } = readers[0].args as Record<string, number[]>;
  const [KH, KW] = kernel_size;
  if (stride[0] !== KH || stride[1] !== KW || padding[0] > 0 || padding[1] > 0) return null;
  const pool: FusedPool = { kind, layer: readers[0], KH, KW, full: node.output };
  return node.operation.fusesPool?.(node, pool) ? pool : null;
}

export function toActivation(layer: LayerInfo): Activation {
  const kind = ACTIVATION[layer.type as keyof typeof ACTIVATION];
  return { kind, slope: layer.type === 'LeakyReLU' ? bits(layer.args.negative_slope as number) : 0 };
}

/** Means that only backward kernels read which can take them anew from the values: those are kept for the derivative of their activation. */
function averagedAgain(nodes: readonly GraphNode[]): Map<string, FusedPool> {
  const readers = (id: string) => nodes.filter((n) => n.residual?.id === id || n.inputs.some((t) => t.id === id));
  return new Map(
    nodes.flatMap(({ pool, output }) =>
      pool?.kind === 'avg' && readers(output.id).every((n) => n.operation.takesAverage) ? [[output.id, pool] as const] : [],
    ),
  );
}

/** Outputs that only one node reads, whose backward kernels can do without. */
function computedAgain(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  const readers = (id: string) => nodes.filter((n) => n.residual?.id === id || n.inputs.some((t) => t.id === id));
  const found = nodes.filter((n) => {
    if (!n.operation.again || n.residual || n.pool || n.output.flat) return false;
    const [reader, ...others] = readers(n.output.id);
    return others.length === 0 && reader?.operation.takesAgain?.(reader);
  });
  return new Map(found.map((n) => [n.output.id, n]));
}

export function buildGraph(info: ModelInfo, { N, train, fuse, keep }: GraphOptions): Graph {
  const input = makeTensor('input', info.input, N);
  const outputs = new Map<string, Tensor>([['input', input]]);
  const activations = new Map<string, Activation>();
  const nodes: GraphNode[] = [];
  const needed = live(info.layers);
  const layers = info.layers.filter((l) => needed.has(l.id));
  for (const layer of layers) {
    if (outputs.has(layer.id)) continue; // fused into an earlier node
    const operation = operationOf(layer);
    const inputs = layer.inputs.map((id) => outputs.get(id) as Tensor);
    const output = operation.elementwise ? { ...inputs[0], id: layer.id } : makeTensor(layer.id, layer.shape, N);
    const node: GraphNode = {
      layer,
      index: info.layers.indexOf(layer),
      inputs,
      output,
      activation: NO_ACTIVATION,
      residual: null,
      partner: null,
      deferred: false,
      pool: null,
      N,
      operation,
    };
    if (operation.isView?.(node, train)) {
      outputs.set(layer.id, { ...inputs[0], flat: layer.shape.length === 1 });
      continue;
    }
    outputs.set(layer.id, output);
    const added = fuse ? fusibleSum(layer, layers, output, outputs) : null;
    if (added) {
      node.residual = added.other;
      adopt(node, nodes, layers);
      outputs.set(added.sum.id, output);
    }
    const next = fuse ? fusible(added?.sum ?? layer, layers, operation) : null;
    if (next) {
      node.activation = toActivation(next);
      outputs.set(next.id, output);
    }
    node.pool = fuse ? fusiblePool(node, next ?? added?.sum ?? layer, layers) : null;
    if (node.pool) {
      node.output = makeTensor(node.pool.layer.id, node.pool.layer.shape, N);
      outputs.set(node.pool.layer.id, node.output);
    }
    // Before a mean it is the node's own affair.
    if (next && node.pool?.kind !== 'avg') activations.set(node.output.id, node.activation);
    nodes.push(node);
  }
  const last = info.layers[info.layers.length - 1];
  const spare = train && fuse && !keep;
  const again = computedAgain(spare ? nodes : []);
  const averages = averagedAgain(spare ? nodes : []);
  return { nodes, input, output: outputs.get(last.id) as Tensor, outputs, activations, again, averages };
}
