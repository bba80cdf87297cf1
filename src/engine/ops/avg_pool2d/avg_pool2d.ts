/** AvgPool2d: one dispatch each way. Kernels: shaders/avg_pool.wgsl, shared with AdaptiveAvgPool2d. */
import { flag, pair } from '../../../model/fields.ts';
import { ceilDiv, dims, type Emit, epilogue, type FusedPool, type Node, type Operation, type Target } from '../../op.ts';
import type { Tensor } from '../../tensors.ts';

interface Pool {
  constants: Record<string, number>;
  conditions: Record<string, boolean>;
  /** Taps of the largest window. */
  taps: number;
}

/** With few outputs, or with very many taps, a workgroup shares the taps of a window. */
function isWide(taps: number, outputs: number): boolean {
  return taps >= 256 || (taps >= 32 && outputs < 1024);
}

export function poolForward(node: Node, emit: Emit, { constants, conditions, taps }: Pool): void {
  const { layer, inputs, output } = node;
  const threads = output.size / 4;
  const C4 = output.Cs / 4;
  const wide = isWide(taps, threads);
  const entry = wide ? 'forward_wide' : 'forward';
  const TC = C4 >= 4 ? 4 : C4 >= 2 ? 2 : 1;
  emit.run({
    label: `${layer.id} forward`,
    shader: 'avg_pool',
    entry,
    constants: { ...dims('X', inputs[0]), ...dims('Y', output), ...constants, TC },
    conditions: { ...conditions, [entry]: true },
    bindings: [emit.read('x', inputs[0]), emit.write('y', output)],
    ...(wide ? { groups: (threads / C4) * ceilDiv(C4, TC) } : { threads }),
  });
}

export function poolBackward(node: Node, emit: Emit, pool: Pool): void {
  const target = emit.target(node, 0);
  if (target) poolGradient(node, target, emit, pool);
}

function poolGradient({ layer, inputs, output }: Pick<Node, 'layer' | 'inputs' | 'output'>, target: Target, emit: Emit, pool: Pool): void {
  const { constants, conditions } = pool;
  const in_act = target.activation.kind !== 0;
  emit.run({
    label: `${layer.id} grad_input`,
    shader: 'avg_pool',
    entry: 'grad_input',
    constants: { ...dims('X', inputs[0]), ...dims('Y', output), ...constants, TC: 1, ...epilogue(target) },
    conditions: { ...conditions, grad_input: true, in_act },
    bindings: [in_act ? emit.read('x', inputs[0]) : null, null, emit.read('gy', emit.gradient(output)), emit.write('gx', target.gradient)],
    threads: inputs[0].size / 4,
  });
}

/** From the gradient of the mean to that of `full`, the output of the activation that `target` names. */
export function meanGradient({ layer, full }: FusedPool, output: Tensor, target: Target, emit: Emit): void {
  poolGradient({ layer, inputs: [full], output }, target, emit, pool({ layer }));
}

function pool({ layer: { args } }: Pick<Node, 'layer'>): Pool {
  const [KH, KW] = pair(args, 'kernel_size');
  const [SH, SW] = pair(args, 'stride');
  const [PH, PW] = pair(args, 'padding');
  // Without padding both ways of counting agree, and a constant is cheaper.
  const include_pad = flag(args, 'count_include_pad') || (PH === 0 && PW === 0);
  return { constants: { KH, KW, SH, SW, PH, PW }, conditions: { adaptive: false, include_pad, apart: KH <= SH && KW <= SW }, taps: KH * KW };
}

export const avgPool2d: Operation = {
  name: 'avg_pool2d',
  fusesActivation: false,
  forward: (node, emit) => poolForward(node, emit, pool(node)),
  backward: (node, emit) => poolBackward(node, emit, pool(node)),
};
