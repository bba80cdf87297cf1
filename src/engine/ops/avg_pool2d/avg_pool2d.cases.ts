/** AvgPool2d: with padding counted or not, windows that overlap, and windows that leave a border unread. */
import type { Case, Cases } from '../../reference.ts';
import { choose, integer } from '../../reference.ts';

const pool = (input: readonly number[], kernel_size: number | number[], args: Case['args'] = {}, more: Partial<Case> = {}): Case => ({
  type: 'AvgPool2d',
  args: { kernel_size, ...args },
  inputs: [input],
  ...more,
});

export const avgPool2dCases: Cases = {
  tolerance: 1e-6,
  per_term: 1e-6,
  cases: [
    pool([1, 1, 1, 1], 1),
    pool([1, 1, 2, 2], 2),
    pool([2, 3, 8, 7], 2),
    pool([1, 65, 5, 5], 5), // kernel = map
    pool([3, 1, 9, 11], 3, { stride: 3 }),
    pool([2, 3, 8, 7], 3, { stride: 2, padding: 1 }),
    pool([2, 3, 8, 7], 3, { stride: 2, padding: 1, count_include_pad: false }),
    pool([1, 65, 6, 5], 3, { stride: 1, padding: 1, count_include_pad: false }),
    pool([1, 2, 13, 10], 2, { stride: 3 }), // stride beyond the kernel
    pool([1, 2, 9, 12], [3, 2], { stride: [2, 3], padding: [1, 1], count_include_pad: false }),
    pool([2, 2, 1, 9], [1, 3], { stride: [1, 2] }),
    pool([5, 7, 1, 1], 1, { stride: 2 }),
    pool([8, 16, 8, 8], 2),
    pool([2, 4, 6, 6], 2, { stride: 2, padding: 1 }),
    pool([2, 4, 6, 6], 4, { stride: 2, padding: 2, count_include_pad: false }),
    pool([2, 3, 8, 8], 2, {}, { mean: 100 }),
  ],

  random(uniform) {
    const axis = () => {
      const kernel = integer(uniform, 1, 5);
      const padding = uniform() < 0.4 ? integer(uniform, 0, Math.floor(kernel / 2)) : 0;
      return { kernel, stride: choose(uniform, [kernel, kernel, 1, 2, 3]), padding, size: kernel + integer(uniform, 0, 9) };
    };
    const h = axis();
    const square = uniform() < 0.6;
    const w = square ? { ...h, size: h.size + integer(uniform, 0, 3) } : axis();
    const both = (a: number, b: number) => (square ? a : [a, b]);
    const args = { stride: both(h.stride, w.stride), padding: both(h.padding, w.padding), count_include_pad: uniform() < 0.5 };
    return pool([integer(uniform, 1, 4), integer(uniform, 1, 20), h.size, w.size], both(h.kernel, w.kernel), args);
  },
};
