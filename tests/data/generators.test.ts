import { describe, expect, test } from 'vitest';
import { digits, digitsSlowly } from '../../src/data/digits.ts';
import { fingerprint } from '../../src/data/fingerprint.ts';
import type { ImageOptions } from '../../src/data/options.ts';
import { shapes, shapesSlowly } from '../../src/data/shapes.ts';
import type { Dataset } from '../../src/data/types.ts';
import { dataError } from './support.ts';

const OPTIONS: ImageOptions = { train_samples: 300, val_samples: 100, difficulty: 0.5, seed: 7 };

/** Sample i as bytes. */
function sample({ images, shape }: Dataset, i: number): Uint8Array {
  const size = shape[0] * shape[1] * shape[2];
  return new Uint8Array(images.slice(i * size, (i + 1) * size));
}

function countClasses({ labels, classes }: Dataset, from: number, to: number): number[] {
  const counts = classes.map(() => 0);
  for (let i = from; i < to; i++) counts[labels[i]]++;
  return counts;
}

const GENERATORS = [
  { name: 'digits', generate: digits, generateSlowly: digitsSlowly, shape: [1, 28, 28], pinned: 'fb6bfa05' },
  { name: 'shapes', generate: shapes, generateSlowly: shapesSlowly, shape: [3, 32, 32], pinned: '3adfb9bc' },
] as const;

describe.each(GENERATORS)('$name', ({ name, generate, generateSlowly, shape, pinned }) => {
  const dataset = generate(OPTIONS);

  test('has the promised layout', () => {
    expect(dataset.shape).toEqual(shape);
    expect(dataset.images.length).toBe(400 * shape[0] * shape[1] * shape[2]);
    expect(dataset.labels.length).toBe(400);
    expect(dataset.train).toBe(300);
    expect(dataset.classes).toHaveLength(10);
    expect(dataset.mean).toHaveLength(shape[0]);
    for (const std of dataset.std) expect(std).toBeGreaterThan(0.15);
  });

  test('gives the same bytes for the same seed, on every machine', () => {
    expect(fingerprint(generate(OPTIONS))).toBe(fingerprint(dataset));
    expect(fingerprint(dataset).toString(16)).toBe(pinned);
    expect(fingerprint(generate({ ...OPTIONS, seed: 8 }))).not.toBe(fingerprint(dataset));
    expect(fingerprint(generate({ ...OPTIONS, difficulty: 0.6 }))).not.toBe(fingerprint(dataset));
  });

  test('holds each class equally often, in training and in validation', () => {
    expect(countClasses(dataset, 0, 300)).toEqual(Array(10).fill(30));
    expect(countClasses(dataset, 300, 400)).toEqual(Array(10).fill(10));
    // Not in a fixed order of classes: a sequential batch must not be a pattern.
    const runs = new Set(Array.from({ length: 30 }, (_, i) => dataset.labels.slice(10 * i, 10 * i + 10).join()));
    expect(runs.size).toBeGreaterThan(20);
  });

  test('keeps samples when there are more of them', () => {
    const more = generate({ ...OPTIONS, train_samples: 310 });
    for (const i of [0, 17, 299]) expect(sample(more, i)).toEqual(sample(dataset, i));
    for (const i of [0, 50, 99]) expect(sample(more, 310 + i)).toEqual(sample(dataset, 300 + i));
  });

  test('repeats no sample', () => {
    const seen = new Set(Array.from({ length: 400 }, (_, i) => sample(dataset, i).join()));
    expect(seen.size).toBe(400);
  });

  test('generates the same in slices, tells how far it is and lets others work', async () => {
    const heard: number[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const slow = await generateSlowly({ ...OPTIONS, train_samples: 3000 }, (fraction) => heard.push(fraction));
    clearInterval(timer);
    expect(fingerprint(slow)).toBe(fingerprint(generate({ ...OPTIONS, train_samples: 3000 })));
    expect(heard.length).toBeGreaterThan(2);
    expect(ticks).toBeGreaterThan(1);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.at(-1)).toBe(1);
  });

  test('names the option that is out of range', async () => {
    for (const wrong of [
      { train_samples: 0 },
      { train_samples: 1.5 },
      { train_samples: 1e9 },
      { val_samples: -1 },
      { difficulty: 1.01 },
      { difficulty: Number.NaN },
    ]) {
      const error = await dataError(() => generate({ ...OPTIONS, ...wrong }));
      expect(error.message).toContain(Object.keys(wrong)[0]);
      expect(error.file).toBe(name);
    }
  });

  test('works without validation samples and at both ends of difficulty', () => {
    for (const difficulty of [0, 1]) {
      const few = generate({ train_samples: 20, val_samples: 0, difficulty, seed: 0 });
      expect(few.train).toBe(20);
      expect(few.labels.length).toBe(20);
    }
  });
});

describe('digits look like MNIST', () => {
  const { images, mean, std } = digits({ train_samples: 1000, val_samples: 0, difficulty: 0.5, seed: 3 });

  test('are white on black with about as much ink', () => {
    // MNIST: 0.1307 and 0.3081.
    expect(mean[0]).toBeGreaterThan(0.11);
    expect(mean[0]).toBeLessThan(0.15);
    expect(std[0]).toBeGreaterThan(0.27);
    expect(std[0]).toBeLessThan(0.33);
  });

  test('never touch the border', () => {
    let brightest = 0;
    for (let i = 0; i < images.length; i++) {
      const row = Math.floor((i % 784) / 28);
      const column = i % 28;
      if (row === 0 || row === 27 || column === 0 || column === 27) brightest = Math.max(brightest, images[i]);
    }
    expect(brightest).toBeLessThan(64);
  });
});

test('9,000 digits take seconds at most', () => {
  const start = performance.now();
  digits({ train_samples: 8000, val_samples: 1000, difficulty: 0.5, seed: 1 });
  // About 0.4 s on a laptop; the limit only catches a fall into another order of magnitude on a busy machine.
  expect(performance.now() - start).toBeLessThan(6000);
});
