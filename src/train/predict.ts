/** Evaluation mode on data of the caller's own: logits, loss and accuracy. */
import { unpackTensor } from '../engine/tensors.ts';
import { GpuDataset, kindOf } from '../gpu/dataset.ts';
import { ModelError } from '../model/types.ts';
import type { Validation } from './group.ts';
import { walkRows } from './rows.ts';
import type { Trainer } from './trainer.ts';

type Images = Uint8Array | Float32Array;

/** @throws ModelError naming the first label that is no class. */
export function checkLabels(labels: ArrayLike<number>, classes: number, path: string): void {
  for (let i = 0; i < labels.length; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes)) {
      throw new ModelError(`label ${i} is ${labels[i]}, not a class below ${classes}`, path);
    }
  }
}

function upload(trainer: Trainer, classes: number, images: Images, labels?: ArrayLike<number>): { dataset: GpuDataset; count: number } {
  const { shape, mean, std } = trainer.data;
  const size = shape[0] * shape[1] * shape[2];
  const kind = kindOf(images);
  if (kind !== trainer.dataset.kind) {
    const name = (k: string): string => (k === 'u8' ? 'Uint8Array' : 'Float32Array');
    throw new ModelError(`images must be a ${name(trainer.dataset.kind)} like the training images, not a ${name(kind)}`, 'images');
  }
  const count = images.length / size;
  if (!Number.isInteger(count) || count === 0)
    throw new ModelError(`images has ${images.length} values, not a multiple of ${shape.join(' × ')} = ${size}`, 'images');
  if (labels && labels.length !== count) throw new ModelError(`${labels.length} labels for ${count} images`, 'labels');
  if (labels) checkLabels(labels, classes, 'labels');
  return { dataset: new GpuDataset(trainer.gpu.device, { shape, images, labels: labels ?? new Uint8Array(count), mean, std }), count };
}

export async function evaluateOn(trainer: Trainer, run: string, images: Images, labels: ArrayLike<number>): Promise<Validation> {
  const { group, l } = trainer.groupOf(run);
  const { dataset, count } = upload(trainer, group.compiled.info.output[0], images, labels);
  try {
    const commands = await group.program.evaluationOn(dataset);
    const rows = walkRows(group.lanes.length, 0, count, trainer.batchSize);
    const own = (await group.evaluate(rows, trainer.pace.batches, commands))[l];
    const ema = (await group.evaluateAverages(rows, trainer.pace.batches, commands))[l];
    return { ...own, ...(ema && { ema }) };
  } finally {
    dataset.destroy();
  }
}

/** [count, classes], row-major. */
export async function predictOn(trainer: Trainer, run: string, images: Images): Promise<Float32Array> {
  const { group, l } = trainer.groupOf(run);
  const { dataset, count } = upload(trainer, group.compiled.info.output[0], images);
  const N = trainer.batchSize;
  const { graph, placed } = group.compiled.evaluate;
  const z = graph.output;
  const logits = new Float32Array(count * z.C * z.H * z.W);
  try {
    const commands = await group.program.evaluationOn(dataset);
    const rows = walkRows(group.lanes.length, 0, count, N);
    const batches = Math.ceil(count / N);
    const each = rows.length / batches;
    for (let b = 0; b < batches; b++) {
      await group.program.evaluate(rows.slice(b * each, (b + 1) * each), true, commands);
      const inside = await group.program.readFloats(placed.get(z.id) as string, l * z.size, z.size);
      const all = unpackTensor(z, N, inside);
      const from = (b * N * logits.length) / count;
      logits.set(all.subarray(0, Math.min(all.length, logits.length - from)), from);
    }
  } finally {
    dataset.destroy();
  }
  return logits;
}
