/** AdaptiveAvgPool2d: global average, windows of unequal size, and outputs larger than the input. */
import type { Case, Cases } from '../../reference.ts';
import { integer } from '../../reference.ts';

const pool = (input: readonly number[], output_size: number | number[], more: Partial<Case> = {}): Case => ({
  type: 'AdaptiveAvgPool2d',
  args: { output_size },
  inputs: [input],
  ...more,
});

export const adaptiveAvgPool2dCases: Cases = {
  tolerance: 1e-6,
  per_term: 1e-6,
  cases: [
    pool([1, 1, 1, 1], 1),
    pool([1, 1, 7, 5], 1),
    pool([2, 65, 4, 4], 1), // global average of a classifier
    pool([8, 16, 8, 8], 1),
    pool([3, 3, 13, 11], 1),
    pool([2, 3, 8, 7], 3), // unequal, overlapping windows
    pool([2, 3, 8, 8], 4),
    pool([2, 3, 5, 6], [5, 6]), // identity
    pool([1, 2, 3, 2], [7, 5]), // larger than the input
    pool([1, 5, 1, 1], 3),
    pool([2, 4, 9, 6], [1, 6]),
    pool([1, 65, 6, 5], [2, 3]),
    pool([2, 3, 6, 6], 1, { mean: 100 }),
  ],
  random(uniform) {
    const output = [integer(uniform, 1, 8), integer(uniform, 1, 8)];
    return pool(
      [integer(uniform, 1, 4), integer(uniform, 1, 40), integer(uniform, 1, 12), integer(uniform, 1, 12)],
      uniform() < 0.4 ? output[0] : output,
    );
  },
};
