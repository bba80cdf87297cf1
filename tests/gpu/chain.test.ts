/**
 * The linear layers at the end of a network in one kernel with the loss: loss, hits and every gradient against float64, in two lanes with
 * weights of their own, at awkward sizes, for few threads and many.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { packParam, unpackParam } from '../../src/engine/params.ts';
import { RING_WORDS, STEP, STEP_WORDS } from '../../src/engine/plan.ts';
import { planRace } from '../../src/engine/race.ts';
import { tensor } from '../../src/engine/reference.ts';
import { unpackTensor } from '../../src/engine/tensors.ts';
import { GpuDataset } from '../../src/gpu/dataset.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { Program } from '../../src/gpu/program.ts';
import { compare } from '../../src/gpu/selftest_compare.ts';
import { inferModel } from '../../src/model/infer.ts';
import { resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import type { LayerSpec, ModelSpec } from '../../src/model/types.ts';
import { gradientsOf, slabWords } from '../support/gradients.ts';
import { trainStep, type Weights } from '../support/networks.ts';

const LANES = 2;
let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});

interface Item {
  model: ModelSpec;
  N: number;
  smoothing?: number;
  /** Threads that keep the device busy. */
  fill?: number;
  /** Nothing before the chain asks for gradients, as in training. */
  front?: boolean;
}

interface Outcome {
  wrong: string[];
  /** Kernels of the step, without gather and update. */
  kernels: string[];
  /** Losses and gradients of the weights, as bits. */
  bits: number[];
  /** Gradients of the input, as bits. */
  inputBits: number[];
}

const FLOOR = 2e-6;

async function check({ model, N, smoothing = 0, fill, front = false }: Item, seed: number): Promise<Outcome> {
  const stream = random(seed, 5);
  const info = inferModel(model);
  const [C, H, W] = info.input;
  const x = tensor([N, C, H, W]);
  for (let i = 0; i < x.data.length; i++) x.data[i] = Math.fround(stream.normal());
  const labels = Array.from({ length: N }, () => stream.below(info.output[0]));
  const loss = { type: 'CrossEntropyLoss', label_smoothing: smoothing };
  const compiled = compile(info, { batch_size: N, loss, data: 'f32', fill, inputGradient: !front });
  const sgd = { type: 'SGD', args: resolveOptimizer({ type: 'SGD', lr: 0 }) };
  const zeros = new Array<number>(C).fill(0);
  const dataset = new GpuDataset(gpu.device, {
    shape: info.input,
    images: Float32Array.from(x.data),
    labels,
    mean: zeros,
    std: zeros.map(() => 1),
  });
  const plan = planRace(compiled, new Array<typeof sgd>(LANES).fill(sgd));
  const program = await Program.create(gpu, plan, dataset, { guard: true });
  program.poison();
  const { params } = compiled;
  const rows = new Uint32Array(LANES * STEP_WORDS);
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    const { normal } = random(seed + 100 * lane, 6);
    const weights: Weights = {};
    const words = new Float32Array(params.size);
    for (const [name, { entry }] of params.entries) {
      const t = tensor(entry.spec.shape);
      for (let i = 0; i < t.data.length; i++) t.data[i] = Math.fround((1.4 * normal()) / Math.sqrt(entry.spec.fan_in || 4));
      weights[name] = t;
      packParam(params, name, t.data, words);
    }
    program.write('params', lane * params.size, words);
    rows[lane * STEP_WORDS + STEP.count] = N;
    return weights;
  });
  const ring = await program.step(rows);
  const slabs = await program.readFloats('partials', 0, LANES * slabWords(compiled));
  const grads = gradientsOf(compiled, slabs, LANES);
  const { graph, placed } = compiled.train;
  const gx = front ? new Float32Array() : await program.readFloats(placed.get('grad:input') as string, 0, LANES * graph.input.size);
  const totals = new Float32Array(ring.buffer);
  const wrong = lanes.flatMap((weights, lane) => {
    const want = trainStep(info, x, labels, weights, 0, smoothing);
    const scale = Math.sqrt(Object.values(want.gradients).reduce((sum, t) => sum + t.data.reduce((a, g) => a + g * g, 0), 0));
    const near = { tolerance: 1e-4, absolute: FLOOR + 5e-6 * scale };
    const K = info.output[0];
    const row = (n: number) => want.logits.data.subarray(n * K, (n + 1) * K);
    const hits = labels.filter((label, n) => row(n).every((v, k) => k === label || v < row(n)[label])).length;
    const each = [...params.entries.keys()].map((name) => {
      const actual = unpackParam(params, name, grads.subarray(lane * params.size, (lane + 1) * params.size));
      return compare(name, actual, want.gradients[name].data, near, want.gradients[name].shape);
    });
    const input = unpackTensor(graph.input, N, gx.subarray(lane * graph.input.size, (lane + 1) * graph.input.size));
    return [
      compare('loss', [totals[lane * RING_WORDS]], [want.loss], { tolerance: 1e-5, absolute: FLOOR }),
      compare('hits', [totals[lane * RING_WORDS + 1]], [hits], { tolerance: 0 }),
      front ? null : compare('gradient of the input', input, want.input.data, near, x.shape),
      ...each,
    ].flatMap((sentence) => (sentence ? [`lane ${lane}: ${sentence}`] : []));
  });
  wrong.push(...(await program.brokenGuards()).map((id) => `words behind ${id} were overwritten`));
  program.destroy();
  dataset.destroy();
  return {
    wrong,
    kernels: plan.train.slice(1, -1).map((d) => `${d.shader} ${d.entry}`),
    bits: [...ring, ...new Uint32Array(grads.buffer)],
    inputBits: [...new Uint32Array(gx.buffer)],
  };
}

const ACTIVATIONS: readonly Omit<LayerSpec, 'id'>[] = [
  { type: 'Tanh' },
  { type: 'ReLU' },
  { type: 'Sigmoid' },
  { type: 'LeakyReLU', negative_slope: 0.2 },
];

/** Linear layers with these numbers of outputs, an activation after each but the last. */
function mlp(input: readonly [number, number, number], widths: readonly number[], more: { bias?: boolean; last?: boolean } = {}): ModelSpec {
  const layers = widths.flatMap((out_features, k): LayerSpec[] => [
    { id: `fc${k}`, type: 'Linear', out_features, bias: more.bias ?? true },
    ...(k < widths.length - 1 || more.last ? [{ id: `act${k}`, ...ACTIVATIONS[k % 4] } as LayerSpec] : []),
  ]);
  return { input: [...input], layers: [{ id: 'flatten', type: 'Flatten' }, ...layers] };
}

const chained = ['linear_chain chain', 'linear_chain grad_weight'];
/** Where a thread can hold the weights, and loads are dear. */
const inRegisters = ['linear_registers chain'];

/** Too many weights for one thread. */
const LARGE = ['wide and narrow', '257 classes', '1,000 samples'];

describe('a whole network in two kernels or one', () => {
  it.each<[string, Item]>([
    ['points, tanh, 128 samples', { model: mlp([2, 1, 1], [16, 16, 2]), N: 128 }],
    ['one sample, one feature, one class', { model: mlp([1, 1, 1], [1]), N: 1 }],
    ['one layer', { model: mlp([5, 1, 1], [3]), N: 7 }],
    ['four layers of odd sizes', { model: mlp([3, 1, 1], [7, 13, 5, 9]), N: 33 }],
    ['wide and narrow', { model: mlp([257, 1, 1], [1, 31, 2]), N: 9 }],
    ['257 classes', { model: mlp([6, 1, 1], [11, 257]), N: 5 }],
    ['1,000 samples', { model: mlp([2, 1, 1], [32, 32, 2]), N: 1000 }],
    ['a flattened image', { model: mlp([3, 4, 2], [12, 6]), N: 17 }],
    ['no bias', { model: mlp([3, 3, 3], [10, 8, 3], { bias: false }), N: 20 }],
    ['label smoothing', { model: mlp([4, 1, 1], [8, 5]), N: 12, smoothing: 0.1 }],
    ['an activation at the end', { model: mlp([4, 1, 1], [8, 5], { last: true }), N: 12 }],
  ])('%s: the step that float64 takes, the same bits for few threads and many', async (name, item) => {
    const small = !LARGE.includes(name);
    const many = await check(item, 3);
    expect(many.kernels).toEqual(chained);
    expect(many.wrong).toEqual([]);
    for (const fill of [16, 256]) {
      const few = await check({ ...item, fill }, 3);
      expect(few.wrong).toEqual([]);
      expect(few.bits).toEqual(many.bits);
      expect(few.inputBits).toEqual(many.inputBits);
      const front = await check({ ...item, fill, front: true }, 3);
      expect(front.kernels).toEqual(small ? inRegisters : chained);
      expect(front.wrong).toEqual([]);
      expect(front.bits).toEqual(many.bits);
    }
    expect(gpu.errors).toEqual([]);
  });

  it('15 random networks', async () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < 15; seed++) {
      const { uniform, below } = random(seed, 8);
      const widths = Array.from({ length: 1 + below(4) }, () => 1 + below(40));
      const model = mlp([1 + below(6), 1 + below(4), 1 + below(4)], widths, { bias: uniform() < 0.7, last: uniform() < 0.3 });
      const outcome = await check({ model, N: 1 + below(70), fill: uniform() < 0.5 ? 256 : undefined }, seed);
      expect(outcome.kernels).toEqual(chained);
      wrong.push(...outcome.wrong.map((sentence) => `${JSON.stringify(model)}: ${sentence}`));
    }
    expect(wrong).toEqual([]);
  });

  it('15 more whose weights one thread holds', async () => {
    const wrong: string[] = [];
    for (let seed = 20; seed < 35; seed++) {
      const { uniform, below } = random(seed, 8);
      const widths = Array.from({ length: 1 + below(4) }, () => 1 + below(12));
      const model = mlp([1 + below(9), 1, 1], widths, { bias: uniform() < 0.7, last: uniform() < 0.3 });
      const item = { model, N: 1 + below(70), smoothing: uniform() < 0.3 ? 0.1 : 0, front: true };
      const outcome = await check({ ...item, fill: 256 }, seed);
      expect(outcome.kernels).toEqual(inRegisters);
      expect(outcome.bits).toEqual((await check(item, seed)).bits);
      wrong.push(...outcome.wrong.map((sentence) => `${JSON.stringify(model)}: ${sentence}`));
    }
    expect(wrong).toEqual([]);
  });
});

describe('the end of a network', () => {
  const conv: LayerSpec[] = [
    { id: 'conv', type: 'Conv2d', out_channels: 5, kernel_size: 3 },
    { id: 'tanh', type: 'Tanh' },
    { id: 'flatten', type: 'Flatten' },
  ];

  it('behind a convolution: its activation is seen to', async () => {
    const layers: LayerSpec[] = [...conv, { id: 'fc1', type: 'Linear', out_features: 6 }, { id: 'fc2', type: 'Linear', out_features: 3 }];
    const { wrong, kernels } = await check({ model: { input: [2, 6, 5], layers }, N: 10 }, 4);
    expect(wrong).toEqual([]);
    expect(kernels).toEqual(['conv2d forward', ...chained, 'conv2d backward']);
  });

  it('a layer that others read, too, stays by itself', async () => {
    const layers: LayerSpec[] = [
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc1', type: 'Linear', out_features: 6 },
      { id: 'fc2', type: 'Linear', out_features: 6, inputs: ['fc1'] },
      { id: 'sum', type: 'Add', inputs: ['fc1', 'fc2'] },
      { id: 'fc3', type: 'Linear', out_features: 3 },
    ];
    const { wrong, kernels } = await check({ model: { input: [2, 2, 2], layers }, N: 10 }, 5);
    expect(wrong).toEqual([]);
    expect(kernels.filter((k) => k.startsWith('linear_chain'))).toEqual(chained);
    expect(kernels.filter((k) => k === 'linear forward')).toHaveLength(2);
  });

  it('large layers stay by themselves', async () => {
    const { wrong, kernels } = await check({ model: mlp([200, 1, 1], [100, 4]), N: 6 }, 6);
    expect(wrong).toEqual([]);
    expect(kernels).toEqual(['linear forward', ...chained, 'linear backward']);
  });
});
