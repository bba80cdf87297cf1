/** More lanes than the device's buffers hold: several programs, stepped in turn, and nobody's curve knows. */
import { describe, expect, it } from 'vitest';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import { bitwise, fourOptimizers, harness, lane, lossesOf, sharedGpu, smallData, trainerData } from '../support/train.ts';

const STEPS = 9;
const data = trainerData(smallData());
const lanes = (count: number) => Array.from({ length: count }, (_, i) => lane(String(i), fourOptimizers[i % 4], { seed: i }));

/** A device of its own that says it allows so many bytes a buffer. */
async function smallGpu(bytes: number): Promise<Gpu> {
  const gpu = await requestGpu();
  const limits = { maxBufferSize: bytes, maxStorageBufferBindingSize: bytes } as GPUSupportedLimits;
  Object.defineProperty(gpu.device, 'limits', { value: limits });
  return gpu;
}

describe('lanes that do not fit one program', () => {
  it('train in several of about equal size, each bit-identical to the lane among all', async () => {
    const whole = await harness(await sharedGpu(), lanes(10), data);
    const { largest } = whole.trainer.fit(lanes(10));
    const gpu = await smallGpu(4 * largest + 100);
    const split = await harness(gpu, lanes(10), data);
    expect(split.trainer.fit(lanes(10)).most).toBe(4);
    expect(split.trainer.allGroups.map((group) => group.lanes.length)).toEqual([4, 4, 2]);
    await whole.trainer.train(STEPS);
    await split.trainer.train(STEPS);
    expect(split.trainer.allGroups, 'they do not merge into what does not fit').toHaveLength(3);
    for (let i = 0; i < 10; i++) expect(bitwise(`lane ${i}`, lossesOf(split, String(i)), lossesOf(whole, String(i)))).toBeNull();
    expect(lossesOf(split, '9')).toHaveLength(STEPS);

    // One that joins late catches up and finds a place.
    expect(await split.trainer.update(lanes(11))).toEqual(['10']);
    await split.trainer.train(STEPS + 3);
    expect(split.trainer.allGroups.map((group) => group.lanes.length)).toEqual([4, 4, 3]);
    expect(lossesOf(split, '10')).toHaveLength(STEPS + 3);
    whole.trainer.destroy();
    split.trainer.destroy();
    gpu.device.destroy();
  });

  it('are told before anything is allocated when not even one fits', async () => {
    const whole = await harness(await sharedGpu(), lanes(1), data);
    const { largest } = whole.trainer.fit(lanes(1));
    whole.trainer.destroy();
    const gpu = await smallGpu(largest - 4);
    await expect(harness(gpu, lanes(3), data)).rejects.toThrow(/one tensor of this layer needs \d+ MB for 3 runs; this GPU allows/);
    gpu.device.destroy();
  });

  it('are counted by the optimizer with the largest state', async () => {
    const { trainer } = await harness(await sharedGpu(), lanes(1), data);
    const bytes = (optimizer: OptimizerSpec): number => trainer.fit([lane('0', { type: 'SGD', lr: 0.1 }), lane('1', optimizer)]).lane_bytes;
    const plain = bytes({ type: 'SGD', lr: 0.2 });
    expect(bytes({ type: 'Adam', lr: 0.1 })).toBeGreaterThan(bytes({ type: 'SGD', lr: 0.2, momentum: 0.9 }));
    expect(bytes({ type: 'SGD', lr: 0.2, momentum: 0.9 })).toBeGreaterThan(plain);
    trainer.destroy();
  });
});

it('64 lanes train as one program', async () => {
  const { trainer, told } = await harness(await sharedGpu(), lanes(64), data);
  expect(trainer.allGroups).toHaveLength(1);
  await trainer.train(3);
  expect(Object.values(told.points).map((points) => points.length)).toEqual(new Array(64).fill(3));
  trainer.destroy();
});
