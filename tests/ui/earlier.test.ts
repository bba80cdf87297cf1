import { beforeEach, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/model/types.ts';
import { clearRaces, earlierStore, forgetRaces, keepRace, taskOf } from '../../src/store/earlier.ts';
import { curves } from '../../src/store/series.ts';

const experiment = (names: readonly string[], more: Partial<Experiment> = {}): Experiment => ({
  name: 'x',
  model: { input: [1, 1, 1], layers: [] },
  data: { type: 'digits' },
  batch_size: 1,
  loss: { type: 'CrossEntropyLoss' },
  seed: 1,
  eval_every: 1,
  runs: names.map((name) => ({ name, optimizer: { type: 'SGD', lr: 1 } })),
  ...more,
});

function train(id: string, n: number): void {
  const values = new Float32Array(n).fill(1);
  const step = Uint32Array.from({ length: n }, (_, i) => i + 1);
  curves.append(
    [{ run: id, step, train_loss: values, train_accuracy: values, lr: values, grad_norm: values, update_ratio: values, time: values }],
    [],
  );
}

const race = (id: string, n: number): boolean => {
  train(id, n);
  return keepRace({ experiment: experiment([id]), ids: [id] });
};
const names = (): string[][] => earlierStore.getState().races.map(({ runs }) => runs.map((run) => run.name));

describe('earlier races', () => {
  beforeEach(() => {
    curves.clear();
    clearRaces();
  });

  it('are the newest three', () => {
    for (const id of ['a', 'b', 'c', 'd']) expect(race(id, 10)).toBe(true);
    expect(names()).toEqual([['d'], ['c'], ['b']]);
  });

  it('are no more points than the page has room for', () => {
    race('a', 10);
    expect(race('b', 999_995)).toBe(true);
    expect(names()).toEqual([['b']]);
    expect(race('c', 1_000_001)).toBe(false);
  });

  it('are none without points, and never the same curve twice', () => {
    expect(keepRace({ experiment: experiment(['a']), ids: ['a'] })).toBe(false);
    race('a', 10);
    race('a', 20);
    expect(names()).toEqual([['a']]);
  });

  it('are forgotten when Undo brings them back', () => {
    race('a', 10);
    const snapshot = curves.snapshot();
    curves.clear();
    race('b', 10);
    forgetRaces(snapshot);
    expect(names()).toEqual([['b']]);
  });

  it('belong to their data and loss', () => {
    expect(taskOf(experiment([]))).toBe(taskOf(experiment([], { seed: 9, batch_size: 7 })));
    expect(taskOf(experiment([]))).not.toBe(taskOf(experiment([], { data: { type: 'shapes' } })));
  });
});
