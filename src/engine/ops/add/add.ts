/**
 * Add: one dispatch forward (activation while storing), none where the layer before adds it; backward none where the inputs' gradient can
 * be read where the output's lies. Kernels: shaders/add.wgsl.
 */
import { dims, type Emit, epilogue, type Node, type Operation, type Target } from '../../op.ts';
import type { Tensor } from '../../tensors.ts';

const sameMemory = (a: Tensor, b: Tensor): boolean => a.C === b.C && a.H === b.H && a.W === b.W;

/** Order of the thread's own words (X) and of the tensor it reads through them (O); only flat tensors can differ. */
function orders(own: Tensor, other: Tensor): { constants: Record<string, number>; conditions: Record<string, boolean> } {
  return { constants: { ...dims('X', own), ...dims('O', other) }, conditions: { mapped: !sameMemory(own, other) } };
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

/** Adds `gradient` to that of `input`, through the derivative of the activation that made the input. */
export function emitAddGradient(gradient: Tensor, input: Tensor, target: Target, emit: Emit): void {
  const { constants, conditions } = orders(input, gradient);
  const in_act = target.activation.kind !== 0;
  emit.run({
    label: `${input.id} gradient of a sum`,
    shader: 'add',
    entry: 'grad_input',
    constants: { ...constants, ...epilogue(target) },
    conditions: { ...conditions, grad_input: true, in_act },
    bindings: [null, null, null, emit.read('gy', gradient), in_act ? emit.read('x', input) : null, emit.write('gx', target.gradient)],
    threads: input.size / 4,
  });
}

function backward(node: Node, emit: Emit): void {
  node.inputs.forEach((input, i) => {
    if (sameMemory(input, node.output)) {
      emit.passOn(node, input);
      return;
    }
    const target = emit.target(node, i);
    if (target) emitAddGradient(emit.gradient(node.output), input, target, emit);
  });
}

export const add: Operation = { name: 'add', fusesActivation: true, elementwise: true, forward, backward };
