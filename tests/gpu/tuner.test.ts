/** Tiles: all that a kernel may take give the same bits, a wrong one is noticed and replaced, and tuning changes no result. */
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { opCases } from '../../src/engine/ops/cases.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { compileCase } from '../../src/gpu/selftest_case.ts';
import { checkVariants, tune } from '../../src/gpu/tuner.ts';
import { isTunable, oddOnes, Rig, type Tunable } from '../../src/gpu/variants.ts';
import { inferModel } from '../../src/model/infer.ts';
import { type TileStore, Tiles, tunablesOf } from '../../src/train/tiles.ts';
import { fourOptimizers, harness, lane, smallData, smallNet, trainerData } from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});

const small = { batch_size: 8, loss: { type: 'CrossEntropyLoss' }, data: 'u8' } as const;
const tunables = (wrongTile?: string): Tunable[] => compile(inferModel(smallNet), { ...small, wrongTile }).train.dispatches.filter(isTunable);

function memoryStore(): TileStore & { kept: Map<string, Record<string, string>> } {
  const kept = new Map<string, Record<string, string>>();
  return {
    kept,
    read: async (key) => kept.get(key),
    write: async (key, choices) => {
      kept.set(key, choices);
    },
  };
}

describe('every tile that a kernel may take', () => {
  // Every third case by hand: each shape has up to seven tiles in two kernels, each a pipeline of its own.
  it.each(['conv2d', 'linear'])('%s: gives the same bits', async (operation) => {
    const wrong: string[] = [];
    let tried = 0;
    for (const item of opCases[operation].cases.cases.filter((_, i) => i % 3 === 0)) {
      for (const dispatch of compileCase(item).dispatches.filter(isTunable)) {
        const rig = new Rig(gpu.device, dispatch);
        const odd = await oddOnes(rig, dispatch.tuning.variants);
        rig.destroy();
        tried += dispatch.tuning.variants.length;
        for (const name of odd) wrong.push(`${JSON.stringify(item.args)} ${JSON.stringify(item.inputs)}: ${dispatch.tuning.kernel} ${name}`);
      }
    }
    console.info(`${operation}: ${tried} tiles`);
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(20);
    expect(gpu.errors).toEqual([]);
  });

  it('gives the same training, whichever is taken', async () => {
    const outcome = async (choices: ReadonlyMap<string, string>) => {
      const lanes = fourOptimizers.map((optimizer, i) => lane(String(i), optimizer));
      const h = await harness(gpu, lanes, trainerData(smallData(120), 40), { choices });
      await h.trainer.train(6);
      const used = tunablesOf(h.trainer).map(({ tuning }) => tuning.chosen);
      const losses = Object.values(h.told.points).map((points) => points.map((p) => p.loss));
      h.trainer.destroy();
      return { used, losses };
    };
    const list = tunables();
    const plain = await outcome(new Map());
    for (const k of [1, 2, 3]) {
      const other = await outcome(new Map(list.map(({ tuning: { key, variants } }) => [key, variants[k % variants.length].name])));
      expect(other.used).not.toEqual(plain.used);
      expect(other.losses).toEqual(plain.losses);
    }
  });
});

describe('the tuner', () => {
  it('times what is not known, within its budget, and finds nothing wrong', async () => {
    const list = tunables();
    const { choices, wrong } = await tune(gpu.device, list, new Map([[list[0].tuning.key, 'known']]), { budget: 60_000 });
    expect(wrong).toEqual([]);
    expect(choices.has(list[0].tuning.key)).toBe(false);
    expect(choices.size).toBeGreaterThan(0);
    for (const [key, name] of choices) {
      const { variants } = list.find(({ tuning }) => tuning.key === key)?.tuning ?? { variants: [] };
      expect(variants.map((v) => v.name)).toContain(name);
    }
    expect((await tune(gpu.device, list, new Map(), { budget: -1 })).choices.size).toBe(0);
    expect((await tune(gpu.device, list, new Map(), { stop: () => true })).choices.size).toBe(0);
  });

  it('drops a candidate that gives something else, and names it', async () => {
    const [forward] = tunables('conv2d forward').filter(({ tuning }) => tuning.kernel === 'conv2d forward');
    const { choices, wrong } = await tune(gpu.device, [forward], new Map(), { budget: 60_000 });
    expect(wrong).toEqual([`conv2d forward ${forward.tuning.variants[0].name}`]);
    expect(choices.get(forward.tuning.key)).not.toBe(forward.tuning.variants[0].name);
  });

  it('keeps what it found for the next visit; switched off, it neither looks nor is asked', async () => {
    const store = memoryStore();
    const tiles = new Tiles(store);
    const h = await harness(gpu, [lane('a', fourOptimizers[3])], trainerData(smallData(120), 40), {});
    await tiles.tune(h.trainer, { budget: 60_000, software: true });
    const [kept] = store.kept.values();
    expect(Object.keys(kept).sort()).toEqual(
      tunablesOf(h.trainer)
        .filter((d) => d.tuning.variants.length > 1)
        .map((d) => d.tuning.key)
        .sort(),
    );
    const again = new Tiles(store);
    expect(Object.fromEntries(await again.choices(gpu))).toEqual(kept);
    again.on = false;
    expect((await again.choices(gpu)).size).toBe(0);
    store.kept.clear();
    await again.tune(h.trainer, { budget: 60_000, software: true });
    expect(store.kept.size).toBe(0);
    h.trainer.destroy();
  });
});

describe('a wrong tile', () => {
  it.each(['conv2d forward', 'conv2d backward'])(
    'of %s: is noticed and replaced by the next, and training goes on as if it had never been',
    async (wrongTile) => {
      const [found] = tunables(wrongTile).filter(({ tuning }) => tuning.kernel === wrongTile);
      const { choices, wrong } = await checkVariants(gpu.device, tunables(wrongTile));
      expect(wrong).toContain(
        `${wrongTile}: tile ${found.tuning.variants[0].name} gives wrong results on this GPU and was replaced by ${choices.get(found.tuning.key)}`,
      );
      const lanes = () => [lane('a', fourOptimizers[3])];
      const right = await harness(gpu, lanes(), trainerData(smallData(120), 40), {});
      await right.trainer.train(8);
      const h = await harness(gpu, lanes(), trainerData(smallData(120), 40), { wrongTile });
      const tiles = new Tiles(memoryStore());
      const sentences = await tiles.check(h.trainer);
      expect(sentences.length).toBeGreaterThan(0);
      for (const sentence of sentences) expect(sentence).toMatch(new RegExp(`^${wrongTile}: tile .* was replaced by`));
      await h.trainer.train(8);
      expect(h.told.points.a).toEqual(right.told.points.a);
      h.trainer.destroy();
      right.trainer.destroy();
    },
  );

  it('is not found where there is none', async () => {
    expect((await checkVariants(gpu.device, tunables())).wrong).toEqual([]);
  });
});
