/** From the data set to the layers: the seeded order of samples, the batch on the GPU, dropout masks, and the random numbers behind them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { shaderFiles } from '../../src/engine/shader.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { hash2, hash3, pcg, permute, random } from '../../src/model/random.ts';
import type { ModelSpec } from '../../src/model/types.ts';
import { dropoutKey, orderKey } from '../../src/train/lane.ts';
import { walkRows } from '../../src/train/rows.ts';
import { probe } from '../support/probe.ts';
import { harness, lane, sharedGpu, smallData, smallNet, trainerData } from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

/** Evaluates a WGSL expression of `i`, `a` and `b` (u32) for every pair. */
async function onGpu(expression: string, pairs: readonly (readonly [number, number])[]): Promise<Uint32Array> {
  const { device } = gpu;
  const code = `${shaderFiles.get('lib/random')}
    @group(0) @binding(0) var<storage, read> pairs: array<vec2u>;
    @group(0) @binding(1) var<storage, read_write> out: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x;
      if (i >= arrayLength(&pairs)) { return; }
      let a = pairs[i].x;
      let b = pairs[i].y;
      out[i] = ${expression};
    }`;
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const input = device.createBuffer({ size: 8 * pairs.length, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  const output = device.createBuffer({ size: 4 * pairs.length, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size: 4 * pairs.length, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(input, 0, Uint32Array.from(pairs.flat()));
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [input, output].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(pairs.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(output, 0, staging, 0, 4 * pairs.length);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  for (const b of [input, output, staging]) b.destroy();
  return words;
}

describe('random numbers', () => {
  it('hashes are the same words in WGSL and JavaScript', async () => {
    const r = random(17);
    const edges = [0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff];
    const pairs = [
      ...edges.flatMap((a) => edges.map((b) => [a, b] as const)),
      ...Array.from({ length: 20_000 }, () => [r.word(), r.word()] as const),
    ];
    expect([...(await onGpu('pcg(a)', pairs))]).toEqual(pairs.map(([a]) => pcg(a)));
    expect([...(await onGpu('hash2(a, b)', pairs))]).toEqual(pairs.map(([a, b]) => hash2(a, b)));
    expect([...(await onGpu('hash3(a, b, a ^ b)', pairs))]).toEqual(pairs.map(([a, b]) => hash3(a, b, (a ^ b) >>> 0)));
  });

  it.each([1, 2, 3, 5, 64, 1000, 8191, 60_000])('the permutation of %i is one, and the same in WGSL and JavaScript', async (n) => {
    const orders: string[] = [];
    for (const key of [0, 1, 0xffffffff, hash2(5, n)]) {
      const places = Array.from({ length: n }, (_, i) => [i, key] as const);
      const words = await onGpu(`permute(a, ${n}u, b)`, places);
      const wrong = words.findIndex((w, i) => w !== permute(i, n, key));
      expect(wrong, `key ${key}: first difference`).toBe(-1);
      expect(new Set(words).size).toBe(n);
      expect(Math.max(...words.subarray(0, 60_000))).toBe(n - 1);
      orders.push(words.join());
    }
    if (n > 5) expect(new Set(orders).size).toBe(4);
  });
});

/** Samples that say which they are: value of channel c at pixel p is index + 1000 · c + p. */
function telling(n: number) {
  const images = Float32Array.from({ length: n * 12 }, (_, k) => Math.floor(k / 12) + 1000 * (Math.floor(k / 4) % 3) + (k % 4));
  return { shape: [3, 2, 2] as const, images, labels: Uint32Array.from({ length: n }, (_, i) => i % 5), mean: [0, 0, 0], std: [1, 1, 1] };
}

const plain: ModelSpec = {
  input: [3, 2, 2],
  layers: [
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc', type: 'Linear', out_features: 5 },
  ],
};

describe('batches', () => {
  it.each([
    [23, 23, 8, 9],
    [64, 64, 64, 3],
    [9, 7, 10, 5],
    [1000, 990, 96, 21],
    [5, 1, 3, 2],
  ])('of %i samples, %i to train on, %i at a time: every epoch holds each once, in the order of permute', async (n, train, batch_size, steps) => {
    const lanes = [
      lane('a', { type: 'SGD', lr: 0 }, { seed: 3 }, plain),
      lane('b', { type: 'Adam', lr: 0 }, { seed: 4 }, plain),
      lane('c', { type: 'SGD', lr: 0 }, { seed: 3 }, plain),
    ];
    const p = await probe(gpu, lanes, telling(n), { batch_size, train, shuffle: true });
    const seen: number[][] = [[], [], []];
    for (let s = 0; s < steps; s++) {
      await p.step();
      for (const l of [0, 1, 2]) {
        const x = await p.tensor('input', l);
        const labels = await p.labels(l);
        for (let k = 0; k < batch_size; k++) {
          const index = x[12 * k];
          expect([...x.subarray(12 * k, 12 * k + 12)]).toEqual([...telling(n).images.subarray(12 * index, 12 * index + 12)]);
          expect(labels[k]).toBe(index % 5);
          seen[l].push(index);
        }
      }
    }
    for (const l of [0, 1, 2]) {
      const expected = seen[l].map((_, i) => permute(i % train, train, hash2(orderKey(lanes[l]), Math.floor(i / train))));
      expect(seen[l]).toEqual(expected);
      for (let epoch = 0; epoch + train <= seen[l].length; epoch += train) {
        expect([...seen[l].slice(epoch, epoch + train)].sort((a, b) => a - b)).toEqual(Array.from({ length: train }, (_, i) => i));
      }
    }
    expect(seen[2]).toEqual(seen[0]);
    if (train > 5) expect(seen[1]).not.toEqual(seen[0]);
    p.destroy();
  });

  it('of bytes are scaled by the table, rounded once; without shuffling they come in order and wrap', async () => {
    const r = random(4);
    const n = 11;
    const images = Uint8Array.from({ length: n * 12 }, () => r.below(256));
    const [mean, std] = [
      [0.1307, 0.4, 0.5],
      [0.3081, 0.2, 0.011],
    ];
    const p = await probe(
      gpu,
      [lane('a', { type: 'SGD', lr: 0 }, {}, plain)],
      { ...telling(n), images, mean, std },
      { batch_size: 4, train: n, shuffle: false },
    );
    for (let s = 0; s < 6; s++) {
      await p.step();
      const order = [0, 1, 2, 3].map((k) => (4 * s + k) % n);
      const expected = order.flatMap((i) =>
        Array.from({ length: 12 }, (_, k) => Math.fround((images[12 * i + k] / 255 - mean[Math.floor(k / 4)]) / std[Math.floor(k / 4)])),
      );
      expect([...(await p.tensor('input', 0))]).toEqual(expected);
      expect([...(await p.labels(0))]).toEqual(order.map((i) => i % 5));
    }
    p.destroy();
  });
});

describe('dropout', () => {
  const N = 32;
  const SIZE = 3 * 8 * 8;
  const net = (p: number): ModelSpec => ({
    input: [3, 8, 8],
    layers: [
      { id: 'first', type: 'Dropout', p },
      { id: 'second', type: 'Dropout', p, inputs: ['input'] },
      { id: 'add', type: 'Add', inputs: ['first', 'second'] },
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc', type: 'Linear', out_features: 2 },
    ],
  });
  const ones = { shape: [3, 8, 8] as const, images: new Float32Array(N * SIZE).fill(1), labels: new Uint8Array(N), mean: [0, 0, 0], std: [1, 1, 1] };
  const order = { batch_size: N, train: N, shuffle: true };
  const lanesOf = (p: number) => [3, 3, 4].map((seed, i) => lane(String(i), { type: i === 0 ? 'SGD' : 'Adam', lr: 0.1 }, { seed }, net(p)));

  it.each([0.1, 0.5, 0.9])('keeps a share of 1 − %d, scaled; masks are of the seed, the step and the layer, and of nothing else', async (p) => {
    const lanes = lanesOf(p);
    const t = await probe(gpu, lanes, ones, order);
    const masks = new Map<string, Float32Array>();
    for (let s = 0; s < 3; s++) {
      await t.step();
      for (const l of [0, 1, 2]) for (const layer of ['first', 'second']) masks.set(`${layer} ${s} ${l}`, await t.tensor(layer, l));
    }
    const scale = Math.fround(1 / (1 - p));
    const count = N * SIZE;
    for (const [what, mask] of masks) {
      const kept = mask.reduce((sum, v) => sum + (v === 0 ? 0 : 1), 0);
      expect(
        mask.every((v) => v === 0 || v === scale),
        what,
      ).toBe(true);
      expect(Math.abs(kept - count * (1 - p)), what).toBeLessThan(4.5 * Math.sqrt(count * p * (1 - p)));
      const [layer, s, l] = what.split(' ');
      const key = hash2(dropoutKey(lanes[Number(l)], Number(s)), layer === 'first' ? 0 : 1);
      const wrong = mask.findIndex((v, i) => v !== (hash2(key, i) >= Math.floor(p * 2 ** 32) ? scale : 0));
      expect(wrong, `${what}: first element that is not as hashed`).toBe(-1);
    }
    for (const [what, mask] of masks) {
      for (const [other, against] of masks) {
        if (what >= other) continue;
        const twins = what.replace(/[01]$/, '') === other.replace(/[01]$/, '') && !what.endsWith('2') && !other.endsWith('2');
        const agree = mask.reduce((sum, v, i) => sum + (v === against[i] ? 1 : 0), 0);
        const chance = p * p + (1 - p) * (1 - p);
        if (twins) expect(agree, `${what} and ${other}`).toBe(count);
        else expect(Math.abs(agree - count * chance), `${what} and ${other}`).toBeLessThan(5 * Math.sqrt(count * chance * (1 - chance)));
      }
    }
    t.destroy();
  });

  it('lets everything through in evaluation, the same every time', async () => {
    const without = { ...smallNet, layers: smallNet.layers.map((l) => (l.id === 'drop' ? { ...l, p: 0 } : l)) };
    const data = trainerData(smallData());
    const [h, bare] = [
      await harness(gpu, [lane('a', { type: 'SGD', lr: 0.1 })], data),
      await harness(gpu, [lane('a', { type: 'SGD', lr: 0.1 }, {}, without)], data),
    ];
    await h.trainer.train(5);
    const [from, to] = [h.trainer.groupOf('a'), bare.trainer.groupOf('a')];
    to.group.writeTensors(to.l, await from.group.readTensors(from.l));
    const rows = walkRows(1, 0, 40, 8);
    const first = await from.group.evaluate(rows, 3);
    expect(await from.group.evaluate(rows, 1)).toEqual(first);
    expect(await to.group.evaluate(rows, 8)).toEqual(first);
    await bare.trainer.train(1);
    await h.trainer.train(6);
    expect(h.told.points.a[5].loss).not.toBe(bare.told.points.a[0].loss);
    h.trainer.destroy();
    bare.trainer.destroy();
  });
});
