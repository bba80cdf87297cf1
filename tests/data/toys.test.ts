import { describe, expect, test } from 'vitest';
import { bell, cos, sin } from '../../src/data/exact.ts';
import { fingerprint } from '../../src/data/fingerprint.ts';
import { circles, spirals, xor } from '../../src/data/toys.ts';
import type { Dataset } from '../../src/data/types.ts';
import { random } from '../../src/model/random.ts';
import { dataError } from './support.ts';

const OPTIONS = { samples: 1000, noise: 0.1, seed: 5 };

const TOYS: readonly [string, (options: typeof OPTIONS) => Dataset, string][] = [
  ['spirals', (options) => spirals({ ...options, turns: 1.5, arms: 2 }), 'cf0c976f'],
  ['three arms', (options) => spirals({ ...options, turns: 1, arms: 3 }), 'bdef10ad'],
  ['circles', circles, '2d8d49b2'],
  ['xor', xor, '8034bed8'],
];

/** Share of validation points whose nearest training point has another class: what no classifier can do much about. */
function confusion({ images, labels, train }: Dataset): number {
  let wrong = 0;
  for (let i = train; i < labels.length; i++) {
    let nearest = Infinity;
    let label = -1;
    for (let j = 0; j < train; j++) {
      const distance = (images[2 * i] - images[2 * j]) ** 2 + (images[2 * i + 1] - images[2 * j + 1]) ** 2;
      if (distance < nearest) [nearest, label] = [distance, labels[j]];
    }
    if (label !== labels[i]) wrong++;
  }
  return wrong / (labels.length - train);
}

describe.each(TOYS)('%s', (_, make, pinned) => {
  const toy = make(OPTIONS);

  test('has shape [2, 1, 1], four fifths for training, nothing left to standardise', () => {
    expect(toy.shape).toEqual([2, 1, 1]);
    expect(toy.images).toBeInstanceOf(Float32Array);
    expect(toy.images.length).toBe(2000);
    expect(toy.train).toBe(800);
    expect(toy.mean).toEqual([0, 0]);
    expect(toy.std).toEqual([1, 1]);
  });

  test('is centred with a standard deviation of about 1, whatever the noise', () => {
    for (const noise of [0, 0.1, 0.5]) {
      const { images } = make({ ...OPTIONS, samples: 4000, noise });
      for (const axis of [0, 1]) {
        const values = Array.from(images).filter((_, i) => i % 2 === axis);
        const mean = values.reduce((a, b) => a + b) / values.length;
        const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
        expect(Math.abs(mean)).toBeLessThan(0.06);
        expect(Math.abs(Math.sqrt(variance) - 1)).toBeLessThan(0.06);
      }
    }
  });

  test('separates its classes as far as the noise allows', () => {
    expect(confusion(make({ ...OPTIONS, noise: 0 }))).toBe(0);
    expect(confusion(toy)).toBeLessThan(0.06);
    expect(confusion(make({ ...OPTIONS, noise: 0.6 }))).toBeGreaterThan(0.1);
  });

  test('is reproducible and balanced', () => {
    expect(fingerprint(toy).toString(16)).toBe(pinned);
    expect(fingerprint(make({ ...OPTIONS, seed: 6 }))).not.toBe(fingerprint(toy));
    const counts = toy.classes.map((_, k) => toy.labels.filter((label) => label === k).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test('names the option that is out of range', async () => {
    for (const wrong of [{ samples: 4 }, { samples: 10.5 }, { noise: -1 }, { noise: Number.NaN }]) {
      expect((await dataError(() => make({ ...OPTIONS, ...wrong }))).message).toContain(Object.keys(wrong)[0]);
    }
  });
});

test('spirals check turns and arms', async () => {
  expect((await dataError(() => spirals({ ...OPTIONS, turns: 9, arms: 2 }))).message).toContain('turns');
  expect((await dataError(() => spirals({ ...OPTIONS, turns: 1, arms: 4 }))).message).toContain('arms');
});

describe('exact functions', () => {
  test('sine and cosine agree with the platform to the last digits', () => {
    let worst = 0;
    for (let i = -2000; i <= 2000; i++) {
      const angle = i * 0.0137;
      worst = Math.max(worst, Math.abs(cos(angle) - Math.cos(angle)), Math.abs(sin(angle) - Math.sin(angle)));
    }
    expect(worst).toBeLessThan(1e-14);
  });

  test('the bell has mean 0, variance 1 and bounds', () => {
    const r = random(1);
    const values = Array.from({ length: 20_000 }, () => bell(r));
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length).toBeCloseTo(1, 1);
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(3.47);
  });
});
