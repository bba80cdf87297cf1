/** Dropout: in training one dispatch each way, both from the same hash; in evaluation nothing at all. Kernels: shaders/dropout.wgsl. */
import { num } from '../../../model/fields.ts';
import { dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import { bits } from '../../shader.ts';

function constants({ layer, index, inputs: [x] }: Node): Record<string, number> {
  const p = num(layer.args, 'p');
  return { ...dims('X', x), LAYER_INDEX: index, THRESHOLD: Math.floor(p * 2 ** 32), SCALE: bits(1 / (1 - p)) };
}

function forward(node: Node, emit: Emit): void {
  emit.run({
    label: `${node.layer.id} forward`,
    shader: 'dropout',
    entry: 'forward',
    conditions: { forward: true },
    constants: constants(node),
    bindings: [emit.read('x', node.inputs[0]), emit.write('y', node.output)],
    threads: node.output.size / 4,
    step: true,
  });
}

function backward(node: Node, emit: Emit): void {
  const target = emit.target(node, 0);
  if (!target) return;
  const in_act = target.activation.kind !== 0;
  emit.run({
    label: `${node.layer.id} grad_input`,
    shader: 'dropout',
    entry: 'grad_input',
    constants: { ...constants(node), ...epilogue(target) },
    conditions: { grad_input: true, in_act },
    bindings: [in_act ? emit.read('x', node.inputs[0]) : null, null, emit.read('gy', emit.gradient(node.output)), emit.write('gx', target.gradient)],
    threads: node.output.size / 4,
    step: true,
  });
}

export const dropout: Operation = { name: 'dropout', fusesActivation: false, elementwise: true, isView: (_node, train) => !train, forward, backward };
