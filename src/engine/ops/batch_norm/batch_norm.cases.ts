/**
 * BatchNorm: means up to a thousand standard deviations, where a one-pass variance loses everything, and the smallest batches.
 * The mean of float32 values carries an error of about 1e-6 of its size, so the limit grows with |mean| / std.
 */
import type { Case, Cases } from '../../reference.ts';
import { choose, integer } from '../../reference.ts';

const TOLERANCE = 1e-5;

interface Options {
  mean?: number;
  scale?: number;
  train?: boolean;
  /** Arguments of the layer. */
  args?: Case['args'];
}

function norm(shape: readonly number[], { mean = 0, scale = 1, train = true, args = {} }: Options = {}): Case {
  const [N, , H = 1, W = 1] = shape;
  const ratio = 1 + Math.abs(mean) / (scale || 1);
  return {
    type: shape.length === 2 ? 'BatchNorm1d' : 'BatchNorm2d',
    args,
    inputs: [shape],
    train,
    mean,
    scale,
    tolerance: Math.max(TOLERANCE, 2e-6 * ratio),
    // Of two values x̂ is ±1 whatever they are: the input's gradient is nearly 0 and its rounding error is not.
    ...(N * H * W <= 4 && { absolute: (1e-4 * ratio) / (scale || 1) }),
  };
}

/** Variance 0: x̂ and the weight's gradient are rounding errors over √eps, so only an absolute limit says anything. */
const constant = (shape: readonly number[], mean: number, train = true): Case => ({
  ...norm(shape, { mean, scale: 0, train }),
  absolute: 2e-3 * (1 + Math.abs(mean)),
});

export const batchNormCases: Cases = {
  tolerance: TOLERANCE,
  cases: [
    norm([2, 1, 1, 1]), // the smallest batch that has a variance
    norm([2, 65, 1, 1]),
    norm([1, 3, 5, 4]), // one sample
    norm([2, 1, 7, 9]),
    norm([4, 6, 5, 4], { mean: 1 }),
    norm([4, 6, 5, 4], { mean: 1, train: false }),
    norm([3, 65, 3, 5], { mean: -10 }),
    norm([3, 7, 6, 6], { mean: 100 }),
    norm([3, 7, 6, 6], { mean: 1000 }),
    norm([3, 7, 6, 6], { mean: 1000, train: false }),
    norm([8, 16, 8, 8]), // whole tiles
    norm([5, 3, 13, 11], { args: { eps: 1e-3, momentum: 0.3 } }),
    norm([2, 5, 4, 4], { scale: 1e3 }),
    norm([2, 5, 4, 4], { scale: 1e-2 }),
    norm([1, 2, 40, 33]), // long reductions
    norm([33, 2, 3, 3], { args: { momentum: 1 } }),
    constant([3, 4, 5, 6], 0),
    constant([3, 4, 5, 6], 1),
    constant([2, 1, 4, 4], 1, false),
    norm([2, 1]),
    norm([2, 65]),
    norm([7, 9], { mean: 10 }),
    norm([65, 3], { mean: 100, args: { momentum: 0.01 } }),
    norm([64, 64]),
    norm([1, 5], { train: false }), // one sample has no variance; evaluation needs none
    constant([4, 5], 1),
  ],

  random(uniform) {
    const flat = uniform() < 0.3;
    const N = integer(uniform, 2, flat ? 40 : 8);
    const shape = flat ? [N, integer(uniform, 1, 40)] : [N, integer(uniform, 1, 40), integer(uniform, 1, 8), integer(uniform, 1, 8)];
    const scale = choose(uniform, [0.1, 1, 1, 10]);
    // With few values a channel's own std may be far below `scale`: no large means there.
    const few = N * (shape[2] ?? 1) * (shape[3] ?? 1) < 16;
    const mean = scale * choose(uniform, few ? [0, 1] : [0, 0, 1, 10, -100, 1000]);
    const args = { eps: choose(uniform, [1e-5, 1e-5, 1e-3]), momentum: choose(uniform, [0.1, 0.1, 0.5, 0.01]) };
    return norm(shape, { train: uniform() < 0.75, scale, mean, args });
  },
};
