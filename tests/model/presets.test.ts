import { describe, expect, it } from 'vitest';
import { restoreExperiment } from '../../src/model/experiment.ts';
import { checkModel, inferModel } from '../../src/model/infer.ts';
import { ledger } from '../../src/model/ledger.ts';
import { isChanged, preset, presets } from '../../src/model/presets.ts';
import { networks } from '../../src/model/zoo.ts';

describe('presets', () => {
  it.each(presets.map((p) => [p.id, p] as const))('%s is accepted as it stands', (id, { experiment }) => {
    expect(restoreExperiment(experiment)).toStrictEqual(experiment);
    expect(restoreExperiment(JSON.parse(JSON.stringify(experiment)))).toStrictEqual(experiment);
    expect(preset(id)!.experiment).toBe(experiment);
    expect(experiment.note).toBeTruthy();
  });

  it('are known to be changed once their runs, network, data or batches are, not by names, colours or what is hidden', () => {
    const { experiment } = preset('momentum-forms')!;
    const [first, ...rest] = experiment.runs;
    const withFirst = (change: object) => ({ ...experiment, runs: [{ ...first!, ...change }, ...rest] });
    expect([experiment, structuredClone(experiment), withFirst({ name: 'x', color: 5, hidden: true })].map(isChanged)).toEqual([false, false, false]);
    expect(isChanged(withFirst({ seed: 7 }))).toBe(true);
    expect(isChanged({ ...experiment, runs: rest })).toBe(true);
    expect(isChanged({ ...experiment, batch_size: 32 })).toBe(true);
    expect(isChanged({ ...experiment, data: { type: 'xor' } })).toBe(true);
    expect(isChanged({ ...experiment, note: 'Somebody’s own', runs: rest }), 'nothing is known of it').toBe(false);
  });

  it('have different ids and names', () => {
    expect(new Set(presets.map((p) => p.id)).size).toBe(presets.length);
    expect(new Set(presets.map((p) => p.experiment.name)).size).toBe(presets.length);
  });

  it('start with a race that a software adapter can run', () => {
    const race = presets[0]!;
    expect(race.id).toBe('optimizer-race');
    const { runs, flops } = ledger(race.experiment);
    expect(runs.map((run) => run.parameters)).toEqual([9122, 9122, 9122, 9122]);
    // About 5 GFLOP/s there: ten steps a second.
    expect(flops).toBeLessThan(5e8);
  });

  it('know no stranger', () => {
    for (const id of ['', 'nope', '__proto__', 'constructor']) expect(preset(id)).toBeUndefined();
  });
});

const INPUTS = { digits: [1, 28, 28], shapes: [3, 32, 32], points: [2, 1, 1], odd: [4, 17, 23], big: [3, 64, 64] } as const;

describe('networks', () => {
  it.each(networks.map((n) => [n.id, n] as const))('%s infers for every input it suits', (_id, network) => {
    for (const input of Object.values(INPUTS)) {
      if (!network.suits(input)) continue;
      for (const classes of [2, 10]) {
        const check = checkModel(network.build(input, classes));
        expect(check.error?.message).toBeUndefined();
        expect(check.info!.output).toEqual([classes]);
      }
    }
  });

  it.each([
    ['small-cnn-bn', INPUTS.digits, 9122],
    ['small-cnn', INPUTS.digits, 9098],
    // The figure of the paper's successors: C1 156, C3 2,416, C5 48,120, F6 10,164, output 850.
    ['lenet-5', INPUTS.digits, 61_706],
    ['lenet-5', [1, 32, 32], 61_706],
    // 3 → 16 (432), 16 → 16 twice, 16 → 32 → 32 and 32 → 64 → 64 with 1×1 shortcuts, their batch norms, 650 at the end.
    ['resnet-8', INPUTS.shapes, 78_042],
    ['linear', INPUTS.digits, 7850],
    ['mlp', INPUTS.points, 354],
  ] as const)('%s for %j has %d parameters', (id, input, parameters) => {
    const network = networks.find((n) => n.id === id)!;
    expect(inferModel(network.build(input, input[0] === 2 ? 2 : 10)).parameters).toBe(parameters);
  });
});
