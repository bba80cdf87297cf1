/** MaxPool2d: one dispatch each way; training keeps which tap won. Kernels: shaders/max_pool2d.wgsl. */
import { pair } from '../../../model/fields.ts';
import type { LayerInfo } from '../../../model/types.ts';
import { dims, type Emit, epilogue, type FusedPool, type Node, type Operation, type Target } from '../../op.ts';
import type { Tensor } from '../../tensors.ts';

function geometry(layer: LayerInfo, x: Tensor, y: Tensor): Record<string, number> {
  const [KH, KW] = pair(layer.args, 'kernel_size');
  const [SH, SW] = pair(layer.args, 'stride');
  const [PH, PW] = pair(layer.args, 'padding');
  return { ...dims('X', x), ...dims('Y', y), KH, KW, SH, SW, PH, PW };
}

/** No input lies in two windows. */
const areApart = ({ KH, KW, SH, SW }: Record<string, number>): boolean => KH <= SH && KW <= SW;

/** More taps than a byte can number. */
function isWide(layer: LayerInfo): boolean {
  const [KH, KW] = pair(layer.args, 'kernel_size');
  return KH * KW > 256;
}

/** Which tap won, for backward: one word a vec4 of the output, two if wide. */
export const winners = (layer: LayerInfo, y: Tensor, emit: Emit): Tensor => emit.scratch(`${layer.id}.taps`, (y.size / 4) * (isWide(layer) ? 2 : 1));

function forward({ layer, inputs: [x], output }: Node, emit: Emit): void {
  emit.run({
    label: `${layer.id} forward`,
    shader: 'max_pool2d',
    entry: 'forward',
    constants: geometry(layer, x, output),
    conditions: { forward: true, train: emit.train, wide: isWide(layer) },
    bindings: [emit.read('x', x), emit.write('y', output), ...(emit.train ? [emit.write('taps', winners(layer, output, emit))] : [])],
    threads: output.size / 4,
  });
}

/** From the gradient of the output y to that of the input x, which is read only for the derivative of its activation. */
function emitGradient(layer: LayerInfo, x: Tensor, y: Tensor, target: Target, emit: Emit): void {
  const in_act = target.activation.kind !== 0;
  const g = geometry(layer, x, y);
  emit.run({
    label: `${layer.id} grad_input`,
    shader: 'max_pool2d',
    entry: 'grad_input',
    constants: { ...g, ...epilogue(target) },
    conditions: { grad_input: true, apart: areApart(g), wide: isWide(layer), in_act },
    bindings: [
      in_act ? emit.read('x', x) : null,
      ...[null, null],
      emit.read('kept', winners(layer, y, emit)),
      emit.read('gy', emit.gradient(y)),
      emit.write('gx', target.gradient),
    ],
    threads: x.size / 4,
  });
}

function backward(node: Node, emit: Emit): void {
  const target = emit.target(node, 0);
  if (target) emitGradient(node.layer, node.inputs[0], node.output, target, emit);
}

/** From the gradient of the maximum to that of `full`. */
export function maximumGradient({ layer, full }: FusedPool, output: Tensor, target: Target, emit: Emit): void {
  emitGradient(layer, full, output, target, emit);
}

export const maxPool2d: Operation = { name: 'max_pool2d', fusesActivation: false, forward, backward };
