/** Conv2d with groups > 1 (depthwise among them): one dispatch forward, one for each gradient. Kernels: shaders/conv2d_grouped.wgsl. */
import { flag, num, pair } from '../../../model/fields.ts';
import { ceilDiv, dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import type { Tensor } from '../../tensors.ts';

/** Threads that share the sum of the weight gradient, and the most ranges it is cut into. */
const SLAB_THREADS = 4096;
const MAX_SLABS = 64;
/** A kernel should have at least so many threads a lane before a thread owns more pixels. */
const ENOUGH_THREADS = 2048;

/** Pixels of a row that a thread owns, and how many such runs a row has. */
function runsOf(t: Tensor, N: number): { TM: number; RUNS: number; threads: number } {
  const threads = (TM: number) => N * t.H * ceilDiv(t.W, TM) * (t.Cs / 4);
  const TM = [4, 2].find((tm) => tm <= t.W && threads(tm) >= ENOUGH_THREADS) ?? 1;
  return { TM, RUNS: ceilDiv(t.W, TM), threads: threads(TM) };
}

function geometry({ layer, inputs: [x], output: y, N }: Node): Record<string, number> {
  const { args } = layer;
  const groups = num(args, 'groups');
  const [KH, KW] = pair(args, 'kernel_size');
  const [SH, SW] = pair(args, 'stride');
  const [PH, PW] = pair(args, 'padding');
  const [DH, DW] = pair(args, 'dilation');
  const window = { KH, KW, SH, SW, PH, PW, DH, DW };
  return { N, ...dims('X', x), ...dims('Y', y), IG: x.C / groups, OG: y.C / groups, ...window, HAS_BIAS: flag(args, 'bias') ? 1 : 0 };
}

const conditionsOf = ({ IG, OG }: Record<string, number>) => ({ depthwise: IG === 1 && OG === 1, aligned: IG % 4 === 0 && OG % 4 === 0 });

function forward(node: Node, emit: Emit): void {
  const { layer, inputs, output, activation, N } = node;
  const g = geometry(node);
  const { threads, ...runs } = runsOf(output, N);
  emit.run({
    label: `${layer.id} forward`,
    shader: 'conv2d_grouped',
    entry: 'forward',
    constants: { ...g, ...runs, ACT: activation.kind, SLOPE: activation.slope },
    conditions: { ...conditionsOf(g), forward: true },
    bindings: [emit.read('x', inputs[0]), emit.param('w', layer), emit.write('y', output)],
    threads,
    macs: N * layer.macs,
  });
}

function gradInput(node: Node, emit: Emit): void {
  const { layer, inputs, output, N } = node;
  const target = emit.target(node, 0);
  if (!target) return;
  const g = geometry(node);
  const { threads, ...runs } = runsOf(inputs[0], N);
  emit.run({
    label: `${layer.id} grad_input`,
    shader: 'conv2d_grouped',
    entry: 'grad_input',
    constants: { ...g, ...runs, ...epilogue(target) },
    conditions: { ...conditionsOf(g), grad_input: true },
    bindings: [emit.read('x', inputs[0]), emit.param('w', layer), null, emit.read('gy', emit.gradient(output)), emit.write('gx', target.gradient)],
    threads,
    macs: N * layer.macs,
  });
}

function gradWeight(node: Node, emit: Emit): void {
  const { layer, inputs, output: y, N } = node;
  const g = geometry(node);
  const conditions = conditionsOf(g);
  const UNIT_ROWS = conditions.aligned ? 4 : 1;
  const each = ((g.KH * g.KW * g.IG) / UNIT_ROWS + g.HAS_BIAS) * (y.Cs / 4);
  const rows = N * y.H;
  const SLAB_ROWS = ceilDiv(rows, Math.min(MAX_SLABS, rows, ceilDiv(SLAB_THREADS, each)));
  const slabs = ceilDiv(rows, SLAB_ROWS);
  const gy = emit.read('gy', emit.gradient(y));
  emit.run({
    label: `${layer.id} grad_weight`,
    shader: 'conv2d_grouped',
    entry: 'grad_weight',
    constants: { ...g, UNIT_ROWS, SLAB_ROWS },
    conditions: { ...conditions, grad_weight: true },
    bindings: [emit.read('x', inputs[0]), null, null, gy, null, emit.partials('partials', layer, slabs)],
    threads: each * slabs,
    macs: N * layer.macs,
  });
}

function backward(node: Node, emit: Emit): void {
  gradInput(node, emit);
  gradWeight(node, emit);
}

export const conv2dGrouped: Operation = { name: 'conv2d', fusesActivation: true, forward, backward };
