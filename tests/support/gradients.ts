/** Weight gradients as the kernels leave them: slabs in the buffer `partials`, summed by the optimizer's kernel. */
import type { Compiled } from '../../src/engine/compile.ts';
import { BLOCK } from '../../src/engine/params.ts';

/** Words of a lane in `partials`. */
export const slabWords = ({ plans }: Compiled): number => plans.find((p) => p.id === 'partials')?.laneSize ?? 0;

/** Calls `visit(word of the parameters, word of slab s, s)` for every word that a slab holds. */
function walk({ blockTable }: Compiled, visit: (word: number, at: number, slab: number) => void): void {
  for (let block = 0; 4 * block < blockTable.length; block++) {
    const [offset, stride, slabs, used] = blockTable.subarray(4 * block, 4 * block + 4);
    for (let s = 0; s < slabs; s++) for (let i = 0; i < 4 * used; i++) visit(block * BLOCK + i, 4 * (offset + s * stride) + i, s);
  }
}

/** [lanes][parameters], summed in float64. */
export function gradientsOf(compiled: Compiled, partials: Float32Array, lanes: number): Float32Array {
  const [P, words] = [compiled.params.size, slabWords(compiled)];
  const sums = new Float64Array(lanes * P);
  for (let lane = 0; lane < lanes; lane++) {
    walk(compiled, (word, at) => {
      sums[lane * P + word] += partials[lane * words + at];
    });
  }
  return Float32Array.from(sums);
}

/** `partials` that add up to these gradients [lanes][parameters] exactly: whole in the last slab, 0 before. Words outside of all slabs are dropped. */
export function partialsOf(compiled: Compiled, gradients: Float32Array): Float32Array<ArrayBuffer> {
  const [P, words] = [compiled.params.size, slabWords(compiled)];
  const lanes = gradients.length / P;
  const partials = new Float32Array(lanes * words);
  for (let lane = 0; lane < lanes; lane++) {
    walk(compiled, (word, at, slab) => {
      if (compiled.blockTable[4 * Math.floor(word / BLOCK) + 2] === slab + 1) partials[lane * words + at] = gradients[lane * P + word];
    });
  }
  return partials;
}
