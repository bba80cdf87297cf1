/** Validation: of exactly the weights of its step, over every sample once, whatever is in flight. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { predictOn } from '../../src/train/predict.ts';
import { bitwise, fourOptimizers, type Harness, harness, lane, lossesOf, sharedGpu, smallData, trainerData } from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const lanes = () => [lane('a', fourOptimizers[0]), lane('b', fourOptimizers[2])];

/** Mean cross-entropy and accuracy of a run on its validation samples, in float64 from its logits. */
async function judge({ trainer }: Harness, run: string): Promise<{ loss: number; accuracy: number }> {
  const { images, labels, train } = trainer.data;
  const logits = await predictOn(trainer, run, images.slice(128 * train));
  const count = labels.length - train;
  let loss = 0;
  let hits = 0;
  for (let n = 0; n < count; n++) {
    const z = [...logits.subarray(4 * n, 4 * n + 4)];
    const label = labels[train + n];
    loss += Math.log(z.reduce((sum, v) => sum + Math.exp(v - z[label]), 0));
    if (z.indexOf(Math.max(...z)) === label) hits++;
  }
  return { loss: loss / count, accuracy: hits / count };
}

describe('validation', () => {
  it.each([1, 7, 8, 9, 203])('of %i samples equals float64 from the logits, and training goes on as without it', async (count) => {
    const data = trainerData(smallData(24 + count), 24);
    const [h, silent] = [await harness(gpu, lanes(), data, { eval_every: 3 }), await harness(gpu, lanes(), data)];
    for (let step = 3; step <= 12; step += 3) {
      await h.trainer.train(step);
      await silent.trainer.train(step);
      for (const run of ['a', 'b']) {
        const told = h.told.validation[run].at(-1);
        const expected = await judge(silent, run);
        expect(told?.step).toBe(step);
        expect(Math.abs((told?.evaluation.loss ?? 0) - expected.loss) / expected.loss).toBeLessThan(1e-6);
        expect(told?.evaluation.accuracy).toBeCloseTo(expected.accuracy, 6);
      }
    }
    for (const run of ['a', 'b']) {
      expect(h.told.validation[run].map((v) => v.step)).toEqual([3, 6, 9, 12]);
      expect(bitwise('losses', lossesOf(h, run), lossesOf(silent, run))).toBeNull();
    }
    h.trainer.destroy();
    silent.trainer.destroy();
  });

  it('is of the weights of its step, however many submits it takes and whatever is waiting behind it', async () => {
    const data = trainerData(smallData(24 + 203), 24);
    const [flowing, halting] = [await harness(gpu, lanes(), data, { eval_every: 2 }), await harness(gpu, lanes(), data)];
    await flowing.trainer.train(40);
    for (let step = 2; step <= 40; step += 2) {
      await halting.trainer.train(step);
      const { group } = halting.trainer.groupOf('a');
      const [a, b] = await halting.trainer.evaluateGroup(group);
      expect(flowing.told.validation.a[step / 2 - 1]).toEqual({ step, evaluation: a });
      expect(flowing.told.validation.b[step / 2 - 1]).toEqual({ step, evaluation: b });
    }
    flowing.trainer.destroy();
    halting.trainer.destroy();
  });

  it('of a run that joins late comes for every step that the others had', async () => {
    const data = trainerData(smallData(24 + 20), 24);
    const h = await harness(gpu, [lane('a', fourOptimizers[0])], data, { eval_every: 4 });
    const whole = await harness(gpu, lanes(), data, { eval_every: 4 });
    await h.trainer.train(9);
    await h.trainer.update(lanes());
    await h.trainer.train(16);
    await whole.trainer.train(16);
    expect(h.told.validation).toEqual(whole.told.validation);
    expect(h.told.validation.b.map((v) => v.step)).toEqual([4, 8, 12, 16]);
    h.trainer.destroy();
    whole.trainer.destroy();
  });
});
