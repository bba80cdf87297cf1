import { describe, expect, it } from 'vitest';
import { restoreExperiment } from '../../src/model/experiment.ts';
import { checkGrid, families, gridRuns } from '../../src/model/grid.ts';
import { encodeLink } from '../../src/model/link.ts';
import { optimizers, optimizerTypes } from '../../src/model/optimizers/index.ts';
import { preset } from '../../src/model/presets.ts';
import type { Experiment, RunSpec } from '../../src/model/types.ts';

const race = preset('optimizer-race')!.experiment;
const positions = (runs: readonly RunSpec[]): number[] => runs.map((run, i) => run.color ?? i);
const grid = (runs: readonly RunSpec[], count: number, first = 1): RunSpec[] => gridRuns(families(runs, positions(runs)), { count, first });

describe('a grid of runs and seeds', () => {
  it('is the product, family by family, each in its colour', () => {
    const runs = grid(race.runs.slice(0, 2), 3, 7);
    expect(runs.map(({ name, seed, color }) => [name, seed, color])).toEqual([
      ['SGD · seed 7', 7, 0],
      ['SGD · seed 8', 8, 0],
      ['SGD · seed 9', 9, 0],
      ['Momentum · seed 7', 7, 1],
      ['Momentum · seed 8', 8, 1],
      ['Momentum · seed 9', 9, 1],
    ]);
    expect(runs[4]!.optimizer).toEqual(race.runs[1]!.optimizer);
  });

  it('made from a grid is made from what that was made of', () => {
    const once = grid(race.runs, 3);
    expect(families(once, positions(once)).map(({ name, color }) => [name, color])).toEqual([
      ['SGD', 0],
      ['Momentum', 1],
      ['RMSProp', 2],
      ['Adam', 3],
    ]);
    expect(grid(once, 3)).toEqual(once);
  });

  it('keeps apart what has the same name but trains otherwise', () => {
    const [sgd] = race.runs;
    const twice = [sgd!, { ...sgd!, optimizer: { ...sgd!.optimizer, lr: 0.5 } }];
    expect(grid(twice, 2).map((run) => run.name)).toEqual(['SGD · seed 1', 'SGD · seed 2', 'SGD 2 · seed 1', 'SGD 2 · seed 2']);
  });

  it('keeps names within what an experiment allows', () => {
    const long = [{ ...race.runs[0]!, name: 'a'.repeat(80) }];
    const runs = grid(long, 2, 4_000_000_000);
    expect(runs[0]!.name).toMatch(/^a+ · seed 4000000000$/);
    expect(() => restoreExperiment({ ...race, runs })).not.toThrow();
  });

  it.each([
    ['Choose at least one run.', 0, { count: 5, first: 1 }],
    ['A grid has 2 to 10 seeds.', 2, { count: 11, first: 1 }],
    ['A grid has 2 to 10 seeds.', 2, { count: 1, first: 1 }],
    ['Seeds are whole numbers from 0 to 4294967295.', 2, { count: 3, first: 4_294_967_293.5 }],
    ['Seeds are whole numbers from 0 to 4294967295.', 2, { count: 3, first: 4_294_967_294 }],
    ['8 runs × 9 seeds are 72; an experiment holds 64. Fewer runs or fewer seeds fit.', 8, { count: 9, first: 1 }],
  ])('is refused: %s', (message, runs, seeds) => {
    expect(() => checkGrid(new Array(runs), seeds)).toThrow(message);
  });

  it('of 64 runs is a valid experiment whose link stays short', async () => {
    const eight = optimizerTypes.slice(0, 8).map(
      (type): RunSpec => ({
        name: optimizers[type]!.label,
        optimizer: { type, lr: 0.01 },
        schedule: { type: 'CosineAnnealingLR', T_max: 600, warmup_steps: 50 },
      }),
    );
    const experiment: Experiment = { ...race, runs: grid(eight, 8) };
    expect(restoreExperiment(experiment).runs).toHaveLength(64);
    expect((await encodeLink(experiment)).length).toBeLessThan(2048);
  });
});
