/**
 * Parameters of all layers in one flat buffer a lane, so that an element-wise optimizer is one dispatch. A layer's parameters form one
 * block: a matrix of rows × cols floats (cols padded to vec4), weights above, bias as one more row, so that the weight gradient and the
 * bias gradient come out of one kernel. Blocks start at multiples of 256 floats: one workgroup of the optimizer never spans two.
 */
import type { LayerInfo, ParamSpec } from '../model/types.ts';
import { padded, position, type Tensor } from './tensors.ts';

/** Floats of one optimizer workgroup: 64 threads of one vec4. */
export const BLOCK = 256;

export interface ParamEntry {
  /** State-dict name: `${layer}.weight`. */
  name: string;
  spec: ParamSpec;
  /** PyTorch's flat index → float within the block. */
  index(i: number): number;
  length: number;
}

export interface ParamBlock {
  layer: string;
  /** Floats from the start of the lane; a multiple of BLOCK. */
  offset: number;
  rows: number;
  cols: number;
  entries: ParamEntry[];
}

export interface ParamLayout {
  blocks: ReadonlyMap<string, ParamBlock>;
  entries: ReadonlyMap<string, { block: ParamBlock; entry: ParamEntry }>;
  /** Floats of one lane. */
  size: number;
}

export const blockSize = (b: ParamBlock): number => b.rows * b.cols;

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** How many weight rows one tap has: exact for narrow inputs (1–3 channels) and groups, else padded like the activation. */
export function rowsPerTap(channels: number, groups: number): number {
  const perGroup = channels / groups;
  return groups > 1 || perGroup < 4 ? perGroup : padded(perGroup);
}

type Place = (spec: ParamSpec) => { rows: number; index(i: number): number };

/** Conv2d: row (kh·KW + kw)·rows + c_in, column c_out. */
function convPlace(layer: LayerInfo, cols: number): Place {
  const groups = layer.args.groups as number;
  const C = layer.inputShapes[0][0];
  const per = C / groups;
  const stride = rowsPerTap(C, groups);
  const [KH, KW] = layer.args.kernel_size as number[];
  const taps = KH * KW;
  return (spec) =>
    spec.name === 'weight'
      ? { rows: taps * stride, index: (i) => ((i % taps) * stride + (Math.floor(i / taps) % per)) * cols + Math.floor(i / (taps * per)) }
      : { rows: 1, index: (i) => taps * stride * cols + i };
}

/** Linear: row = where the input feature stands, column = output feature. */
function linearPlace(input: Tensor, cols: number): Place {
  const rows = input.H * input.W * input.Cs;
  const F = input.C * input.H * input.W;
  return (spec) =>
    spec.name === 'weight' ? { rows, index: (i) => position(input, i % F) * cols + Math.floor(i / F) } : { rows: 1, index: (i) => rows * cols + i };
}

/** Per-channel parameters: one row each, in the order of the layer's list. */
function channelPlace(input: Tensor, names: readonly string[], cols: number): Place {
  return (spec) => ({ rows: 1, index: (i) => names.indexOf(spec.name) * cols + (input.flat ? position(input, i) : i) });
}

/** Floats across for the block of this layer. */
function columns(layer: LayerInfo, input: Tensor): number {
  if (layer.type === 'Conv2d' || layer.type === 'Linear') return padded(layer.shape[0]);
  return input.flat ? input.H * input.W * input.Cs : input.Cs;
}

/** Lays out all tensors of one kind (parameters, or buffers such as running statistics). `input(id)`: the layer's first input. */
export function layoutParams(layers: readonly LayerInfo[], kind: ParamSpec['kind'], input: (layer: LayerInfo) => Tensor): ParamLayout {
  const blocks = new Map<string, ParamBlock>();
  const entries = new Map<string, { block: ParamBlock; entry: ParamEntry }>();
  let offset = 0;
  for (const layer of layers) {
    const specs = layer.params.filter((p) => p.kind === kind);
    if (specs.length === 0) continue;
    const x = input(layer);
    const cols = columns(layer, x);
    const names = specs.map((s) => s.name);
    const place = layer.type === 'Conv2d' ? convPlace(layer, cols) : layer.type === 'Linear' ? linearPlace(x, cols) : channelPlace(x, names, cols);
    const block: ParamBlock = { layer: layer.id, offset, rows: 0, cols, entries: [] };
    for (const spec of specs) {
      const { rows, index } = place(spec);
      block.rows += rows;
      const entry = { name: `${layer.id}.${spec.name}`, spec, index, length: product(spec.shape) };
      block.entries.push(entry);
      entries.set(entry.name, { block, entry });
    }
    blocks.set(layer.id, block);
    offset += BLOCK * Math.ceil(blockSize(block) / BLOCK);
  }
  return { blocks, entries, size: Math.max(offset, BLOCK) };
}

/** Writes one PyTorch tensor into a lane. */
export function packParam(layout: ParamLayout, name: string, data: ArrayLike<number>, lane: Float32Array | Float64Array): void {
  const found = layout.entries.get(name);
  if (!found) throw new Error(`no tensor named ${name}`);
  const { block, entry } = found;
  for (let i = 0; i < entry.length; i++) lane[block.offset + entry.index(i)] = data[i];
}

/** Reads one tensor of a lane in PyTorch's layout. */
export function unpackParam(layout: ParamLayout, name: string, lane: Float32Array): Float32Array {
  const found = layout.entries.get(name);
  if (!found) throw new Error(`no tensor named ${name}`);
  const { block, entry } = found;
  return Float32Array.from({ length: entry.length }, (_, i) => lane[block.offset + entry.index(i)]);
}

/** The layer that float `index` of a lane belongs to (to name where a NaN stood). */
export function layerAt(layout: ParamLayout, index: number): string | null {
  for (const b of layout.blocks.values()) if (index >= b.offset && index < b.offset + blockSize(b)) return b.layer;
  return null;
}
