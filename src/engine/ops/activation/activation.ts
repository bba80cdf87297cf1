/** Activations that no kernel before them could apply: one dispatch each way. Kernels: shaders/activation.wgsl. */
import type { LayerInfo } from '../../../model/types.ts';
import { ACTIVATION, dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import { bits } from '../../shader.ts';

/** KIND in the shader: those that kernels can fuse, and those whose derivative does not follow from the output. */
const KIND = { ...ACTIVATION, SiLU: 5, GELU: 6, 'GELU tanh': 7 } as const;

function constants(layer: LayerInfo): Record<string, number> {
  const name = layer.args.approximate === 'tanh' ? `${layer.type} tanh` : layer.type;
  return { KIND: KIND[name as keyof typeof KIND], SLOPE: layer.type === 'LeakyReLU' ? bits(layer.args.negative_slope as number) : 0 };
}

function forward({ layer, inputs: [x], output }: Node, emit: Emit): void {
  emit.run({
    label: `${layer.id} forward`,
    shader: 'activation',
    entry: 'forward',
    conditions: { forward: true },
    constants: { ...dims('X', x), ...constants(layer) },
    bindings: [emit.read('x', x), emit.write('y', output)],
    threads: output.size / 4,
  });
}

function backward(node: Node, emit: Emit): void {
  const { layer, inputs, output } = node;
  const target = emit.target(node, 0);
  if (!target) return;
  emit.run({
    label: `${layer.id} grad_input`,
    shader: 'activation',
    entry: 'grad_input',
    conditions: { grad_input: true },
    constants: { ...dims('X', inputs[0]), ...constants(layer), ...epilogue(target) },
    bindings: [emit.read('x', inputs[0]), null, emit.read('gy', emit.gradient(output)), emit.write('gx', target.gradient)],
    threads: output.size / 4,
  });
}

export const activation: Operation = { name: 'activation', fusesActivation: false, elementwise: true, forward, backward };
