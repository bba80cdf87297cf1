/** Where the numbers of one layer of one lane lie, and which of them are weights: the rest is padding. */
import type { Compiled } from '../../engine/compile.ts';
import { BLOCK, blockSize, type ParamBlock, type ParamEntry } from '../../engine/params.ts';
import { VEC } from '../../engine/plan.ts';

interface LayerParam {
  name: string;
  shape: readonly number[];
  entry: ParamEntry;
  /** Where it begins in `places`. */
  start: number;
}

export interface Layer {
  block: ParamBlock;
  words: number;
  /** Slabs of its gradient, one behind another in a lane of `partials`. */
  slabs: { offset: number; count: number };
  /** Words of a lane of `partials`. */
  partialsLane: number;
  params: readonly LayerParam[];
  /** Weight after weight of every tensor in PyTorch's order → float of the block. */
  places: Int32Array;
}

function paramsOf(block: ParamBlock): LayerParam[] {
  let start = 0;
  return block.entries.map((entry) => {
    const param = { name: entry.spec.name, shape: entry.spec.shape, entry, start };
    start += entry.length;
    return param;
  });
}

const known = new WeakMap<Compiled, Map<string, Layer | null>>();

function find(compiled: Compiled, id: string): Layer | null {
  const block = compiled.params.blocks.get(id);
  if (!block) return null;
  const params = paramsOf(block);
  const places = Int32Array.from(params.flatMap(({ entry }) => Array.from({ length: entry.length }, (_, i) => entry.index(i))));
  const [offset, , count] = compiled.blockTable.subarray((4 * block.offset) / BLOCK);
  const partialsLane = compiled.plans.find((plan) => plan.id === 'partials')?.laneSize ?? 0;
  return { block, words: blockSize(block), slabs: { offset: VEC * offset, count }, partialsLane, params, places };
}

/** Null for a layer without parameters, or one that the output does not depend on. */
export function layerOf(compiled: Compiled, id: string): Layer | null {
  let layers = known.get(compiled);
  if (!layers) {
    layers = new Map();
    known.set(compiled, layers);
  }
  let layer = layers.get(id);
  if (layer === undefined) {
    layer = find(compiled, id);
    layers.set(id, layer);
  }
  return layer;
}

/** The weights among a block's floats. */
export const pick = (block: Float32Array, { places }: Layer): Float32Array => Float32Array.from(places, (at) => block[at]);

/** Adds up slabs as the update kernel does: in their order, in float32. */
export function sumSlabs(slabs: Float32Array, words: number): Float32Array {
  const sum = new Float32Array(words);
  for (let at = 0; at < slabs.length; at += words) for (let i = 0; i < words; i++) sum[i] += slabs[at + i];
  return sum;
}
