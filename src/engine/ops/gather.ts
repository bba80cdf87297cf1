/** First kernel of every pass: the batch, gathered from the data set on the GPU; in training also the metrics of the step before. Kernel: shaders/gather.wgsl. */
import type { PassEmitter } from '../emit.ts';
import { ceilDiv } from '../op.ts';
import { BLOCK } from '../params.ts';
import { type Binding, reportWords } from '../plan.ts';
import type { Tensor } from '../tensors.ts';

/** Pixels of one sample that a thread fills. */
const CHUNK = 28;

/** Devices that fewer threads keep busy run a barrier as coroutines. */
const SERIAL_FILL = 512;

/** What shaders/lib/metrics.wgsl binds, for parameters of P words a lane. */
export const metricsBindings = (P: number): Binding[] => {
  const words = reportWords(P / BLOCK);
  return [
    { name: 'report', buffer: 'report', offset: 0, size: words, lane: words, access: 'read' },
    { name: 'bad', buffer: 'bad', offset: 0, size: 1, lane: 1, access: 'read_write' },
    { name: 'ring', buffer: 'ring', offset: 0, size: 0, lane: 0, access: 'read_write' },
  ];
};

/** `P`: words of a lane's parameters. */
export function emitGather(x: Tensor, { batch_size: N, data }: { batch_size: number; data: 'u8' | 'f32' }, P: number, emit: PassEmitter): void {
  const HW = x.H * x.W;
  const chunks = ceilDiv(HW, CHUNK);
  const labels = 4 * ceilDiv(N, 4);
  const threads = N * chunks;
  emit.run({
    label: 'gather batch',
    shader: 'gather',
    entry: 'gather',
    conditions: { floats: data === 'f32', train: emit.train, serial: emit.fill <= SERIAL_FILL },
    constants: {
      N,
      XC: x.C,
      HW,
      XC4: x.Cs / 4,
      CHUNK,
      CHUNKS: chunks,
      THREADS: threads,
      ...(emit.train && { BLOCKS: P / BLOCK, REPORT_WORDS: reportWords(P / BLOCK) }),
    },
    bindings: [
      ...(emit.train ? metricsBindings(P) : [null, null, null]),
      emit.named('images', 'images', 0, 0),
      emit.named('table', 'table', 0, 0),
      emit.write('x', x),
      emit.named('labels', 'labels', labels, labels, 'read_write'),
    ],
    // The last workgroup is that of the metrics.
    groups: ceilDiv(threads, 64) + (emit.train ? 1 : 0),
    step: true,
  });
}
