/** First kernel of every pass: the batch, gathered from the data set on the GPU. Kernel: shaders/gather.wgsl. */
import type { PassEmitter } from '../emit.ts';
import { ceilDiv } from '../op.ts';
import type { Tensor } from '../tensors.ts';

/** Pixels of one sample that a thread fills. */
const CHUNK = 28;

export function emitGather(x: Tensor, { batch_size: N, data }: { batch_size: number; data: 'u8' | 'f32' }, emit: PassEmitter): void {
  const HW = x.H * x.W;
  const chunks = ceilDiv(HW, CHUNK);
  const labels = 4 * ceilDiv(N, 4);
  emit.run({
    label: 'gather batch',
    shader: 'gather',
    entry: 'gather',
    conditions: { floats: data === 'f32' },
    constants: { N, XC: x.C, HW, XC4: x.Cs / 4, CHUNK, CHUNKS: chunks },
    bindings: [
      emit.named('images', 'images', 0, 0),
      emit.named('all_labels', 'all_labels', 0, 0),
      data === 'f32' ? null : emit.named('table', 'table', 0, 0),
      emit.write('x', x),
      emit.named('labels', 'labels', labels, labels, 'read_write'),
    ],
    threads: N * chunks,
    step: true,
  });
}
