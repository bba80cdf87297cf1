/**
 * Whole random networks: loss, every gradient and running statistic of a training step against float64, in two lanes with weights of
 * their own. Finds what single layers cannot show: fusion, gradients that meet, memory that is shared too early, layouts that disagree.
 */
import { beforeAll, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { packParam, unpackParam } from '../../src/engine/params.ts';
import { RING_WORDS, STEP, STEP_WORDS } from '../../src/engine/plan.ts';
import { planRace } from '../../src/engine/race.ts';
import { tensor } from '../../src/engine/reference.ts';
import { GpuDataset } from '../../src/gpu/dataset.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { Program } from '../../src/gpu/program.ts';
import { compare } from '../../src/gpu/selftest_compare.ts';
import { inferModel } from '../../src/model/infer.ts';
import { resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import type { LayerSpec, ModelInfo, ModelSpec } from '../../src/model/types.ts';
import { gradientsOf, slabWords } from '../support/gradients.ts';
import { liveLayers, randomModel, trainStep, type Weights } from '../support/networks.ts';

const NETWORKS = 48;
const LANES = 2;
const LIMIT = 1e-4;
/** Of a loss near 0 and its gradient: 1 − softmax is good to float32's spacing at 1. */
const FLOOR = 2e-6;
let gpu: Gpu;

beforeAll(async () => {
  gpu = await requestGpu();
});

function drawWeights(info: ModelInfo, seed: number): Weights {
  const { normal, uniform } = random(seed, 3);
  const weights: Weights = {};
  for (const layer of liveLayers(info)) {
    for (const { name, shape, fan_in } of layer.params) {
      const t = tensor(shape);
      const value =
        name === 'running_var' ? () => 0.5 + uniform() : fan_in > 0 ? () => (1.4 * normal()) / Math.sqrt(fan_in) : () => 0.5 + 0.3 * normal();
      for (let i = 0; i < t.data.length; i++) t.data[i] = Math.fround(value());
      weights[`${layer.id}.${name}`] = t;
    }
  }
  return weights;
}

interface Options {
  info?: ModelInfo;
  /** Activations in 16 bits: the limit of what may be off. */
  halves?: number;
}

async function check(seed: number, { info: given, halves }: Options = {}): Promise<string[]> {
  const stream = random(seed, 77);
  const info = given ?? randomModel(stream);
  const tolerance = halves ?? LIMIT;
  const N = 2 + stream.below(5);
  const [C, H, W] = info.input;
  const x = tensor([N, C, H, W]);
  for (let i = 0; i < x.data.length; i++) x.data[i] = Math.fround(stream.normal());
  const labels = Array.from({ length: N }, () => stream.below(info.output[0]));
  const name = `network ${seed}: [${info.input}] ${info.layers.map((l) => `${l.id}(${l.inputs})`).join(' ')}`;

  const compiled = compile(info, { batch_size: N, loss: { type: 'CrossEntropyLoss' }, data: 'f32', halves: halves !== undefined });
  const optimizer = { type: 'SGD', args: resolveOptimizer({ type: 'SGD', lr: 0 }) };
  const plan = planRace(compiled, new Array<typeof optimizer>(LANES).fill(optimizer));
  const source = {
    shape: info.input,
    images: Float32Array.from(x.data),
    labels,
    mean: new Array<number>(C).fill(0),
    std: new Array<number>(C).fill(1),
  };
  const dataset = new GpuDataset(gpu.device, source);
  const program = await Program.create(gpu, plan, dataset, { guard: true });
  program.poison();
  const lanes = Array.from({ length: LANES }, (_, lane) => drawWeights(info, seed + 10_000 * lane));
  const rows = new Uint32Array(LANES * STEP_WORDS);
  lanes.forEach((weights, lane) => {
    for (const [id, layout] of [
      ['params', compiled.params],
      ['buffers', compiled.buffers],
    ] as const) {
      const words = new Float32Array(layout.size);
      for (const entry of layout.entries.keys()) packParam(layout, entry, weights[entry].data, words);
      program.write(id, lane * layout.size, words);
    }
    rows[lane * STEP_WORDS + STEP.count] = N;
    rows[lane * STEP_WORDS + STEP.dropout] = seed + lane;
  });
  const ring = new Float32Array((await program.step(rows)).buffer);
  const grads = gradientsOf(compiled, await program.readFloats('partials', 0, LANES * slabWords(compiled)), LANES);
  const buffers = await program.readFloats('buffers', 0, LANES * compiled.buffers.size);
  const wrong: string[] = [];
  lanes.forEach((weights, lane) => {
    const want = trainStep(info, x, labels, weights, seed + lane);
    const scale = Math.sqrt(Object.values(want.gradients).reduce((total, t) => total + t.data.reduce((a, g) => a + g * g, 0), 0));
    wrong.push(...[compare('loss', [ring[lane * RING_WORDS]], [want.loss], { tolerance, absolute: FLOOR })].filter((s) => s !== null));
    const both = [
      [compiled.params, grads, want.gradients],
      [compiled.buffers, buffers, want.buffers],
    ] as const;
    for (const [layout, words, expected] of both) {
      for (const entry of layout.entries.keys()) {
        const { data, shape } = expected[entry];
        const actual = unpackParam(layout, entry, words.subarray(lane * layout.size, (lane + 1) * layout.size));
        // A gradient that a batch norm cancels is rounding noise, small beside the others.
        const sentence = compare(entry, actual, data, { tolerance, absolute: FLOOR + (halves ? 0.1 * halves : 5e-6) * scale }, shape);
        if (sentence) wrong.push(`lane ${lane} ${sentence}`);
      }
    }
  });
  wrong.push(...(await program.brokenGuards()).map((id) => `words behind ${id} were overwritten`));
  program.destroy();
  dataset.destroy();
  return wrong.map((sentence) => `${name}: ${sentence}`);
}

it(`${NETWORKS} random networks take the step that float64 takes`, async () => {
  const wrong: string[] = [];
  for (let seed = 0; seed < NETWORKS; seed += 4) wrong.push(...(await Promise.all([0, 1, 2, 3].map((k) => check(seed + k)))).flat());
  expect(wrong).toEqual([]);
  expect(gpu.errors).toEqual([]);
}, 300_000);

const conv = (id: string, out_channels: number, more: Partial<LayerSpec> = {}): LayerSpec => ({
  id,
  type: 'Conv2d',
  out_channels,
  kernel_size: 3,
  padding: 1,
  bias: false,
  ...more,
});
const head: LayerSpec[] = [
  { id: 'gap', type: 'AdaptiveAvgPool2d', output_size: 1 },
  { id: 'flat', type: 'Flatten' },
  { id: 'fc', type: 'Linear', out_features: 5 },
];

const pool = (id: string, type: 'MaxPool2d' | 'AvgPool2d', kernel_size: number | number[]): LayerSpec => ({ id, type, kernel_size });

/** What is fused, at sizes that fill no vector. */
const FUSED: [string, ModelSpec][] = [
  [
    'convolutions and means of windows',
    {
      input: [1, 12, 14],
      layers: [
        conv('c1', 6, { bias: true }),
        { id: 'tanh1', type: 'Tanh' },
        pool('p1', 'AvgPool2d', 2),
        conv('c2', 5, { kernel_size: 2, padding: 1 }),
        { id: 'sig2', type: 'Sigmoid' },
        pool('p2', 'AvgPool2d', [7, 2]),
        conv('c3', 9, { bias: true }),
        pool('p3', 'AvgPool2d', [1, 2]),
        { id: 'flat', type: 'Flatten' },
        { id: 'fc', type: 'Linear', out_features: 5 },
      ],
    },
  ],
  [
    'convolutions and maxima of windows, some of which leave a rest',
    {
      input: [3, 29, 23],
      layers: [
        conv('c1', 6, { bias: true }),
        { id: 'relu1', type: 'ReLU' },
        pool('p1', 'MaxPool2d', 2),
        conv('c2', 10, { bias: true }),
        { id: 'leaky', type: 'LeakyReLU', negative_slope: 0.2 },
        pool('p2', 'MaxPool2d', 3),
        conv('c3', 7),
        pool('p3', 'MaxPool2d', [2, 1]),
        { id: 'relu3', type: 'ReLU' },
        { id: 'flat', type: 'Flatten' },
        { id: 'fc', type: 'Linear', out_features: 5 },
      ],
    },
  ],
  [
    'batch norms and maxima of windows, some of which leave a rest',
    {
      input: [2, 17, 15],
      layers: [
        conv('c1', 6),
        { id: 'bn1', type: 'BatchNorm2d' },
        { id: 'sig', type: 'Sigmoid' },
        pool('p1', 'MaxPool2d', 2),
        conv('c2', 9),
        { id: 'bn2', type: 'BatchNorm2d' },
        pool('p2', 'MaxPool2d', [3, 2]),
        conv('c3', 4),
        { id: 'bn3', type: 'BatchNorm2d' },
        { id: 'relu3', type: 'ReLU' },
        ...head,
      ],
    },
  ],
  [
    'residual blocks, with and without a convolution in the shortcut',
    {
      input: [3, 9, 8],
      layers: [
        conv('conv', 6),
        { id: 'bn', type: 'BatchNorm2d' },
        { id: 'relu', type: 'ReLU' },
        conv('a.conv1', 6),
        { id: 'a.bn1', type: 'BatchNorm2d' },
        { id: 'a.act', type: 'Sigmoid' },
        conv('a.conv2', 6),
        { id: 'a.bn2', type: 'BatchNorm2d' },
        { id: 'a.add', type: 'Add', inputs: ['a.bn2', 'relu'] },
        { id: 'a.relu', type: 'LeakyReLU', negative_slope: 0.1 },
        conv('b.conv1', 10, { stride: 2 }),
        { id: 'b.bn1', type: 'BatchNorm2d' },
        conv('b.conv2', 10),
        { id: 'b.bn2', type: 'BatchNorm2d' },
        conv('b.short', 10, { stride: 2, kernel_size: 1, padding: 0, inputs: ['a.relu'] }),
        { id: 'b.bn', type: 'BatchNorm2d' },
        { id: 'b.add', type: 'Add', inputs: ['b.bn2', 'b.bn'] },
        { id: 'b.relu', type: 'ReLU' },
        ...head,
      ],
    },
  ],
  [
    'one tensor in two sums and a convolution',
    {
      input: [4, 7, 7],
      layers: [
        conv('conv', 7),
        { id: 'tanh', type: 'Tanh' },
        conv('c1', 7),
        { id: 'bn1', type: 'BatchNorm2d' },
        { id: 'add1', type: 'Add', inputs: ['bn1', 'tanh'] },
        conv('c2', 7),
        { id: 'bn2', type: 'BatchNorm2d' },
        { id: 'relu2', type: 'ReLU' },
        { id: 'add2', type: 'Add', inputs: ['relu2', 'tanh'] },
        { id: 'twice', type: 'Add', inputs: ['add2', 'add2'] },
        ...head,
      ],
    },
  ],
  [
    'batch norm, activation and convolution in a row',
    {
      input: [3, 10, 11],
      layers: [
        conv('c1', 5, { bias: true }),
        { id: 'bn1', type: 'BatchNorm2d' },
        { id: 'act1', type: 'Sigmoid' },
        conv('c2', 9, { kernel_size: 4, stride: 2 }),
        { id: 'bn2', type: 'BatchNorm2d' },
        { id: 'act2', type: 'ReLU' },
        conv('c3', 8, { dilation: 2, padding: 2 }),
        { id: 'bn3', type: 'BatchNorm2d' },
        conv('c4', 3, { groups: 1 }),
        { id: 'bn4', type: 'BatchNorm2d' },
        { id: 'act4', type: 'ReLU' },
        conv('c5', 6),
        ...head,
      ],
    },
  ],
];

it.each(FUSED)('%s: the step that float64 takes, and with activations in 16 bits one near it', async (_, model) => {
  const info = inferModel(model);
  expect(await check(7, { info })).toEqual([]);
  // Rounded values change who wins a maximum.
  expect(await check(7, { info, halves: 0.06 })).toEqual([]);
  // Tight enough to notice that 16 bits are used.
  expect(await check(7, { info, halves: 1e-6 })).not.toEqual([]);
  expect(gpu.errors).toEqual([]);
});

it('12 random networks with activations in 16 bits: a step near that of float64', async () => {
  const wrong: string[] = [];
  for (let seed = 0; seed < 12; seed += 4) wrong.push(...(await Promise.all([0, 1, 2, 3].map((k) => check(seed + k, { halves: 0.02 })))).flat());
  expect(wrong).toEqual([]);
}, 120_000);
