/** Flatten: always a view. Features keep their place in memory; params.ts and dropout know PyTorch's order (tensors.ts). */
import type { Operation } from '../../op.ts';

const unreachable = (): never => {
  throw new Error('Flatten is a view and has no kernels');
};

export const flatten: Operation = { name: 'flatten', fusesActivation: false, isView: () => true, forward: unreachable, backward: unreachable };
