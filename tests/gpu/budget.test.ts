/** What a step may cost: few dispatches whatever the number of lanes, one submit for K steps, nothing created on the way. And what is refused. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { Program } from '../../src/gpu/program.ts';
import { createTrainer, LimitError } from '../../src/index.ts';
import type { LayerSpec, ModelSpec } from '../../src/model/types.ts';
import { cnn, lenet, mlp } from '../../src/model/zoo.ts';
import { fourOptimizers, harness, lane, sharedGpu, smallData, smallNet, trainerData } from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const adam = { type: 'Adam', lr: 0.001 };

/** Three times convolution, batch norm, ReLU, then pooling, global average pooling and a linear layer. */
const threeConvs: ModelSpec = {
  input: [3, 32, 32],
  layers: [
    ...[8, 16, 16].flatMap((out_channels, i): LayerSpec[] => [
      { id: `conv${i}`, type: 'Conv2d', out_channels, kernel_size: 3, padding: 1, bias: false },
      { id: `bn${i}`, type: 'BatchNorm2d' },
      { id: `relu${i}`, type: 'ReLU' },
      ...(i < 2 ? [{ id: `pool${i}`, type: 'MaxPool2d', kernel_size: 2 }] : []),
    ]),
    { id: 'gap', type: 'AdaptiveAvgPool2d', output_size: 1 },
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc', type: 'Linear', out_features: 10 },
  ],
};

const blank = (shape: readonly [number, number, number], n = 16) => ({
  shape,
  images: new Uint8Array(n * shape[0] * shape[1] * shape[2]),
  labels: new Uint8Array(n),
  mean: shape.slice(0, shape[0]).map(() => 0),
  std: shape.slice(0, shape[0]).map(() => 1),
  train: n,
});

describe('dispatches of a step', () => {
  it.each([
    ['LeNet', lenet([1, 28, 28], 10), 13],
    ['3 × (convolution, batch norm, ReLU)', threeConvs, 24],
    ['the small CNN', cnn([1, 28, 28], 10, { norm: true, channels: [8, 16] }), 17],
    ['a perceptron on points', mlp([2, 1, 1], 2, [16, 16]), 4],
  ])('%s with Adam, 1 lane and 8: within the budget', async (_, model, most) => {
    const issued = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
    const counts: number[] = [];
    for (const lanes of [1, 8]) {
      const input = model.input;
      const { trainer } = await harness(
        gpu,
        Array.from({ length: lanes }, (__, i) => lane(String(i), adam, {}, model)),
        blank(input),
        { batch_size: 4 },
      );
      issued.mockClear();
      await trainer.train(1);
      expect(issued).toHaveBeenCalledTimes(trainer.dispatchesPerStep + trainer.dispatchesPerSubmit);
      counts.push(trainer.dispatchesPerStep);
      trainer.destroy();
    }
    console.info(`${counts[0]} dispatches`);
    expect(counts[0]).toBeLessThanOrEqual(most);
    expect(counts[1]).toBe(counts[0]);
    expect(gpu.errors).toEqual([]);
  });
});

describe('steady training', () => {
  const CREATORS = [
    'createBuffer',
    'createBindGroup',
    'createBindGroupLayout',
    'createPipelineLayout',
    'createShaderModule',
    'createComputePipeline',
    'createComputePipelineAsync',
  ] as const;

  it.each([1, 8])('of %i lanes creates nothing but encoders, and sends one submit for K steps', async (lanes) => {
    const created = CREATORS.map((name) => vi.spyOn(GPUDevice.prototype, name));
    const total = () => created.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    const submits = vi.spyOn(GPUQueue.prototype, 'submit');
    const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
    const trained = vi.spyOn(Program.prototype, 'step');
    const passes = vi.spyOn(GPUCommandEncoder.prototype, 'beginComputePass');
    const h = await harness(
      gpu,
      Array.from({ length: lanes }, (_, i) => lane(String(i), fourOptimizers[i % 4])),
      trainerData(smallData(120), 40),
      { eval_every: 25 },
    );
    expect(total()).toBeGreaterThan(20);
    for (const spy of [...created, submits, dispatches, trained, passes]) spy.mockClear();
    h.trainer.pace.steps = 1;
    await h.trainer.train(200);
    const [each, closing] = [h.trainer.dispatchesPerStep, h.trainer.dispatchesPerSubmit];
    expect(closing).toBe(1);
    const evaluations = 8 * 10;
    const forward = h.trainer.allGroups[0].program.plan.evaluate.length;
    expect(created.map((spy, i) => `${CREATORS[i]} ${spy.mock.calls.length}`)).toEqual(CREATORS.map((name) => `${name} 0`));
    expect(dispatches).toHaveBeenCalledTimes(200 * each + trained.mock.calls.length * closing + evaluations * forward);
    expect(passes).toHaveBeenCalledTimes(submits.mock.calls.length);
    expect(submits.mock.calls.length).toBeLessThanOrEqual(200 + evaluations);
    submits.mockClear();
    h.trainer.pace.steps = 10;
    await h.trainer.train(210);
    expect(submits).toHaveBeenCalledTimes(1);
    h.trainer.destroy();
  });

  it('never has more than two submits in flight, validation included', async () => {
    let flying = 0;
    let most = 0;
    const original = GPUBuffer.prototype.mapAsync;
    vi.spyOn(GPUBuffer.prototype, 'mapAsync').mockImplementation(async function (this: GPUBuffer, ...args) {
      most = Math.max(most, ++flying);
      await original.apply(this, args);
      flying--;
      return undefined;
    });
    const h = await harness(gpu, [lane('a', adam), lane('b', adam, { seed: 9 })], trainerData(smallData(400), 40), { eval_every: 20 });
    await h.trainer.train(100);
    expect(most).toBe(2);
    expect(h.told.points.a).toHaveLength(100);
    h.trainer.destroy();
  });
});

describe('what does not fit', () => {
  const data = smallData();
  const wide = (more: LayerSpec[]): ModelSpec => ({
    input: [2, 8, 8],
    layers: [
      { id: 'stem', type: 'Conv2d', out_channels: 4, kernel_size: 1 },
      ...more,
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc', type: 'Linear', out_features: 4 },
    ],
  });

  it.each([
    [
      'an activation',
      wide([
        { id: 'wide', type: 'Conv2d', out_channels: 2000, kernel_size: 3, padding: 30 },
        { id: 'gap', type: 'AdaptiveAvgPool2d', output_size: 1 },
      ]),
      512,
      1,
      'wide',
    ],
    [
      'the weights',
      wide([
        { id: 'flat', type: 'Flatten' },
        { id: 'big', type: 'Linear', out_features: 8192 },
        { id: 'huge', type: 'Linear', out_features: 8192 },
      ]),
      8,
      32,
      'huge',
    ],
  ])('%s: a LimitError that names the layer and the sizes, quickly, before anything is allocated', async (_, model, batch_size, runs, layer) => {
    const buffers = vi.spyOn(GPUDevice.prototype, 'createBuffer');
    const pipelines = vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync');
    const started = performance.now();
    const error = await createTrainer({
      model,
      runs: Array.from({ length: runs }, () => ({ optimizer: adam })),
      data,
      batch_size,
      device: gpu.device,
    }).catch((e: unknown) => e);
    const took = performance.now() - started;
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ layer });
    expect((error as Error).message).toMatch(new RegExp(`^${layer}: .*\\d [GM]B.*\\d [GM]B`));
    expect(buffers).not.toHaveBeenCalled();
    expect(pipelines).not.toHaveBeenCalled();
    console.info(`${(error as Error).message} (${took.toFixed(0)} ms)`);
    expect(took).toBeLessThan(2000);
  });

  it('a GPU without room: a LimitError, and everything allocated is freed', async () => {
    const { device } = gpu;
    const original = device.createBuffer.bind(device);
    const made: GPUBuffer[] = [];
    vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
      const buffer = original(descriptor.label === 'state' ? { ...descriptor, size: device.limits.maxBufferSize } : descriptor);
      made.push(buffer);
      return buffer;
    });
    const freed = vi.spyOn(GPUBuffer.prototype, 'destroy');
    const error = await createTrainer({ model: smallNet, runs: [{ optimizer: adam }], data, batch_size: 8, device }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LimitError);
    const destroyed = new Set(freed.mock.contexts);
    expect(made.filter((b) => !destroyed.has(b)).map((b) => b.label)).toEqual([]);
    vi.restoreAllMocks();
    const trainer = await createTrainer({ model: smallNet, runs: [{ optimizer: adam }], data, batch_size: 8, device });
    expect((await trainer.step(3))[0].every(Number.isFinite)).toBe(true);
    trainer.destroy();
    expect(gpu.isLost()).toBe(false);
  });
});
