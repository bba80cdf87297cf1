/** Add: one dispatch forward (activation while storing), one for each input that needs a gradient. Kernels: shaders/add.wgsl. */
import { dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';

function forward(node: Node, emit: Emit): void {
  const { layer, inputs, output, activation } = node;
  emit.run({
    label: `${layer.id} forward`,
    shader: 'add',
    entry: 'forward',
    conditions: { forward: true },
    constants: { ...dims('Y', output), ACT: activation.kind, SLOPE: activation.slope },
    bindings: [emit.read('a', inputs[0]), emit.read('b', inputs[1]), emit.write('y', output)],
    threads: output.size / 4,
  });
}

function backward(node: Node, emit: Emit): void {
  const { layer, inputs, output } = node;
  inputs.forEach((input, i) => {
    const target = emit.target(node, i);
    if (!target) return;
    const in_act = target.activation.kind !== 0;
    emit.run({
      label: `${layer.id} grad_input ${i}`,
      shader: 'add',
      entry: 'grad_input',
      constants: epilogue(target),
      conditions: { grad_input: true, in_act },
      bindings: [
        ...[null, null, null],
        emit.read('gy', emit.gradient(output)),
        in_act ? emit.read('x', input) : null,
        emit.write('gx', target.gradient),
      ],
      threads: input.size / 4,
    });
  });
}

export const add: Operation = { name: 'add', fusesActivation: true, elementwise: true, forward, backward };
