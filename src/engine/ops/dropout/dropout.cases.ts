/** Dropout: the mask is exact and follows PyTorch's order of elements whatever the layout inside; only the scaling rounds. */
import type { Case, Cases } from '../../reference.ts';
import { choose, integer } from '../../reference.ts';

const dropout = (shape: readonly number[], p: number, train = true): Case => ({ type: 'Dropout', args: { p }, inputs: [shape], train });

export const dropoutCases: Cases = {
  tolerance: 3e-7,
  cases: [
    dropout([1, 1], 0.5),
    dropout([1, 65], 0.5),
    dropout([3, 10], 0),
    dropout([7, 33], 0.9),
    dropout([64, 128], 0.5),
    dropout([2, 3, 5, 7], 0.1),
    dropout([1, 65, 3, 3], 0.5),
    dropout([5, 1, 8, 8], 0.25),
    dropout([4, 8, 8, 8], 0.2),
    dropout([2, 3, 5, 7], 0.5, false),
    dropout([3, 17], 0.9, false),
  ],
  random(uniform) {
    const N = integer(uniform, 1, 8);
    const C = integer(uniform, 1, 70);
    const shape = uniform() < 0.5 ? [N, C] : [N, C, integer(uniform, 1, 6), integer(uniform, 1, 6)];
    return dropout(shape, choose(uniform, [0, 0.1, 0.25, 0.5, 0.75, 0.9]), uniform() < 0.8);
  },
};
