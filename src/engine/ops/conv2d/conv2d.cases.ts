/** Conv2d: every argument at an awkward value, shapes that fill no tile, and the layers that real networks have. */
import type { Case, Cases } from '../../reference.ts';
import { choose, integer } from '../../reference.ts';

type Shape4 = readonly [number, number, number, number];
const conv = (input: Shape4, out_channels: number, kernel_size: number | number[], args: Case['args'] = {}, more: Partial<Case> = {}): Case => ({
  type: 'Conv2d',
  args: { out_channels, kernel_size, ...args },
  inputs: [input],
  ...more,
});

export const conv2dCases: Cases = {
  // docs: sums of products, trust figures 2e-6 (relative L2) and 1e-6 of Σ|a·b|.
  tolerance: 2e-6,
  per_term: 1e-6,
  cases: [
    conv([1, 1, 1, 1], 1, 1),
    conv([1, 1, 5, 5], 1, 5), // kernel = map
    conv([2, 3, 8, 8], 8, 3, { padding: 1 }), // first layer, colour
    conv([2, 1, 12, 11], 4, 5, { padding: 2 }), // first layer, grey
    conv([1, 3, 7, 5], 65, 3, { padding: 1 }),
    conv([1, 65, 5, 7], 3, 3, { padding: 1 }),
    conv([1, 65, 3, 3], 65, 1),
    conv([3, 17, 1, 1], 19, 1), // 1×1 map
    conv([2, 5, 1, 1], 7, 3, { padding: 1 }), // 1×1 map, eight of nine taps outside
    conv([2, 4, 9, 9], 6, 3, { stride: 2, padding: 1, bias: false }),
    conv([2, 4, 8, 8], 8, 1, { stride: 2, bias: false }), // shortcut of a residual block
    conv([1, 2, 11, 10], 3, 4, { stride: 3, padding: 1 }),
    conv([1, 2, 13, 9], 3, 2, { stride: 5 }), // stride beyond the kernel
    conv([1, 3, 12, 12], 4, 3, { dilation: 2, padding: 2 }),
    conv([1, 3, 13, 11], 4, 3, { dilation: 3, stride: 2, padding: 1 }),
    conv([1, 3, 9, 9], 5, 3, { padding: 3 }), // padding beyond the kernel's reach
    conv([2, 4, 8, 7], 4, 3, { groups: 4, padding: 1 }), // depthwise
    conv([1, 65, 6, 5], 65, 3, { groups: 65, padding: 1, stride: 2, bias: false }), // depthwise, odd
    conv([2, 3, 6, 6], 9, 3, { groups: 3, padding: 1 }), // depthwise with multiplier 3
    conv([2, 6, 8, 10], 9, 3, { groups: 3, padding: 1, bias: false }),
    conv([1, 20, 5, 5], 30, 1, { groups: 5 }),
    conv([2, 16, 6, 7], 24, 3, { groups: 2, padding: 1 }), // whole vectors in every group
    conv([1, 8, 9, 8], 16, 3, { groups: 2, stride: 2, padding: 1, bias: false }),
    conv([2, 24, 7, 5], 12, [3, 2], { groups: 3, dilation: 2, padding: [2, 1] }),
    conv([1, 12, 5, 6], 8, 1, { groups: 2 }), // inputs straddle vectors, outputs do not
    conv([1, 2, 8, 8], 3, [3, 5], { stride: [2, 1], padding: [1, 2] }),
    conv([1, 3, 10, 3], 4, [5, 1], { padding: [2, 0], dilation: [2, 1] }),
    conv([1, 4, 11, 9], 6, [3, 2], { stride: [2, 1], padding: [0, 2], dilation: [1, 3], groups: 2 }),
    conv([2, 3, 1, 16], 4, [1, 7], { padding: [0, 3], stride: [1, 2] }),
    conv([1, 16, 8, 8], 16, 3, { padding: 1 }), // nothing awkward: whole tiles
    conv([1, 32, 4, 4], 64, 3, { padding: 1 }),
    conv([33, 3, 4, 4], 5, 3), // batch not a multiple of anything
    conv([1, 17, 6, 7], 19, 3, { padding: 1 }),
    conv([2, 7, 7, 7], 13, 7, { padding: 3 }),
    conv([1, 8, 9, 9], 12, 3, { padding: 1 }, { scale: 1e-3 }),
    conv([1, 8, 9, 9], 12, 3, { padding: 1 }, { scale: 1e3 }),
  ],

  random(uniform) {
    const groups = choose(uniform, [1, 1, 1, 1, 2, 3, 4, 8]);
    const depthwise = uniform() < 0.2;
    const groupIn = depthwise ? 1 : integer(uniform, 1, Math.ceil(20 / groups));
    const groupOut = depthwise ? integer(uniform, 1, 2) : integer(uniform, 1, Math.ceil(20 / groups));
    const axis = () => {
      const kernel = choose(uniform, [1, 1, 2, 3, 3, 3, 4, 5, 7]);
      const dilation = kernel > 1 && uniform() < 0.25 ? integer(uniform, 2, 3) : 1;
      const padding = integer(uniform, 0, Math.ceil((dilation * (kernel - 1)) / 2) + (uniform() < 0.1 ? 1 : 0));
      const smallest = Math.max(1, dilation * (kernel - 1) + 1 - 2 * padding);
      return { kernel, dilation, padding, stride: choose(uniform, [1, 1, 1, 2, 2, 3, 4]), size: smallest + integer(uniform, 0, 9) };
    };
    const h = axis();
    const square = uniform() < 0.6;
    const w = square ? { ...h, size: h.size + integer(uniform, 0, 3) } : axis();
    const both = (a: number, b: number) => (square ? a : [a, b]);
    return {
      type: 'Conv2d',
      args: {
        out_channels: groups * groupOut,
        kernel_size: both(h.kernel, w.kernel),
        stride: both(h.stride, w.stride),
        padding: both(h.padding, w.padding),
        dilation: both(h.dilation, w.dilation),
        groups,
        bias: uniform() < 0.5,
      },
      inputs: [[integer(uniform, 1, 4), groups * groupIn, h.size, w.size]],
    };
  },
};
