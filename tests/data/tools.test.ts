import { describe, expect, test } from 'vitest';
import { digits } from '../../src/data/digits.ts';
import { fingerprint } from '../../src/data/fingerprint.ts';
import { shapes } from '../../src/data/shapes.ts';
import { split } from '../../src/data/split.ts';
import { standardise } from '../../src/data/standardise.ts';
import { thumbnails } from '../../src/data/thumbnails.ts';
import { xor } from '../../src/data/toys.ts';
import type { Dataset } from '../../src/data/types.ts';
import { dataError } from './support.ts';

/** n one-pixel images whose value is their place, label = place mod 3. */
const counted = (n: number): Dataset => ({
  name: 'counted',
  shape: [1, 1, 1],
  images: Uint8Array.from({ length: n }, (_, i) => i),
  labels: Uint8Array.from({ length: n }, (_, i) => i % 3),
  classes: ['a', 'b', 'c'],
  train: n,
  mean: [0],
  std: [1],
});

describe('split', () => {
  test('permutes images and labels together, loses and repeats none', () => {
    const { images, labels, train } = split(counted(200), 0.25, 3);
    expect(train).toBe(150);
    expect(Array.from(images).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(Array.from(labels)).toEqual(Array.from(images, (value) => value % 3));
  });

  test('depends on the seed only', () => {
    const of = (seed: number) => split(counted(100), 0.2, seed).images.join();
    expect(of(1)).toBe(of(1));
    expect(of(1)).not.toBe(of(2));
  });

  test('takes the moments of the new training part and keeps the kind of array', () => {
    const { images, mean, train } = split(counted(100), 0.5, 9);
    const sum = Array.from(images.subarray(0, train)).reduce((a, b) => a + b, 0);
    expect(mean[0]).toBe(sum / 50 / 255);
    expect(split(xor({ samples: 50, noise: 0.1, seed: 1 }), 0.5, 1).images).toBeInstanceOf(Float32Array);
  });

  test('leaves at least one sample on either side, or none held back', () => {
    expect(split(counted(2), 0.01, 0).train).toBe(1);
    expect(split(counted(3), 0.9, 0).train).toBe(1);
    expect(split(counted(3), 0, 0).train).toBe(3);
  });

  test('refuses shares out of range and single samples', async () => {
    for (const share of [-0.1, 0.95, Number.NaN]) expect((await dataError(() => split(counted(10), share, 0))).message).toContain('val_fraction');
    expect((await dataError(() => split(counted(1), 0.5, 0))).message).toContain('at least 2');
  });
});

describe('standardise', () => {
  test('bytes: per channel, training samples only, against plain sums', () => {
    // Two samples of two channels of two pixels; a third is for validation.
    const images = Uint8Array.from([0, 255, 10, 10, 255, 255, 10, 10, 99, 99, 99, 99]);
    const { mean, std } = standardise(images, [2, 1, 2], 2);
    expect(mean[0]).toBeCloseTo(0.75, 15);
    expect(std[0]).toBeCloseTo(Math.sqrt(0.1875), 15);
    expect(mean[1]).toBeCloseTo(10 / 255, 15);
    // A constant channel must not be divided by 0.
    expect(std[1]).toBe(1);
  });

  test('stays exact where squares pass 2⁵³', () => {
    const images = new Uint8Array(30_000_000).fill(255);
    images.fill(254, 0, 15_000_000);
    const { mean, std } = standardise(images, [1, 1000, 1000], 30);
    expect(mean[0]).toBe(254.5 / 255);
    expect(std[0]).toBe(0.5 / 255);
  });

  test('floats: a large mean does not swallow a small spread', () => {
    const { mean, std } = standardise(Float32Array.from([4096, 4098, 4096, 4098]), [1, 1, 2], 2);
    expect(mean[0]).toBe(4097);
    expect(std[0]).toBe(1);
  });
});

describe('fingerprint', () => {
  const dataset = counted(101);
  const changed = (change: Partial<Dataset>) => fingerprint({ ...dataset, ...change });

  test('notices every byte, label, the shape and the split', () => {
    const seen = new Set([fingerprint(dataset)]);
    for (let i = 0; i < 101; i++) {
      for (const bit of [1, 128]) {
        const images = Uint8Array.from(dataset.images);
        images[i] ^= bit;
        seen.add(changed({ images }));
      }
      const labels = Uint8Array.from(dataset.labels);
      labels[i] = (labels[i] + 1) % 3;
      seen.add(changed({ labels }));
    }
    seen.add(changed({ train: 100 }));
    seen.add(changed({ shape: [101, 1, 1] }));
    expect(seen.size).toBe(1 + 3 * 101 + 2);
  });

  test('does not depend on where the bytes lie or how labels are stored', () => {
    const room = new Uint8Array(200);
    room.set(dataset.images as Uint8Array, 3);
    expect(changed({ images: room.subarray(3, 104) })).toBe(fingerprint(dataset));
    expect(changed({ labels: Uint32Array.from(dataset.labels) })).toBe(fingerprint(dataset));
  });
});

describe('thumbnails', () => {
  test('show as many of each class as there is room for, from the training samples', () => {
    const dataset = shapes({ train_samples: 200, val_samples: 50, difficulty: 0.5, seed: 1 });
    const shown = thumbnails(dataset, 24);
    expect(shown.labels.length).toBe(24);
    expect(Math.max(...shown.indices)).toBeLessThan(200);
    expect(new Set(shown.indices).size).toBe(24);
    const counts = dataset.classes.map((_, k) => shown.labels.filter((label) => label === k).length);
    expect(Math.min(...counts)).toBe(2);
    expect(Math.max(...counts)).toBe(3);
  });

  test('hold the pixels as RGBA', () => {
    const dataset = shapes({ train_samples: 20, val_samples: 0, difficulty: 0.5, seed: 1 });
    const shown = thumbnails(dataset, 10);
    if (shown.kind !== 'images') throw new Error('expected images');
    expect(shown.rgba.length).toBe(10 * 32 * 32 * 4);
    const [k, p] = [7, 123];
    const at = (channel: number) => dataset.images[(shown.indices[k] * 3 + channel) * 1024 + p];
    expect(Array.from(shown.rgba.subarray((k * 1024 + p) * 4, (k * 1024 + p) * 4 + 4))).toEqual([at(0), at(1), at(2), 255]);
  });

  test('show one channel as grey, floats by their own range', () => {
    const grey = thumbnails(digits({ train_samples: 10, val_samples: 0, difficulty: 0, seed: 1 }), 1);
    if (grey.kind !== 'images') throw new Error('expected images');
    expect(grey.rgba.every((value, i) => i % 4 === 3 || value === grey.rgba[i - (i % 4)])).toBe(true);
    const floats = { ...counted(2), images: Float32Array.from([-3, 0, 3, 3]), shape: [1, 1, 2] as const };
    const shown = thumbnails(floats, 2);
    expect(shown.kind === 'images' && Array.from(shown.rgba)).toEqual([0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
  });

  test('are points for a 2-D toy', () => {
    const toy = xor({ samples: 100, noise: 0, seed: 1 });
    const shown = thumbnails(toy, 1000);
    if (shown.kind !== 'points') throw new Error('expected points');
    expect(shown.x.length).toBe(80);
    expect(Array.from(shown.x, (x, k) => (x * shown.y[k] > 0 ? 0 : 1))).toEqual(Array.from(shown.labels));
  });

  test('of nothing are nothing', () => {
    expect(thumbnails(counted(5), 0).labels.length).toBe(0);
  });
});
