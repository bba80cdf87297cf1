import { describe, expect, it } from 'vitest';
import { commonName, groupings, groupRuns } from '../../src/model/groups.ts';
import type { ModelSpec, RunSpec } from '../../src/model/types.ts';

const model: ModelSpec = {
  input: [1, 4, 4],
  layers: [
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc', type: 'Linear', out_features: 2 },
  ],
};
const shared = { model, seed: 1 };
const run = (optimizer: RunSpec['optimizer'], seed?: number, more: Partial<RunSpec> = {}): RunSpec => ({
  name: 'x',
  optimizer,
  ...(seed !== undefined && { seed }),
  ...more,
});
const sgd = (lr: number, seed?: number, more: Partial<RunSpec> = {}): RunSpec => run({ type: 'SGD', lr }, seed, more);
const adam = (lr: number, seed?: number, more: Partial<RunSpec> = {}): RunSpec => run({ type: 'Adam', lr }, seed, more);
const ids = (runs: readonly RunSpec[]): string[] => runs.map((_, i) => `run${i}`);
const grouped = (runs: readonly RunSpec[], by: string) => groupRuns(runs, ids(runs), by, shared)?.map((g) => [g.label, g.ids.length]);

describe('groups by everything but the seed', () => {
  it('are the optimizers, by their names', () => {
    expect(
      grouped(
        [1, 2, 3].flatMap((seed) => [sgd(0.1, seed), adam(1e-3, seed)]),
        'seeds',
      ),
    ).toEqual([
      ['SGD', 3],
      ['Adam', 3],
    ]);
  });

  it('are told apart by what differs among those of one optimizer', () => {
    const runs = [1, 2].flatMap((seed) => [sgd(0.1, seed), sgd(0.01, seed), adam(1e-3, seed)]);
    expect(grouped(runs, 'seeds')).toEqual([
      ['SGD, lr 0.1', 2],
      ['SGD, lr 0.01', 2],
      ['Adam', 2],
    ]);
  });

  it('takes a default for what it is, a seed left out for that of the experiment, and looks for nothing', () => {
    const runs = [sgd(0.1, 1, { color: 3, name: 'a' }), run({ type: 'SGD', lr: 0.1, momentum: 0 }, undefined, { hidden: true }), sgd(0.1, 2)];
    expect(grouped(runs, 'seeds')).toEqual([['SGD', 3]]);
  });

  it('are called what the visitor calls them, where that tells them apart', () => {
    const named = (name: string, lr: number, seed: number): RunSpec => ({ ...sgd(lr, seed), name });
    const calls = (...names: string[]) =>
      grouped(
        names.map((name, i) => named(name, i < 2 ? 0.1 : 0.2, i % 2)),
        'seeds',
      )?.map(([label]) => label);
    expect(calls('Slow · seed 0', 'Slow · seed 1', 'Fast seed 0', 'Fast seed 1 (2)')).toEqual(['Slow', 'Fast']);
    expect(calls('A · seed 0', 'A · seed 1', 'A · seed 0', 'A · seed 1')).toEqual(['lr 0.1', 'lr 0.2']);
    expect(calls('A', 'B', 'C', 'C')).toEqual(['lr 0.1', 'lr 0.2']);
  });

  it('have the name that is left without seeds, and without counters where only these differ', () => {
    expect(commonName(['Adam, seed 1', 'Adam (seed 2)', 'Adam · seed 2 (2)'])).toBe('Adam');
    expect(commonName(['Adam', 'Adam (2)', 'Adam #3', 'Adam 4'])).toBe('Adam');
    expect(commonName(['SGD, lr 1 · seed 1', 'SGD, lr 1 · seed 2']), 'a number that belongs to the name').toBe('SGD, lr 1');
    expect(commonName(['A', 'B'])).toBeNull();
    expect(commonName(['seed 1', 'seed 2'])).toBeNull();
  });

  it('keeps networks and schedules apart', () => {
    const other: ModelSpec = { ...model, layers: [...model.layers, { id: 'relu', type: 'ReLU' }] };
    const runs = [1, 2].flatMap((seed) => [
      sgd(0.1, seed),
      sgd(0.1, seed, { model: other }),
      sgd(0.1, seed, { schedule: { type: 'StepLR', step_size: 9 } }),
    ]);
    expect(grouped(runs, 'seeds')?.map(([, n]) => n)).toEqual([2, 2, 2]);
    expect(new Set(grouped(runs, 'seeds')?.map(([label]) => label)).size).toBe(3);
  });

  it('is nothing where every run would be alone', () => {
    expect(grouped([sgd(0.1), adam(0.1)], 'seeds')).toBeUndefined();
    expect(grouped([sgd(0.1)], 'seeds')).toBeUndefined();
    expect(grouped([sgd(0.1, 1), sgd(0.1, 2)], 'none')).toBeUndefined();
  });

  it('does not mind an argument that is being typed wrongly', () => {
    expect(grouped([sgd(-1, 1), sgd(-1, 2), adam(1)], 'seeds')?.[0]?.[1]).toBe(2);
  });
});

describe('groups by one setting', () => {
  const runs = [sgd(0.1, 1), sgd(0.1, 2), adam(0.1, 1), adam(0.001, 2, { init: { type: 'zeros' } })];

  it('offers what the runs differ in, and nothing else', () => {
    const keys = groupings(runs, shared).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['seeds', 'optimizer', 'optimizer.lr', 'seed', 'init']));
    expect(keys).not.toContain('model');
    expect(keys).not.toContain('optimizer.momentum');
    expect(groupings([sgd(1), sgd(1)], shared)).toEqual([]);
  });

  it('says its value', () => {
    expect(grouped(runs, 'optimizer.lr')).toEqual([
      ['lr 0.1', 3],
      ['lr 1e-3', 1],
    ]);
    expect(grouped(runs, 'seed')).toEqual([
      ['seed 1', 2],
      ['seed 2', 2],
    ]);
  });

  it('is nothing for a setting that all share, or that nobody has', () => {
    expect(grouped(runs, 'model')).toBeUndefined();
    expect(grouped(runs, 'optimizer.nonsense')).toBeUndefined();
  });

  it('finds an option that later versions of a run may have', () => {
    const some = [{ ...sgd(0.1), accumulate: 4 }, { ...adam(0.1), accumulate: 4 }, sgd(0.2)] as RunSpec[];
    expect(groupings(some, shared).map(({ key }) => key)).toContain('accumulate');
    expect(grouped(some, 'accumulate')).toEqual([
      ['accumulate 4', 2],
      ['no accumulate', 1],
    ]);
  });
});
