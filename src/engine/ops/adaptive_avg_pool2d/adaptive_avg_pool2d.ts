/** AdaptiveAvgPool2d: the kernels of AvgPool2d with windows of their own (shaders/avg_pool.wgsl). */
import { ceilDiv, type Node, type Operation } from '../../op.ts';
import { poolBackward, poolForward } from '../avg_pool2d/avg_pool2d.ts';

const pool = ({ inputs: [x], output: y }: Node) => ({
  constants: {},
  // Windows overlap unless they divide the map.
  conditions: { adaptive: true, include_pad: false, apart: x.H % y.H === 0 && x.W % y.W === 0 },
  taps: ceilDiv(x.H, y.H) * ceilDiv(x.W, y.W),
});

export const adaptiveAvgPool2d: Operation = {
  name: 'adaptive_avg_pool2d',
  fusesActivation: false,
  forward: (node, emit) => poolForward(node, emit, pool(node)),
  backward: (node, emit) => poolBackward(node, emit, pool(node)),
};
