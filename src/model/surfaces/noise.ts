/** The noise of a surface's gradient; twin, bit for bit, of shaders/surface.wgsl. */
import { hash3 } from '../random.ts';

/** About N(0, 1) for parameter `index` of a step: twelve uniform numbers of 20 bits (Irwin and Hall), so that no logarithm is asked for. */
export function noiseAt(key: number, index: number): number {
  let sum = 0;
  for (let k = 0; k < 12; k++) sum += hash3(key, index, k) >>> 12;
  return sum / 2 ** 20 - 6;
}
