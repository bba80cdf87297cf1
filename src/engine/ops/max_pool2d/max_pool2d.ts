/** MaxPool2d: one dispatch each way; training keeps which tap won. Kernels: shaders/max_pool2d.wgsl. */
import { pair } from '../../../model/fields.ts';
import { dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import type { Tensor } from '../../tensors.ts';

function geometry({ layer, inputs: [x], output }: Node): Record<string, number> {
  const [KH, KW] = pair(layer.args, 'kernel_size');
  const [SH, SW] = pair(layer.args, 'stride');
  const [PH, PW] = pair(layer.args, 'padding');
  return { ...dims('X', x), ...dims('Y', output), KH, KW, SH, SW, PH, PW };
}

/** No input lies in two windows. */
const areApart = ({ KH, KW, SH, SW }: Record<string, number>): boolean => KH <= SH && KW <= SW;

/** More taps than a byte can number. */
function isWide({ layer }: Node): boolean {
  const [KH, KW] = pair(layer.args, 'kernel_size');
  return KH * KW > 256;
}

/** One word a vec4 of the output, two if wide. */
const winners = (node: Node, emit: Emit): Tensor => emit.scratch(`${node.layer.id}.taps`, (node.output.size / 4) * (isWide(node) ? 2 : 1));

function forward(node: Node, emit: Emit): void {
  emit.run({
    label: `${node.layer.id} forward`,
    shader: 'max_pool2d',
    entry: 'forward',
    constants: geometry(node),
    conditions: { forward: true, train: emit.train, wide: isWide(node) },
    bindings: [emit.read('x', node.inputs[0]), emit.write('y', node.output), ...(emit.train ? [emit.write('taps', winners(node, emit))] : [])],
    threads: node.output.size / 4,
  });
}

function backward(node: Node, emit: Emit): void {
  const [x] = node.inputs;
  const target = emit.target(node, 0);
  if (!target) return;
  const in_act = target.activation.kind !== 0;
  emit.run({
    label: `${node.layer.id} grad_input`,
    shader: 'max_pool2d',
    entry: 'grad_input',
    constants: { ...geometry(node), ...epilogue(target) },
    conditions: { grad_input: true, apart: areApart(geometry(node)), wide: isWide(node), in_act },
    bindings: [
      in_act ? emit.read('x', x) : null,
      ...[null, null],
      emit.read('kept', winners(node, emit)),
      emit.read('gy', emit.gradient(node.output)),
      emit.write('gx', target.gradient),
    ],
    threads: x.size / 4,
  });
}

export const maxPool2d: Operation = { name: 'max_pool2d', fusesActivation: false, forward, backward };
