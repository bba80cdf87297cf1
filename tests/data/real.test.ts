/** The published MNIST and CIFAR-10 files, where they are at hand: DATA_DIR, or shared/data beside the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFiles } from '../../src/data/files.ts';
import type { SourceFile } from '../../src/data/inflate.ts';
import { dataError } from './support.ts';

const root = resolve(import.meta.dirname, '../..');
const directory = resolve(root, process.env.DATA_DIR || '../shared/data');

const MNIST = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'].map((name) =>
  join('mnist', name),
);
const CIFAR10 = ['data_batch_1.bin', 'test_batch.bin', 'batches.meta.txt'].map((name) => join('cifar10', name));
const absent = (files: readonly string[]): boolean => !files.every((file) => existsSync(join(directory, file)));

const load = (path: string): SourceFile => {
  const bytes = new Uint8Array(readFileSync(join(directory, path)));
  return new File([bytes], path.split(/[\\/]/).at(-1) ?? path);
};

describe.skipIf(absent(MNIST))('MNIST (needs DATA_DIR/mnist)', () => {
  const files = absent(MNIST) ? [] : MNIST.map(load);

  test('opens with its known size, moments and labels', async () => {
    const dataset = await openFiles(files);
    expect(dataset).toMatchObject({ shape: [1, 28, 28], train: 60_000 });
    expect(dataset.labels.length).toBe(70_000);
    expect(dataset.mean[0]).toBeCloseTo(0.1307, 4);
    expect(dataset.std[0]).toBeCloseTo(0.3081, 4);
    expect(Array.from(dataset.labels.subarray(0, 8))).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect(Array.from(dataset.labels.subarray(60_000, 60_005))).toEqual([7, 2, 1, 0, 4]);
  });

  test('opens without the test files, split by the seed', async () => {
    const dataset = await openFiles(files.slice(0, 2), { val_fraction: 1 / 6, seed: 1 });
    expect([dataset.train, dataset.labels.length]).toEqual([50_000, 60_000]);
  });

  test('with training images and test labels says which counts disagree', async () => {
    expect((await dataError(() => openFiles([files[0], files[3]]))).message).toMatch(
      /t10k-labels-idx1-ubyte\.gz: expected 60000 labels.*found 10000/,
    );
  });
});

describe.skipIf(absent(CIFAR10))('CIFAR-10 (needs DATA_DIR/cifar10)', () => {
  test('opens with every record, its names, and means near the published ones', async () => {
    const files = CIFAR10.map(load);
    const dataset = await openFiles(files);
    const records = files.map((file) => (file.size ?? 0) / 3073);
    expect(dataset).toMatchObject({ shape: [3, 32, 32], train: records[0] });
    expect(dataset.labels.length).toBe(records[0] + records[1]);
    expect([dataset.classes[0], dataset.classes[9]]).toEqual(['airplane', 'truck']);
    // All five batches have 0.4914, 0.4822, 0.4465; one of them comes close.
    [0.4914, 0.4822, 0.4465].forEach((mean, c) => {
      expect(Math.abs(dataset.mean[c] - mean)).toBeLessThan(0.02);
    });
  });
});
