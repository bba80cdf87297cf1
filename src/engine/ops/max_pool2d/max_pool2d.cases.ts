/** MaxPool2d: exact, but for sums of gradients where windows overlap. `ties` checks that the first maximum wins. */
import type { Case, Cases } from '../../reference.ts';
import { choose, integer } from '../../reference.ts';

const pool = (input: readonly number[], kernel_size: number | number[], args: Case['args'] = {}, more: Partial<Case> = {}): Case => ({
  type: 'MaxPool2d',
  args: { kernel_size, ...args },
  inputs: [input],
  ...more,
});

/** Overlapping windows round each addition of a gradient. */
const overlap = { tolerance: 5e-7 };

export const maxPool2dCases: Cases = {
  tolerance: 0,
  draw: 'distinct',
  cases: [
    pool([1, 1, 1, 1], 1),
    pool([1, 1, 2, 2], 2),
    pool([2, 3, 8, 7], 2), // the last column belongs to no window
    pool([2, 3, 8, 8], 2, {}, { draw: 'ties' }),
    pool([2, 3, 8, 8], 2, {}, { mean: -100 }), // all negative: padding and zeroes must not win
    pool([1, 65, 5, 5], 5), // kernel = map
    pool([3, 1, 9, 11], 3, { stride: 3 }),
    pool([2, 3, 8, 7], 3, { stride: 2, padding: 1 }, overlap),
    pool([2, 3, 8, 7], 3, { stride: 2, padding: 1 }, { ...overlap, draw: 'ties' }),
    pool([2, 3, 7, 7], 3, { stride: 2, padding: 1 }, { ...overlap, mean: -100 }),
    pool([1, 65, 6, 5], 3, { stride: 1, padding: 1 }, overlap),
    pool([1, 2, 13, 10], 2, { stride: 3 }), // stride beyond the kernel
    pool([1, 2, 9, 12], [3, 2], { stride: [2, 3], padding: [1, 0] }, overlap),
    pool([2, 2, 1, 9], [1, 3], { stride: [1, 2] }, overlap),
    pool([5, 7, 1, 1], 1, { stride: 2 }),
    pool([8, 16, 8, 8], 2),
    pool([2, 4, 6, 6], 2, { stride: 2, padding: 1 }),
    pool([1, 5, 21, 19], [17, 16], { stride: [2, 3], padding: [4, 0] }, overlap), // more taps than a byte can number
    pool([2, 4, 6, 6], 3, { stride: 1 }, { ...overlap, draw: 'ties' }),
  ],

  random(uniform) {
    const axis = () => {
      const kernel = integer(uniform, 1, 5);
      const stride = choose(uniform, [kernel, kernel, 1, 2, 3]);
      const padding = uniform() < 0.4 ? integer(uniform, 0, Math.floor(kernel / 2)) : 0;
      return { kernel, stride, padding, size: kernel + integer(uniform, 0, 9) };
    };
    const h = axis();
    const square = uniform() < 0.6;
    const w = square ? { ...h, size: h.size + integer(uniform, 0, 3) } : axis();
    const both = (a: number, b: number) => (square ? a : [a, b]);
    const args = { stride: both(h.stride, w.stride), padding: both(h.padding, w.padding) };
    const shape = [integer(uniform, 1, 4), integer(uniform, 1, 20), h.size, w.size];
    const overlaps = h.stride < h.kernel || w.stride < w.kernel;
    return pool(shape, both(h.kernel, w.kernel), args, { ...(overlaps && overlap), ...(uniform() < 0.3 && { draw: 'ties' as const }) });
  },
};
