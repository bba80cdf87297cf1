/** First kernel of every pass: the batch, gathered from the data set on the GPU; in training also the metrics of the step before. Kernel: shaders/gather.wgsl. */
import type { PassEmitter } from '../emit.ts';
import { ceilDiv } from '../op.ts';
import { type Binding, type Metrics, metricsConstants, reportWords } from '../plan.ts';
import type { Tensor } from '../tensors.ts';

/** Pixels of one sample that a thread fills. */
const CHUNK = 28;

/** What shaders/lib/metrics.wgsl binds. */
export const metricsBindings = ({ norms }: Metrics): Binding[] => {
  const words = reportWords(norms);
  return [
    { name: 'report', buffer: 'report', offset: 0, size: words, lane: words, access: 'read' },
    { name: 'bad', buffer: 'bad', offset: 0, size: 1, lane: 1, access: 'read_write' },
    { name: 'ring', buffer: 'ring', offset: 0, size: 0, lane: 0, access: 'read_write' },
  ];
};

export function emitGather(
  x: Tensor,
  { batch_size: N, data }: { batch_size: number; data: 'u8' | 'f32' },
  metrics: Metrics,
  emit: PassEmitter,
): void {
  const HW = x.H * x.W;
  const chunks = ceilDiv(HW, CHUNK);
  const labels = 4 * ceilDiv(N, 4);
  const threads = N * chunks;
  const own = metricsConstants(metrics);
  emit.run({
    label: 'gather batch',
    shader: 'gather',
    entry: 'gather',
    conditions: { floats: data === 'f32', train: emit.train, serial: metrics.serial },
    constants: {
      N,
      XC: x.C,
      HW,
      XC4: x.Cs / 4,
      CHUNK,
      CHUNKS: chunks,
      THREADS: threads,
      ...own,
    },
    bindings: [
      ...(emit.train ? metricsBindings(metrics) : [null, null, null]),
      emit.named('images', 'images', 0, 0),
      emit.named('table', 'table', 0, 0),
      emit.write('x', x),
      emit.named('labels', 'labels', labels, labels, 'read_write'),
    ],
    // The last workgroup is that of the metrics.
    groups: ceilDiv(threads, own.SIZE) + (emit.train ? 1 : 0),
    step: true,
  });
}
