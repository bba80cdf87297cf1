/** The public entry: what a page that imports Descent gets. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { createTrainer, type Data, ModelError, StateDictError, type TrainerSetup } from '../../src/index.ts';
import { bitwise, bitwiseAll, fourOptimizers, sharedGpu, smallData, smallNet, smallRace } from '../support/train.ts';

const data = smallData();
const SIZE = 128;
let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const setup = (more: Partial<TrainerSetup> = {}): TrainerSetup => ({ ...smallRace(data), device: gpu.device, ...more });

describe('state dicts', () => {
  it('come in PyTorch’s names and sizes and go back unchanged', async () => {
    const trainer = await createTrainer(setup());
    await trainer.step(5);
    const dict = await trainer.stateDict(0);
    expect(Object.fromEntries(Object.entries(dict).map(([name, a]) => [name, a.length]))).toEqual({
      'conv1.weight': 90,
      'bn1.weight': 5,
      'bn1.bias': 5,
      'bn1.running_mean': 5,
      'bn1.running_var': 5,
      'conv2.weight': 270,
      'conv2.bias': 6,
      'fc.weight': 96,
      'fc.bias': 4,
    });
    await trainer.loadStateDict(1, { ...dict, 'bn1.num_batches_tracked': Float32Array.of(5) });
    expect(bitwiseAll('loaded', await trainer.stateDict(1), dict)).toEqual([]);
    const [a, b] = [await trainer.predict(0, data.images), await trainer.predict(1, data.images)];
    expect(bitwise('logits', b, a)).toBeNull();
    trainer.destroy();
  });

  it.each([
    ['a missing entry', (d: Record<string, Float32Array>) => delete d['bn1.running_var'], 'bn1.running_var', 'missing'],
    ['an unknown entry', (d: Record<string, Float32Array>) => (d['fc.wieght'] = new Float32Array(96)), 'fc.wieght', 'unknown'],
    ['an entry of the wrong size', (d: Record<string, Float32Array>) => (d['conv2.bias'] = new Float32Array(5)), 'conv2.bias', '5'],
  ])('%s is named, and nothing has changed', async (_, spoil, entry, word) => {
    const trainer = await createTrainer(setup());
    await trainer.step(3);
    const before = await trainer.stateDict(1);
    const dict = Object.fromEntries(Object.entries(await trainer.stateDict(0)).map(([name, a]) => [name, a.map((v) => v + 1)]));
    spoil(dict);
    const error = await trainer.loadStateDict(1, dict).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StateDictError);
    expect(error).toMatchObject({ entry, message: expect.stringContaining(entry) });
    expect((error as Error).message).toContain(word);
    expect(bitwiseAll('after', await trainer.stateDict(1), before)).toEqual([]);
    trainer.destroy();
  });

  it('of a run that diverged can be replaced, and it learns again', async () => {
    const trainer = await createTrainer(setup());
    const good = await trainer.stateDict(0);
    await trainer.loadStateDict(0, { ...good, 'fc.bias': Float32Array.of(0, Number.NaN, 0, 0) });
    expect((await trainer.step(3))[0]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    await trainer.loadStateDict(0, good);
    expect((await trainer.step(3))[0].every(Number.isFinite)).toBe(true);
    trainer.destroy();
  });

  it('leave out layers that the output does not depend on, and do not ask for them', async () => {
    const model = {
      ...smallNet,
      layers: [
        { id: 'spare', type: 'Conv2d', out_channels: 2, kernel_size: 1 },
        { ...smallNet.layers[0], inputs: ['input'] },
        ...smallNet.layers.slice(1),
      ],
    };
    const trainer = await createTrainer(setup({ model }));
    await trainer.step(2);
    const dict = await trainer.stateDict(0);
    await trainer.loadStateDict(1, dict);
    await trainer.loadStateDict(1, { ...dict, 'spare.weight': new Float32Array(4), 'spare.bias': new Float32Array(2) });
    await expect(trainer.loadStateDict(1, { ...dict, 'spare.weight': new Float32Array(3) })).rejects.toThrow('spare.weight');
    trainer.destroy();
  });
});

/** Cross-entropy and accuracy in float64. */
function judge(logits: Float32Array, labels: ArrayLike<number>, smoothing = 0): { loss: number; accuracy: number } {
  const [N, C] = [labels.length, logits.length / labels.length];
  let loss = 0;
  let hits = 0;
  for (let n = 0; n < N; n++) {
    const z = [...logits.subarray(n * C, (n + 1) * C)];
    const top = Math.max(...z);
    const log = top + Math.log(z.reduce((sum, v) => sum + Math.exp(v - top), 0));
    const mean = z.reduce((sum, v) => sum + v, 0) / C;
    loss += log - (1 - smoothing) * z[labels[n]] - smoothing * mean;
    if (z.indexOf(top) === labels[n]) hits++;
  }
  return { loss: loss / N, accuracy: hits / N };
}

describe('predict and evaluate', () => {
  it('give the same logits however many images are asked for at once', async () => {
    const trainer = await createTrainer(setup());
    await trainer.step(6);
    const all = await trainer.predict(0, data.images);
    expect(all).toHaveLength(160);
    for (const count of [1, 3, 7, 8, 9, 16, 39]) {
      for (const from of [0, 40 - count]) {
        const some = await trainer.predict(0, data.images.slice(from * SIZE, (from + count) * SIZE));
        expect(bitwise(`${count} from ${from}`, some, all.subarray(4 * from, 4 * (from + count)))).toBeNull();
      }
    }
    for (const batch_size of [1, 5, 32]) {
      const other = await createTrainer(setup({ batch_size }));
      await other.loadStateDict(0, await trainer.stateDict(0));
      const logits = await other.predict(0, data.images);
      expect(Math.max(...all.map((v, i) => Math.abs(v - logits[i])))).toBeLessThan(1e-5);
      other.destroy();
    }
    trainer.destroy();
  });

  it('agree with each other in float64, for any number of samples, and change nothing', async () => {
    const loss = { type: 'CrossEntropyLoss', label_smoothing: 0.1 };
    const [trainer, untouched] = [await createTrainer(setup({ loss })), await createTrainer(setup({ loss }))];
    const first = await trainer.step(6);
    for (const count of [1, 5, 8, 13, 40]) {
      const some = smallData(count, 11);
      const { loss: value, accuracy } = await trainer.evaluate(1, some);
      const expected = judge(await trainer.predict(1, some.images), some.labels, 0.1);
      expect(Math.abs(value - expected.loss) / expected.loss, `${count} samples`).toBeLessThan(1e-6);
      expect(accuracy, `${count} samples`).toBeCloseTo(expected.accuracy, 6);
    }
    const losses = [first, await trainer.step(6)].flatMap((runs) => runs[1]);
    expect(bitwise('losses', losses, (await untouched.step(12))[1])).toBeNull();
    trainer.destroy();
    untouched.destroy();
  });

  it('say what is wrong with what they are given', async () => {
    const trainer = await createTrainer(setup());
    const { images, labels } = smallData(8);
    const failing: [string, () => Promise<unknown>, string][] = [
      ['floats', () => trainer.predict(0, Float32Array.from(images)), 'Uint8Array'],
      ['half an image', () => trainer.predict(0, images.slice(0, 100)), '100'],
      ['no image', () => trainer.predict(0, images.slice(0, 0)), '0 values'],
      ['too few labels', () => trainer.evaluate(0, { images, labels: labels.length ? [0, 1] : [] }), '2 labels'],
      ['a label too large', () => trainer.evaluate(0, { images, labels: [0, 1, 2, 3, 4, 0, 0, 0] }), 'label 4 is 4'],
      ['a run that is not there', () => trainer.predict(2, images), 'no run 2'],
      ['a run that is not there', () => trainer.stateDict(-1), 'no run -1'],
    ];
    for (const [what, call, message] of failing) {
      const error = await call().catch((e: unknown) => e);
      expect(error, what).toBeInstanceOf(ModelError);
      expect((error as Error).message, what).toContain(message);
    }
    trainer.destroy();
  });
});

describe('checkpoints', () => {
  it('bring back the same losses, bit for bit, as often as asked', async () => {
    const trainer = await createTrainer(setup({ runs: fourOptimizers.map((optimizer) => ({ optimizer })) }));
    await trainer.step(7);
    const checkpoint = await trainer.checkpoint();
    const [losses, dict] = [await trainer.step(15), await trainer.stateDict(2)];
    for (let time = 0; time < 2; time++) {
      await trainer.restore(checkpoint);
      const again = await trainer.step(15);
      for (const r of [0, 1, 2, 3]) expect(bitwise(`run ${r}`, again[r], losses[r])).toBeNull();
      expect(bitwiseAll('weights', await trainer.stateDict(2), dict)).toEqual([]);
    }
    trainer.destroy();
  });

  it('fit another trainer with the same setup, and no other', async () => {
    const [trainer, twin] = [await createTrainer(setup()), await createTrainer(setup())];
    await trainer.step(5);
    const checkpoint = await trainer.checkpoint();
    await twin.restore(checkpoint);
    expect(await twin.step(5)).toEqual(await trainer.step(5));
    const model = { ...smallNet, layers: smallNet.layers.map((l) => (l.id === 'conv2' ? { ...l, out_channels: 70 } : l)) };
    for (const more of [{ model }, { runs: [{ optimizer: fourOptimizers[0] }] }]) {
      const other = await createTrainer(setup(more));
      await expect(other.restore(checkpoint)).rejects.toThrow(/checkpoint/);
      expect((await other.step(2))[0].every(Number.isFinite)).toBe(true);
      other.destroy();
    }
    trainer.destroy();
    twin.destroy();
  });
});

describe('training data', () => {
  it('in order wrap around where the batch does not divide them', async () => {
    const six = smallData(6);
    const pick = (order: number[]): Data => {
      const images = new Uint8Array(order.length * SIZE);
      order.forEach((s, i) => {
        images.set(six.images.subarray(s * SIZE, (s + 1) * SIZE), i * SIZE);
      });
      return { images, labels: order.map((s) => six.labels[s]), shape: [order.length, 2, 8, 8], classes: 4 };
    };
    const [wrapped, unrolled] = await Promise.all(
      [pick([0, 1, 2, 3, 4, 5]), pick([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5])].map((d) =>
        createTrainer(setup({ data: d, batch_size: 4, shuffle: false })),
      ),
    );
    expect(await wrapped.step(9)).toEqual(await unrolled.step(9));
    wrapped.destroy();
    unrolled.destroy();
  });

  it('as bytes and as floats standardised by hand agree', async () => {
    const images = new Float32Array(data.images.length);
    for (let c = 0; c < 2; c++) {
      const values = [...data.images.keys()].filter((i) => Math.floor(i / 64) % 2 === c);
      const mean = values.reduce((sum, i) => sum + data.images[i] / 255, 0) / values.length;
      const std = Math.sqrt(values.reduce((sum, i) => sum + (data.images[i] / 255 - mean) ** 2, 0) / values.length);
      for (const i of values) images[i] = (data.images[i] / 255 - mean) / std;
    }
    const [bytes, floats] = [await createTrainer(setup()), await createTrainer(setup({ data: { ...data, images } }))];
    const [a, b] = [await bytes.step(12), await floats.step(12)];
    for (const [i, loss] of a[0].entries()) expect(Math.abs(b[0][i] - loss) / loss).toBeLessThan(1e-5);
    bytes.destroy();
    floats.destroy();
  });

  it('that hold a NaN freeze every run at the step that meets it', async () => {
    const images = Float32Array.from(data.images, (v) => v / 255);
    images[20 * SIZE + 5] = Number.NaN;
    const trainer = await createTrainer(setup({ data: { ...data, images }, shuffle: false }));
    const losses = await trainer.step(6);
    for (const list of losses) expect(list.map(Number.isFinite)).toEqual([true, true, false, false, false, false]);
    for (const name of ['conv1.weight', 'bn1.bias', 'fc.weight']) expect((await trainer.stateDict(0))[name].every(Number.isFinite)).toBe(true);
    trainer.destroy();
  });
});

describe('validation inside step', () => {
  const held = smallData(24, 8);
  const schedule = { type: 'ReduceLROnPlateau', patience: 0, factor: 0.5, threshold: 0.9 };
  const followed = (): TrainerSetup => ({
    ...setup(),
    runs: [{ optimizer: fourOptimizers[0], schedule }, { optimizer: fourOptimizers[2] }],
    validation: { images: held.images, labels: held.labels },
    eval_every: 4,
  });

  it('drives a plateau from the very next step on, whatever is asked for at a time, and is in the checkpoint', async () => {
    const [trainer, twin] = [await createTrainer(followed()), await createTrainer(followed())];
    const rates: number[] = [];
    let checkpoint: Awaited<ReturnType<typeof trainer.checkpoint>> | undefined;
    for (let step = 0; step < 14; step++) {
      rates.push(await trainer.learningRate(0));
      if (step === 10) checkpoint = await trainer.checkpoint();
      await trainer.step(1);
    }
    // Nothing falls to a tenth in four steps: a drop after every validation but the first.
    expect(rates).toEqual([0.05, 0.025, 0.0125].flatMap((lr, i) => Array<number>([8, 4, 2][i]).fill(lr)));
    expect(await trainer.learningRate(1)).toBe(fourOptimizers[2].lr);
    await twin.restore(checkpoint as NonNullable<typeof checkpoint>);
    expect(await twin.learningRate(0)).toBe(0.025);
    await twin.step(4);
    expect(await twin.learningRate(0)).toBe(0.0125);
    for (const run of [0, 1]) expect(bitwiseAll(`run ${run}`, await twin.stateDict(run), await trainer.stateDict(run))).toEqual([]);
    for (const each of [trainer, twin]) each.destroy();
  });

  it('changes nothing else: moments are those of the training images, and losses those without it', async () => {
    const [with_, without] = [await createTrainer({ ...followed(), runs: setup().runs }), await createTrainer(setup())];
    const [a, b] = [await with_.step(9), await without.step(9)];
    for (const [r, losses] of a.entries()) expect(bitwise(`run ${r}`, losses, b[r])).toBeNull();
    expect(await with_.evaluate(0, held)).toEqual(await without.evaluate(0, held));
    for (const each of [with_, without]) each.destroy();
  });

  it.each([
    ['no validation', { validation: undefined }, 'runs.0.schedule.type', 'ReduceLROnPlateau reads the validation loss, but there are no samples'],
    ['eval_every 0', { eval_every: 0 }, 'eval_every', 'eval_every must be a whole number from 1 to 10000, found 0'],
    ['floats among bytes', { validation: { images: new Float32Array(128), labels: [0] } }, 'validation.images', 'must be a Uint8Array'],
    ['half a sample', { validation: { images: new Uint8Array(64), labels: [0] } }, 'validation.images', 'has 64 values, but 1 labels need 128'],
    ['none', { validation: { images: new Uint8Array(0), labels: [] } }, 'validation.images', 'has 0 values'],
    ['no class', { validation: { images: new Uint8Array(128), labels: [4] } }, 'validation.labels', 'label 0 is 4, not a class below 4'],
  ])('with %s is an error that says so', async (_, more, path, message) => {
    const error = await createTrainer({ ...followed(), ...more }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ path, message: expect.stringContaining(message) });
  });
});
