/** What the public entry says when it is asked for the impossible, and when calls come at once, too late or on a lost device. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { createTrainer, DeviceLostError, LimitError, ModelError, type TrainerSetup } from '../../src/index.ts';
import { fourOptimizers, sharedGpu, smallData, smallNet, smallRace } from '../support/train.ts';

const data = smallData();
let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const setup = (more: Partial<TrainerSetup> = {}): TrainerSetup => ({ ...smallRace(data), device: gpu.device, ...more });

describe('impossible setups', () => {
  const net = (change: (layers: Record<string, unknown>[]) => void) => {
    const layers = smallNet.layers.map((l) => ({ ...l }));
    change(layers);
    return { model: { ...smallNet, layers } as TrainerSetup['model'] };
  };
  const cases: [string, () => object, string][] = [
    [
      'a label out of range',
      () => ({ data: { ...data, labels: data.labels instanceof Uint8Array ? data.labels.map((l) => l + 1) : [] } }),
      'data.labels',
    ],
    ['a label that is no whole number', () => ({ data: { ...data, labels: [...Array.from(data.labels).slice(1), 0.5] } }), 'data.labels'],
    ['too few labels', () => ({ data: { ...data, labels: [0] } }), 'data.labels'],
    ['a shape that the images do not fill', () => ({ data: { ...data, shape: [41, 2, 8, 8] } }), 'data.images'],
    ['no samples', () => ({ data: { ...data, images: new Uint8Array(0), labels: [], shape: [0, 2, 8, 8] } }), 'data.shape'],
    ['images of another shape', () => ({ data: { ...data, shape: [40, 8, 2, 8] } }), 'model.input'],
    ['another number of classes', () => ({ data: { ...data, classes: 5 } }), 'model.layers'],
    ['an output that is not flat', () => net((layers) => layers.splice(6)), 'model.layers.5'],
    ['an unknown layer argument', () => net((layers) => (layers[0].kernel = 3)), 'model.layers.0.kernel'],
    ['a kernel larger than its input', () => net((layers) => (layers[5].kernel_size = 7)), 'model.layers.5.kernel_size'],
    ['an unknown optimizer', () => ({ runs: [{ optimizer: { type: 'Adan', lr: 0.1 } }] }), 'runs.0.optimizer.type'],
    [
      'an unknown optimizer argument',
      () => ({ runs: [{ optimizer: fourOptimizers[0] }, { optimizer: { type: 'Adam', lr: 0.1, momentum: 0.9 } }] }),
      'runs.1.optimizer.momentum',
    ],
    ['a learning rate that is no number', () => ({ runs: [{ optimizer: { type: 'Adam', lr: Number.NaN } }] }), 'runs.0.optimizer.lr'],
    ['an unknown schedule', () => ({ runs: [{ optimizer: fourOptimizers[0], schedule: { type: 'Cosine' } }] }), 'runs.0.schedule.type'],
    [
      'an unknown schedule argument',
      () => ({ runs: [{ optimizer: fourOptimizers[0], schedule: { type: 'StepLR', steps: 3 } }] }),
      'runs.0.schedule.steps',
    ],
    ['an unknown initialiser', () => ({ runs: [{ optimizer: fourOptimizers[0], init: { type: 'he' } }] }), 'runs.0.init.type'],
    ['a seed that is no whole number', () => ({ runs: [{ optimizer: fourOptimizers[0], seed: 1.5 }] }), 'runs.0.seed'],
    ['an unknown field of a run', () => ({ runs: [{ optimizer: fourOptimizers[0], model: smallNet }] }), 'runs.0.model'],
    ['no runs', () => ({ runs: [] }), 'runs'],
    ['an unknown loss', () => ({ loss: { type: 'MSELoss' } }), 'loss.type'],
    ['half a batch', () => ({ batch_size: 7.5 }), 'batch_size'],
    [
      'batch norm of single values',
      () => ({ batch_size: 1, ...net((layers) => layers.splice(8, 0, { id: 'bn', type: 'BatchNorm1d' })) }),
      'model.layers.8',
    ],
  ];
  it.each(cases)('%s', async (_, more, path) => {
    const requests = vi.spyOn(navigator.gpu, 'requestAdapter');
    const buffers = vi.spyOn(gpu.device, 'createBuffer');
    const error = await createTrainer(setup(more())).then(
      () => 'accepted',
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ path });
    expect((error as Error).message.length).toBeGreaterThan(10);
    expect(buffers).not.toHaveBeenCalled();
    expect(requests).not.toHaveBeenCalled();
  });
});

describe('calls', () => {
  it('made without waiting are done one after another', async () => {
    const [hasty, patient] = [await createTrainer(setup()), await createTrainer(setup())];
    const [a, logits, b, again] = await Promise.all([hasty.step(4), hasty.predict(0, data.images), hasty.step(3), hasty.predict(1, data.images)]);
    expect(a).toEqual(await patient.step(4));
    expect(logits).toEqual(await patient.predict(0, data.images));
    expect(b).toEqual(await patient.step(3));
    expect(again).toEqual(await patient.predict(1, data.images));
    hasty.destroy();
    patient.destroy();
  });

  it.each([-1, 1.5, Number.NaN, Infinity])('for %s steps are refused', async (n) => {
    const trainer = await createTrainer(setup());
    await expect(trainer.step(n)).rejects.toThrow(RangeError);
    expect(await trainer.step(0)).toEqual([[], []]);
    trainer.destroy();
  });

  it('after destroy() are refused, and the memory is free', async () => {
    const made = vi.spyOn(gpu.device, 'createBuffer');
    const freed = vi.spyOn(GPUBuffer.prototype, 'destroy');
    const trainer = await createTrainer(setup());
    await trainer.step(3);
    await trainer.evaluate(0, data);
    trainer.destroy();
    const buffers = new Set(made.mock.results.map((r) => r.value as GPUBuffer));
    const destroyed = new Set(freed.mock.contexts);
    expect([...buffers].filter((b) => !destroyed.has(b)).map((b) => b.label)).toEqual([]);
    await expect(trainer.step(1)).rejects.toThrow('destroyed');
    await expect(trainer.predict(0, data.images)).rejects.toThrow('destroyed');
    trainer.destroy();
    expect(gpu.isLost()).toBe(false);
  });

  it('on a device that is gone say so; a device of its own goes with the trainer', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = (await adapter?.requestDevice()) as GPUDevice;
    const trainer = await createTrainer(setup({ device }));
    await trainer.step(2);
    device.destroy();
    await expect(trainer.step(2)).rejects.toThrow(DeviceLostError);
    const requested = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
    const own = await createTrainer(setup({ device: undefined }));
    const mine = (await requested.mock.results[0].value) as GPUDevice;
    await own.step(1);
    own.destroy();
    expect((await mine.lost).reason).toBe('destroyed');
    requested.mockClear();
    const huge = {
      input: [2, 8, 8],
      layers: [
        { id: 'wide', type: 'Conv2d', out_channels: 8192, kernel_size: 3, padding: 30 },
        { id: 'flatten', type: 'Flatten' },
        { id: 'fc', type: 'Linear', out_features: 4 },
      ],
    } as const;
    await expect(createTrainer(setup({ device: undefined, model: huge, batch_size: 1024 }))).rejects.toThrow(LimitError);
    expect((await ((await requested.mock.results[0].value) as GPUDevice).lost).reason).toBe('destroyed');
  });
});
