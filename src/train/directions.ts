/** Random directions in the space of weights, filter by filter as long as the weights are. */
import { hash2, hashText, random } from '../model/random.ts';
import type { ModelInfo } from '../model/types.ts';

/** A stream of a seed apart from those of weights, order and dropout. */
const STREAM = 0x1a2d5ca9;

/** Gives row `r` of `direction` the Euclidean norm of row `r` of `weights`. */
function normalise(direction: Float64Array, weights: ArrayLike<number>, rows: number): void {
  const length = direction.length / rows;
  for (let r = 0; r < rows; r++) {
    let [d, w] = [0, 0];
    for (let i = r * length; i < (r + 1) * length; i++) {
      d += direction[i] ** 2;
      w += weights[i] ** 2;
    }
    const scale = d > 0 ? Math.sqrt(w / d) : 0;
    for (let i = r * length; i < (r + 1) * length; i++) direction[i] *= scale;
  }
}

/**
 * A filter-normalised direction (Li, Xu, Taylor, Studer, Goldstein 2018, "Visualizing the Loss Landscape of Neural Nets", §4): Gaussian, and
 * each filter of a convolution and each row of a linear layer scaled to the norm of the same part of the weights. Biases and the
 * parameters of norm layers stay where they are: their tensors are absent. Tensors by state-dict name, in PyTorch's layout.
 */
export function filterNormalised(
  info: ModelInfo,
  weights: ReadonlyMap<string, ArrayLike<number>>,
  seed: number,
  axis: number,
): Map<string, Float64Array> {
  const direction = new Map<string, Float64Array>();
  for (const layer of info.layers) {
    for (const { name, kind, shape } of layer.params) {
      const full = `${layer.id}.${name}`;
      const tensor = weights.get(full);
      if (kind !== 'parameter' || shape.length < 2 || !tensor) continue;
      const { normal } = random(hash2(seed, STREAM), hash2(hashText(full), axis));
      const values = Float64Array.from({ length: tensor.length }, normal);
      normalise(values, tensor, shape[0]);
      direction.set(full, values);
    }
  }
  return direction;
}
