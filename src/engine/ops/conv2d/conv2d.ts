/** Conv2d: one dispatch forward (bias and activation while storing), one backward (both gradients). Kernels: shaders/conv2d.wgsl. */
import type { Args } from '../../../model/types.ts';
import { ceilDiv, dims, divisor, type Emit, epilogue, type Node, type Operation, type Target } from '../../op.ts';
import { rowsPerTap } from '../../params.ts';
import type { Tensor } from '../../tensors.ts';
import { conv2dGrouped } from './conv2d_grouped.ts';

/** Threads that share the sum of a weight gradient, and the most ranges it is cut into. */
const SLAB_THREADS = 4096;
const MAX_SLABS = 64;

/** Pixels × vec4s of channels a thread owns: the largest tile that still leaves enough threads. */
function tile(pixels: number, c4: number, fill: number): { tm: number; tn: number } {
  const tn = divisor(c4, [4, 3, 2, 1]);
  for (const tm of [8, 4, 2]) if (ceilDiv(pixels, tm) * (c4 / tn) >= fill) return { tm, tn };
  const small = divisor(c4, [2, 1]);
  return { tm: pixels * (c4 / small) >= fill ? 2 : 1, tn: small };
}

/** How a sum over `length` terms is cut so that `threads` outputs keep the device busy. */
export function slabs(length: number, threads: number): { count: number; size: number } {
  const size = ceilDiv(length, Math.max(1, Math.min(MAX_SLABS, length, ceilDiv(SLAB_THREADS, threads))));
  return { count: ceilDiv(length, size), size };
}

function geometry(node: Node): Record<string, number> {
  const args: Args = node.layer.args;
  const [KH, KW] = args.kernel_size as number[];
  const [SH, SW] = args.stride as number[];
  const [PH, PW] = args.padding as number[];
  const [DH, DW] = args.dilation as number[];
  const x = node.inputs[0];
  return {
    N: node.N,
    ...dims('X', x),
    ...dims('Y', node.output),
    CI: rowsPerTap(x.C, 1),
    KH,
    KW,
    SH,
    SW,
    PH,
    PW,
    DH,
    DW,
    HAS_BIAS: args.bias ? 1 : 0,
  };
}

function forward(node: Node, emit: Emit): void {
  const x = node.inputs[0];
  const y = node.output;
  const g = geometry(node);
  const pixels = node.N * y.H * y.W;
  const { tm, tn } = tile(pixels, y.Cs / 4, emit.fill);
  emit.run({
    label: `${node.layer.id} forward`,
    shader: 'conv2d',
    entry: 'forward',
    conditions: { forward: true, narrow: g.CI < 4, grad_input: false },
    constants: { ...g, TM: tm, TN: tn, ACT: node.activation.kind, SLOPE: node.activation.slope },
    bindings: [emit.read('x', x), emit.param('w', node.layer), emit.write('y', y)],
    threads: ceilDiv(pixels, tm) * (y.Cs / 4 / tn),
    macs: node.N * node.layer.macs,
  });
}

/** Constants and threads of the grad_input half. */
function gradInput(
  node: Node,
  g: Record<string, number>,
  target: Target | null,
  fill: number,
): { threads: number; constants: Record<string, number> } {
  if (!target) return { threads: 0, constants: { GI_GROUPS: 0, GI_TM: 1, GI_TN: 1, GI_THREADS: 0 } };
  const x = node.inputs[0];
  const pixels = node.N * ceilDiv(x.H, g.SH) * ceilDiv(x.W, g.SW);
  const phases = g.SH * g.SW;
  // Dot products along output channels: two vec4s of input channels are enough reuse, four would spill.
  const tn = divisor(x.Cs / 4, [2, 1]);
  const columns = x.Cs / 4 / tn;
  const tm = [8, 4, 2].find((t) => ceilDiv(pixels, t) * columns * phases >= fill) ?? 1;
  const threads = phases * ceilDiv(pixels, tm) * columns;
  return { threads, constants: { GI_GROUPS: ceilDiv(threads, 64), GI_TM: tm, GI_TN: tn, GI_THREADS: threads } };
}

/** Constants, threads and slabs of the grad_weight half. */
function gradWeight(node: Node, g: Record<string, number>): { threads: number; count: number; constants: Record<string, number> } {
  const y: Tensor = node.output;
  const narrow = g.CI < 4;
  const units = g.KH * g.KW * (narrow ? 1 : g.CI / 4) + g.HAS_BIAS;
  const tu = Math.min(units, narrow ? [8, 4, 2][g.CI - 1] : 2);
  const tn = divisor(y.Cs / 4, [2, 1]);
  const each = ceilDiv(units, tu) * (y.Cs / 4 / tn);
  const { count, size } = slabs(node.N * y.H, each);
  return {
    threads: each * count,
    count,
    constants: { GW_TU: tu, GW_TN: tn, GW_ROWS: tu * (narrow ? g.CI : 4), GW_THREADS: each * count, SLABS: count, SLAB_ROWS: size },
  };
}

function backward(node: Node, emit: Emit): void {
  const [x] = node.inputs;
  const g = geometry(node);
  const target = emit.target(node, 0);
  const gi = gradInput(node, g, target, emit.fill);
  const gw = gradWeight(node, g);
  emit.run({
    label: `${node.layer.id} backward`,
    shader: 'conv2d',
    entry: 'backward',
    conditions: { forward: false, narrow: g.CI < 4, grad_input: target !== null },
    constants: { ...g, ...gi.constants, ...gw.constants, ...epilogue(target) },
    bindings: [
      emit.read('x', x),
      target ? emit.param('w', node.layer) : null,
      emit.read('gy', emit.gradient(node.output)),
      target ? emit.write('gx', target.gradient) : null,
      emit.partials('partials', node.layer, gw.count),
    ],
    groups: ceilDiv(gi.threads, 64) + ceilDiv(gw.threads, 64),
    macs: (target ? 2 : 1) * node.N * node.layer.macs,
  });
}

const grouped = (node: Node): boolean => (node.layer.args.groups as number) > 1;

export const conv2d: Operation = {
  name: 'conv2d',
  fusesActivation: true,
  forward: (node, emit) => (grouped(node) ? conv2dGrouped : { forward }).forward(node, emit),
  backward: (node, emit) => (grouped(node) ? conv2dGrouped : { backward }).backward(node, emit),
};
