/** How far a linear classifier gets: the digits must leave something for a convolutional network to do. */
import { expect, test } from 'vitest';
import { digits } from '../../src/data/digits.ts';
import type { Dataset } from '../../src/data/types.ts';
import { permute } from '../../src/model/random.ts';

/** Softmax regression trained by Adam; weights [K, D + 1], the last column is the bias. */
class SoftmaxRegression {
  readonly #x: Float32Array;
  readonly #width: number;
  readonly #classes: number;
  readonly #w: Float64Array;
  readonly #m: Float64Array;
  readonly #v: Float64Array;
  #steps = 0;

  constructor(readonly dataset: Dataset) {
    const { images, labels, mean, std, classes } = dataset;
    this.#width = images.length / labels.length + 1;
    this.#classes = classes.length;
    this.#x = new Float32Array(labels.length * this.#width).fill(1);
    for (let i = 0; i < images.length; i++) {
      const sample = Math.floor(i / (this.#width - 1));
      this.#x[i + sample] = (images[i] / 255 - mean[0]) / std[0];
    }
    this.#w = new Float64Array(this.#classes * this.#width);
    this.#m = new Float64Array(this.#w.length);
    this.#v = new Float64Array(this.#w.length);
  }

  /** Class probabilities [K] of sample i. */
  predict(i: number): number[] {
    const x = this.#x.subarray(i * this.#width, (i + 1) * this.#width);
    const logits = Array.from({ length: this.#classes }, (_, k) => {
      let sum = 0;
      for (let d = 0; d < this.#width; d++) sum += this.#w[k * this.#width + d] * x[d];
      return sum;
    });
    const most = Math.max(...logits);
    const powers = logits.map((z) => Math.exp(z - most));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((p) => p / total);
  }

  step(batch: readonly number[], lr: number): void {
    const gradient = new Float64Array(this.#w.length);
    for (const i of batch) {
      const x = this.#x.subarray(i * this.#width, (i + 1) * this.#width);
      this.predict(i).forEach((p, k) => {
        const error = (p - (this.dataset.labels[i] === k ? 1 : 0)) / batch.length;
        for (let d = 0; d < this.#width; d++) gradient[k * this.#width + d] += error * x[d];
      });
    }
    this.#steps++;
    for (let j = 0; j < gradient.length; j++) {
      this.#m[j] = 0.9 * this.#m[j] + 0.1 * gradient[j];
      this.#v[j] = 0.999 * this.#v[j] + 0.001 * gradient[j] ** 2;
      const m = this.#m[j] / (1 - 0.9 ** this.#steps);
      const v = this.#v[j] / (1 - 0.999 ** this.#steps);
      this.#w[j] -= (lr * m) / (Math.sqrt(v) + 1e-8);
    }
  }

  accuracy(from: number, to: number): number {
    let right = 0;
    for (let i = from; i < to; i++) {
      const p = this.predict(i);
      if (p.indexOf(Math.max(...p)) === this.dataset.labels[i]) right++;
    }
    return right / (to - from);
  }
}

test('softmax regression, trained well, stays under 92 % on the digits', () => {
  const dataset = digits({ train_samples: 8000, val_samples: 1000, difficulty: 0.5, seed: 1 });
  const model = new SoftmaxRegression(dataset);
  const best: number[] = [];
  for (let epoch = 0; epoch < 16; epoch++) {
    const lr = epoch < 8 ? 1e-3 : epoch < 12 ? 3e-4 : 1e-4;
    for (let start = 0; start + 64 <= dataset.train; start += 64) {
      model.step(
        Array.from({ length: 64 }, (_, j) => permute(start + j, dataset.train, epoch)),
        lr,
      );
    }
    best.push(model.accuracy(dataset.train, dataset.labels.length));
  }
  expect(Math.max(...best)).toBeLessThan(0.92);
  // It did learn what a line can tell, and its training is over: the last rounds change nothing.
  expect(model.accuracy(0, 2000)).toBeGreaterThan(0.88);
  expect(best.at(-1)).toBeGreaterThan(0.85);
  expect(Math.abs((best.at(-1) ?? 0) - best[12])).toBeLessThan(0.01);
});
