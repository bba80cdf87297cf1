/** Linear: one sample, one feature, and sizes on either side of a tile. */
import type { Case, Cases } from '../../reference.ts';
import { integer } from '../../reference.ts';

const linear = (N: number, in_features: number, out_features: number, bias = true, more: Partial<Case> = {}): Case => ({
  type: 'Linear',
  args: { out_features, bias },
  inputs: [[N, in_features]],
  ...more,
});

export const linearCases: Cases = {
  tolerance: 2e-6,
  per_term: 1e-6,
  cases: [
    linear(1, 1, 1),
    linear(1, 1, 65),
    linear(1, 65, 1, false),
    linear(5, 14, 7),
    linear(3, 33, 1, false),
    linear(2, 3, 10),
    linear(8, 64, 64),
    linear(63, 31, 15),
    linear(65, 17, 9, false),
    linear(64, 16, 10),
    linear(4, 256, 10), // a classifier's head
    linear(2, 1152, 13), // long sums
    linear(129, 2, 3), // points of a toy set
    linear(7, 63, 65),
    linear(16, 20, 10, true, { scale: 1e-3 }),
    linear(16, 20, 10, true, { scale: 1e3 }),
  ],
  random: (uniform) => linear(integer(uniform, 1, 40), integer(uniform, 1, 130), integer(uniform, 1, 70), uniform() < 0.6),
};
