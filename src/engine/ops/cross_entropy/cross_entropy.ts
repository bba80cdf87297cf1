/** CrossEntropyLoss: softmax, loss, hits and gradient in one kernel. Kernel: shaders/cross_entropy.wgsl. */
import type { LossSpec } from '../../../model/types.ts';
import type { PassEmitter } from '../../emit.ts';
import type { Graph } from '../../graph.ts';
import { epilogue } from '../../op.ts';
import { bits } from '../../shader.ts';

export function emitCrossEntropy(graph: Graph, { batch_size: N, loss }: { batch_size: number; loss: LossSpec }, emit: PassEmitter): void {
  const z = graph.output;
  const labels = 4 * Math.ceil(N / 4);
  const target = emit.train ? emit.targetOf(z) : null;
  emit.run({
    label: emit.train ? 'loss and its gradient' : 'loss',
    shader: 'cross_entropy',
    entry: 'cross_entropy',
    conditions: { evaluate: !emit.train },
    constants: {
      N,
      C: z.C * z.H * z.W,
      Z4: (z.H * z.W * z.Cs) / 4,
      ZC: z.C,
      CS: z.Cs,
      HW: z.H * z.W,
      SMOOTHING: bits((loss.label_smoothing as number | undefined) ?? 0),
      ...epilogue(target),
    },
    bindings: [
      emit.read('z', z),
      emit.named('labels', 'labels', labels, labels),
      target ? emit.write('gz', target.gradient) : null,
      emit.named('result', emit.train ? 'step_loss' : 'eval', 4, 4, 'read_write'),
    ],
    groups: 1,
  });
}
