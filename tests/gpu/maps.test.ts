/** Feature maps: the painted pixels are those of the activation itself, for convolutions before their fused activation, for every run. */
import { expect, it } from 'vitest';
import { requestGpu } from '../../src/gpu/device.ts';
import type { ModelSpec } from '../../src/model/types.ts';
import { viridis } from '../../src/model/viridis.ts';
import { makeLane } from '../../src/train/lane.ts';
import { MapPainter } from '../../src/train/maps.ts';
import { Trainer } from '../../src/train/trainer.ts';

const model: ModelSpec = {
  input: [1, 6, 5],
  layers: [
    { id: 'conv', type: 'Conv2d', out_channels: 3, kernel_size: 1, bias: false },
    { id: 'relu', type: 'ReLU' },
    { id: 'flat', type: 'Flatten' },
    { id: 'fc', type: 'Linear', out_features: 2 },
  ],
};

it('paints what the layer gives', async () => {
  const gpu = await requestGpu();
  const images = Float32Array.from({ length: 4 * 30 }, (_, i) => Math.sin(i * 1.7) * 2);
  const runs = [
    { name: 'a', optimizer: { type: 'SGD', lr: 0.1 }, seed: 1 },
    { name: 'b', optimizer: { type: 'Adam', lr: 0.1 }, seed: 2 },
  ];
  const lanes = runs.map((run) => makeLane(run.name, run, { model, seed: 0 }));
  const data = { shape: [1, 6, 5] as const, images, labels: [0, 1, 0, 1], mean: [0], std: [1], train: 2 };
  const options = { batch_size: 2, loss: { type: 'CrossEntropyLoss' }, shuffle: true, eval_every: 0 };
  const trainer = await Trainer.create(gpu, data, lanes, options, { points() {}, validation() {}, diverged() {} });
  await trainer.train(3);
  const painter = new MapPainter();
  const sample = 1;
  const x = images.subarray((2 + sample) * 30, (3 + sample) * 30);
  for (const layer of ['conv', 'relu', 'conv']) {
    const maps = await painter.paint(trainer, { layer, sample, channels: 8 });
    expect(maps.map((m) => m.run)).toEqual(['a', 'b']);
    for (const map of maps) {
      const { group, l } = trainer.groupOf(map.run);
      const w = (await group.readTensors(l)).get('conv.weight') as Float32Array;
      const values = [0, 1, 2].flatMap((c) => [...x].map((v) => (layer === 'relu' ? Math.max(0, v * w[c]) : v * w[c])));
      expect([map.channels, map.total, map.width, map.height]).toEqual([3, 3, 5, 6]);
      expect(map.min).toBeCloseTo(Math.min(...values), 5);
      expect(map.max).toBeCloseTo(Math.max(...values), 5);
      const words = new Uint32Array(map.rgba.buffer);
      const off = values.filter((v, i) => {
        const t = (255 * (v - map.min)) / (map.max - map.min);
        return (
          words[i] !== viridis[Math.floor(t + 0.5)] &&
          words[i] !== viridis[Math.floor(t + 0.49)] &&
          words[i] !== viridis[Math.min(255, Math.floor(t + 0.51))]
        );
      });
      expect(off).toEqual([]);
    }
  }
  const logits = await painter.paint(trainer, { layer: 'fc', sample: 0, channels: 8 });
  expect([logits[0].width, logits[0].height, logits[0].channels]).toEqual([1, 1, 2]);
  expect(gpu.errors).toEqual([]);
  trainer.destroy();
});
