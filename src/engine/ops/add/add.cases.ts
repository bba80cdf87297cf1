/** Add: one rounding an element; gradients are copies. */
import type { Case, Cases } from '../../reference.ts';
import { integer } from '../../reference.ts';

const add = (shape: readonly number[], more: Partial<Case> = {}): Case => ({ type: 'Add', args: {}, inputs: [shape, shape], ...more });

export const addCases: Cases = {
  tolerance: 2.4e-7,
  cases: [
    add([1, 1, 1, 1]),
    add([1, 65, 1, 1]),
    add([2, 3, 5, 7]),
    add([5, 1, 8, 8]),
    add([4, 16, 8, 8]),
    add([1, 65, 3, 5]),
    add([3, 17, 2, 2], { mean: 100 }),
    add([65, 3, 1, 1]),
    add([3, 10]),
    add([1, 65]),
  ],
  random(uniform) {
    const shape = [integer(uniform, 1, 6), integer(uniform, 1, 70)];
    return add(uniform() < 0.3 ? shape : [...shape, integer(uniform, 1, 7), integer(uniform, 1, 7)]);
  },
};
