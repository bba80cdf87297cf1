/** Numbers, differences and costs as a visitor reads them. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeOptimizer, diffModels, diffRuns, same } from '../../src/model/diff.ts';
import { allowed, isPrintable, listOf, show } from '../../src/model/fields.ts';
import { formatBytes, formatCount, formatLoss, formatNumber, formatPair, formatPercent, formatShape, parseNumber } from '../../src/model/format.ts';
import { ledger } from '../../src/model/ledger.ts';
import { applyPatch, patch } from '../../src/model/patch.ts';
import { preset } from '../../src/model/presets.ts';
import type { Experiment, RunSpec } from '../../src/model/types.ts';
import { fuzz } from './arbitrary.ts';

const race = preset('optimizer-race')!.experiment;

describe('numbers', () => {
  it.each([
    [61_706, '61.7 k'],
    [0, '0'],
    [950, '950'],
    [999, '999'],
    [1000, '1 k'],
    [999_600, '1 M'],
    [9122, '9.12 k'],
    [1.2e9, '1.2 G'],
    [-61_706, '-61.7 k'],
    [12.345, '12.3'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('count %d is %s', (value, text) => expect(formatCount(value)).toBe(text));

  it.each([
    [0.001, '1e-3'],
    [3e-4, '3e-4'],
    [0.05, '0.05'],
    [0.9, '0.9'],
    [0, '0'],
    [1, '1'],
    [0.00015, '1.5e-4'],
    [1e-10, '1e-10'],
    [1000, '1000'],
    [2.5e6, '2.5e6'],
    [-0.002, '-2e-3'],
    [1 / 3, '0.3333333333333333'],
  ])('lr %d is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it.each([
    [2.304, '2.30'],
    [0.041234, '0.0412'],
    [1.2e-5, '1.20e-5'],
    [123.4, '123'],
    [1.5e6, '1.50e6'],
    [0, '0'],
    [Infinity, '∞'],
    [0.00123, '0.00123'],
  ])('loss %d is %s', (value, text) => expect(formatLoss(value)).toBe(text));

  it('bytes, shares, shapes', () => {
    expect([512, 1536, 2 ** 20, 5e9].map(formatBytes)).toEqual(['512 B', '1.5 KiB', '1 MiB', '4.66 GiB']);
    expect([0.983, 1, 0, NaN].map(formatPercent)).toEqual(['98.3 %', '100.0 %', '0.0 %', 'NaN']);
    expect([formatShape([16, 28, 28]), formatPair([2, 2]), formatPair([1, 2])]).toEqual(['16 × 28 × 28', '2', '1×2']);
  });

  it.each([
    ['3e-4', 3e-4],
    [' 0.05 ', 0.05],
    ['0,05', 0.05],
    ['1 000', 1000],
    ['−2', -2],
    ['1e−3', 1e-3],
    ['.5', 0.5],
    ['5.', 5],
    ['50%', 0.5],
    ['+1E3', 1000],
    ['1.000,5', undefined],
    ['', undefined],
    ['abc', undefined],
    ['1e999', undefined],
    ['0x10', undefined],
    ['1 2e', undefined],
    ['Infinity', undefined],
    ['--1', undefined],
  ])('typed %j is %s', (text, value) => expect(parseNumber(text)).toBe(value));

  it('read back as they were written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumber(formatNumber(value))).toBe(value === 0 ? 0 : value);
      }),
      fuzz(2000),
    );
  });
});

describe('differences', () => {
  const run = (name: string, rest: Partial<RunSpec> & Pick<RunSpec, 'optimizer'>): RunSpec => ({ name, ...rest });
  const a = run('a', { optimizer: { type: 'SGD', lr: 1e-3 } });

  it('between runs', () => {
    const say = (b: RunSpec) => diffRuns(a, b, race);
    expect(say(run('other name', { optimizer: { type: 'SGD', lr: 3e-4 }, color: 3, hidden: true }))).toEqual(['lr 1e-3 → 3e-4']);
    expect(say(run('b', { optimizer: { type: 'SGD', lr: 1e-3, momentum: 0 }, schedule: { type: 'constant' }, seed: 1, model: race.model }))).toEqual(
      [],
    );
    expect(say(run('b', { optimizer: { type: 'SGD', lr: 1e-3, momentum: 0.9, nesterov: true } }))).toEqual(['momentum 0 → 0.9', 'nesterov off → on']);
    expect(say(run('b', { optimizer: { type: 'Adam', lr: 1e-3 } }))).toEqual(['SGD → Adam']);
    expect(say(run('b', { ...a, schedule: { type: 'StepLR', warmup_steps: 5 }, init: { type: 'zeros' }, seed: 2 }))).toEqual([
      ...['constant → StepLR', 'warmup_steps 0 → 5', 'default init → zeros init', 'seed 1 → 2'],
    ]);
  });

  it('between models', () => {
    const layers = race.model.layers
      .filter((layer) => layer.id !== 'bn1')
      .map((layer) => (layer.id === 'conv1' ? { ...layer, out_channels: 4, kernel_size: [3, 5] } : layer));
    expect(diffModels(race.model, { ...race.model, layers: [...layers, { id: 'drop', type: 'Dropout' }] })).toEqual([
      ...['− bn1', 'conv1: out_channels 8 → 4', 'conv1: kernel_size 3 → 3×5', '+ drop'],
    ]);
    expect(diffModels(race.model, { ...race.model, layers: race.model.layers.toReversed() })).toEqual(['layers in another order']);
  });

  it('optimizers in a line', () => {
    expect(describeOptimizer({ type: 'SGD', lr: 0.05, momentum: 0.9, nesterov: true })).toBe('SGD, lr 0.05, momentum 0.9, nesterov');
    expect(describeOptimizer({ type: 'Adam', lr: 0.001, betas: [0.9, 0.99] })).toBe('Adam, lr 1e-3, betas (0.9, 0.99)');
  });

  it('same: by structure', () => {
    expect(same({ a: 1, b: [1, { c: undefined }] }, { b: [1, {}], a: 1 })).toBe(true);
    expect([same([], {}), same([1], [1, 2]), same({ a: 1 }, { b: 1 }), same(null, {}), same('1', 1)]).toEqual([false, false, false, false, false]);
  });

  it('patch: applying the difference gives the other', () => {
    const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.constantFrom('x', 'y'));
    const tree = fc.object({ key: fc.constantFrom('a', 'b', 'c'), values: [leaf], maxDepth: 3 });
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        expect(applyPatch(before, patch(before, after))).toEqual(after);
      }),
      fuzz(1000),
    );
  });
});

describe('words', () => {
  it('show what came, short and harmless', () => {
    const values = [undefined, null, 'a"b', 'x'.repeat(50), '\u202e\n', 3, NaN, true, [1, 2], [1, 'a'], [1, 2, 3, 4, 5], {}, () => 1, Symbol('s')];
    expect(values.map(show)).toEqual([
      ...[
        'nothing',
        'null',
        '"a"b"',
        `"${'x'.repeat(40)}…"`,
        '"��"',
        '3',
        'NaN',
        'true',
        '[1, 2]',
        'a list of 2',
        'a list of 5',
        'an object',
        'a function',
        'a symbol',
      ],
    ]);
  });

  it('list', () => {
    expect([listOf([]), listOf(['a']), listOf(['a', 'b', 'c'])]).toEqual(['nothing', 'a', 'a, b or c']);
    expect(allowed({ name: 'n', kind: 'float', default: 0, help: '', min: 0, max: 1, exclusiveMax: true })).toBe('a number from 0 to below 1');
  });

  it('tell printable text', () => {
    for (const text of ['SGD', 'η = 0,1 ✓', 'שלום', '中文', '👩‍👩‍👧']) expect(isPrintable(text)).toBe(true);
    for (const text of ['\n', '\u0000', '\u007f', '\u202e', '\u2066', '\ufeff', '\u2028', '\ud800', '\u061c']) expect(isPrintable(text)).toBe(false);
  });
});

describe('the ledger', () => {
  it('adds up by hand', () => {
    const tiny: Experiment = {
      ...race,
      batch_size: 4,
      data: { type: 'xor', samples: 100 },
      model: {
        input: [2, 1, 1],
        layers: [
          { id: 'f', type: 'Flatten' },
          { id: 'fc', type: 'Linear', out_features: 2 },
        ],
      },
      runs: [
        { name: 'a', optimizer: { type: 'Adam', lr: 1 } },
        { name: 'b', optimizer: { type: 'SGD', lr: 1 } },
      ],
    };
    const { runs, data, bytes, flops } = ledger(tiny);
    // 6 parameters; 2 + 2 + 2 activations a sample, twice; 4 multiply-accumulates and 2 + 2 values read.
    expect(runs[0]).toEqual({
      name: 'a',
      parameters: 6,
      macs: 4,
      weights: 24,
      gradients: 24,
      states: 48,
      activations: 192,
      flops: 3 * 4 * (2 + 2 * 4 + 2),
    });
    expect(runs[1]!.states).toBe(0);
    expect(data).toBe(100 * 9);
    expect(bytes).toBe(900 + 2 * (24 + 24 + 192) + 48);
    expect(flops).toBe(runs[0]!.flops * 2);
  });

  it('sees what is huge, at once', () => {
    const huge: Experiment = {
      ...race,
      batch_size: 1024,
      data: { type: 'files' },
      model: { input: [3, 4096, 4096], layers: [{ id: 'pool', type: 'MaxPool2d', kernel_size: 255, stride: 1, padding: 127 }] },
    };
    const { bytes, flops } = ledger(huge);
    expect(bytes).toBeGreaterThan(1e12);
    expect(flops).toBeGreaterThan(1e15);
  });
});
