import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Curves, TRAIN_METRICS } from '../../src/store/series.ts';
import type { TrainPoints } from '../../src/worker/protocol.ts';

function points(run: string, steps: readonly number[]): TrainPoints {
  const of = (f: (step: number) => number): Float32Array => Float32Array.from(steps, f);
  return {
    run,
    step: Uint32Array.from(steps),
    train_loss: of((s) => 1 / s),
    train_accuracy: of((s) => 1 - 1 / s),
    lr: of(() => 0.1),
    grad_norm: of((s) => 2 / s),
    update_ratio: of(() => 1e-3),
    time: of((s) => s / 100),
  };
}

describe('Curves', () => {
  it('takes every step once, however often and in whatever overlap it is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 })), { maxLength: 20 }), (batches) => {
        const curves = new Curves();
        let reached = 0;
        for (const [from, n] of batches) {
          // A worker never leaves a gap: it goes on, or sends again what it has sent.
          const start = Math.min(from, reached + 1);
          curves.append(
            [
              points(
                'a',
                Array.from({ length: n }, (_, i) => start + i),
              ),
            ],
            [],
          );
          reached = Math.max(reached, start + n - 1);
        }
        const series = curves.of('a');
        const steps = [...series.step.data.subarray(0, series.step.length)];
        expect(steps).toEqual(Array.from({ length: reached }, (_, i) => i + 1));
        for (const metric of TRAIN_METRICS) expect(series.train[metric].length).toBe(reached);
        for (const [i, step] of steps.entries()) expect(series.train.train_loss.data[i]).toBe(Math.fround(1 / step));
      }),
    );
  });

  it('never changes a point that is there', () => {
    const curves = new Curves();
    curves.append([points('a', [1, 2, 3])], [{ run: 'a', step: 2, val_loss: 5, val_accuracy: 0.5 }]);
    const other = points('a', [1, 2, 3]);
    other.train_loss.fill(99);
    curves.append([other], [{ run: 'a', step: 2, val_loss: 99, val_accuracy: 0.9 }]);
    expect(curves.of('a').train.train_loss.data[2]).toBe(Math.fround(1 / 3));
    expect(curves.of('a').validation.val_loss.data[0]).toBe(5);
    expect(curves.of('a').best()).toBe(0.5);
  });

  it('finds values by step and time by validation', () => {
    const curves = new Curves();
    curves.append([points('a', [1, 2, 3, 4])], [{ run: 'a', step: 4, val_loss: 1, val_accuracy: 0.25 }]);
    const series = curves.of('a');
    expect(series.indexAt('train_loss', 3)).toBe(2);
    expect(series.indexAt('train_loss', 0)).toBe(-1);
    expect(series.indexAt('train_loss', 100)).toBe(3);
    expect(series.validationTime.data[0]).toBeCloseTo(0.04, 6);
  });

  it('brings back what a snapshot held, and goes on from there', () => {
    const curves = new Curves();
    curves.append([points('a', [1, 2, 3])], []);
    const before = curves.snapshot();
    curves.clear();
    expect(curves.lastStep()).toBe(0);
    curves.append([points('a', [1])], []);
    curves.restore(before);
    expect(curves.lastStep()).toBe(3);
    curves.append([points('a', [1, 2, 3, 4])], []);
    expect(curves.of('a').step.length).toBe(4);
  });

  it('tells its listeners only of what is new', () => {
    const curves = new Curves();
    let heard = 0;
    curves.subscribe(() => heard++);
    curves.append([points('a', [1, 2])], []);
    curves.append([points('a', [1, 2])], []);
    expect(heard).toBe(1);
  });
});
