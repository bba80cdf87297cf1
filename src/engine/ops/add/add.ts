/** Add: one dispatch forward (activation while storing), one for each input that needs a gradient. Kernels: shaders/add.wgsl. */
import { dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import type { Tensor } from '../../tensors.ts';

/** Order of the thread's own words (X) and of the tensor it reads through them (O); only flat tensors can differ. */
function orders(own: Tensor, other: Tensor): { constants: Record<string, number>; conditions: Record<string, boolean> } {
  const mapped = own.C !== other.C || own.H !== other.H || own.W !== other.W;
  return { constants: { ...dims('X', own), ...dims('O', other) }, conditions: { mapped } };
}

function forward(node: Node, emit: Emit): void {
  const { layer, inputs, output, activation } = node;
  const { constants, conditions } = orders(output, inputs[1]);
  emit.run({
    label: `${layer.id} forward`,
    shader: 'add',
    entry: 'forward',
    constants: { ...constants, ACT: activation.kind, SLOPE: activation.slope },
    conditions: { ...conditions, forward: true },
    bindings: [emit.read('a', inputs[0]), emit.read('b', inputs[1]), emit.write('y', output)],
    threads: output.size / 4,
  });
}

function backward(node: Node, emit: Emit): void {
  const { layer, inputs, output } = node;
  inputs.forEach((input, i) => {
    const target = emit.target(node, i);
    if (!target) return;
    const { constants, conditions } = orders(input, output);
    const in_act = target.activation.kind !== 0;
    const gy = emit.read('gy', emit.gradient(output));
    emit.run({
      label: `${layer.id} grad_input ${i}`,
      shader: 'add',
      entry: 'grad_input',
      constants: { ...constants, ...epilogue(target) },
      conditions: { ...conditions, grad_input: true, in_act },
      bindings: [null, null, null, gy, in_act ? emit.read('x', input) : null, emit.write('gx', target.gradient)],
      threads: input.size / 4,
    });
  });
}

export const add: Operation = { name: 'add', fusesActivation: true, elementwise: true, forward, backward };
