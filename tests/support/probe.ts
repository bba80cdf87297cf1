/** Looks into a training step: tensors of one lane, read back after each step. */
import { compile } from '../../src/engine/compile.ts';
import { type Tensor, unpackTensor } from '../../src/engine/tensors.ts';
import { type DatasetSource, GpuDataset, kindOf } from '../../src/gpu/dataset.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { LaneGroup } from '../../src/train/group.ts';
import type { Lane } from '../../src/train/lane.ts';
import type { Order } from '../../src/train/rows.ts';

export interface Probe {
  group: LaneGroup;
  /** One training step. */
  step(): Promise<void>;
  /** Output of a layer ('input': the batch) of one lane at the last step, in PyTorch's order. */
  tensor(layer: string, l: number): Promise<Float32Array>;
  /** Class of each sample of the batch. */
  labels(l: number): Promise<Uint32Array>;
  destroy(): void;
}

export async function probe(gpu: Gpu, lanes: Lane[], data: DatasetSource, order: Order): Promise<Probe> {
  const options = { batch_size: order.batch_size, loss: { type: 'CrossEntropyLoss' }, data: kindOf(data.images), fuse: false, share: false } as const;
  const compiled = compile(lanes[0].info, options);
  const dataset = new GpuDataset(gpu.device, data);
  const group = await LaneGroup.create(gpu, compiled, lanes, dataset);
  const { graph, placed } = compiled.train;
  return {
    group,
    step: async () => {
      await group.send(1, order).done;
    },
    tensor: async (layer, l) => {
      const t = graph.outputs.get(layer) as Tensor;
      return unpackTensor(t, order.batch_size, await group.program.readFloats(placed.get(t.id) as string, l * t.size, t.size));
    },
    labels: (l) => {
      const padded = 4 * Math.ceil(order.batch_size / 4);
      return group.program.read('labels', l * padded, order.batch_size);
    },
    destroy: () => {
      group.destroy();
      dataset.destroy();
    },
  };
}
