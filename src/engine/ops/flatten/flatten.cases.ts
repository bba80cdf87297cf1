/** Flatten: channels and pixels that pad to different vector widths, and inputs that are flat already. */
import type { Case, Cases } from '../../reference.ts';
import { integer } from '../../reference.ts';

const flatten = (...shape: number[]): Case => ({ type: 'Flatten', args: {}, inputs: [shape] });

export const flattenCases: Cases = {
  tolerance: 0,
  cases: [
    flatten(1, 1, 1, 1),
    flatten(1, 65, 1, 1),
    flatten(2, 3, 5, 7),
    flatten(5, 1, 8, 8),
    flatten(1, 4, 3, 1),
    flatten(3, 17, 2, 3),
    flatten(8, 16, 4, 4),
    flatten(65, 2, 1, 1),
    flatten(1, 65, 7, 5),
    flatten(3, 10),
  ],
  random: (uniform) => flatten(integer(uniform, 1, 6), integer(uniform, 1, 40), integer(uniform, 1, 9), integer(uniform, 1, 9)),
};
