import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasets } from '../../src/model/datasets.ts';
import { inits } from '../../src/model/inits/index.ts';
import { layers } from '../../src/model/layers/index.ts';
import { losses } from '../../src/model/losses/index.ts';
import { optimizers } from '../../src/model/optimizers/index.ts';
import { schedules } from '../../src/model/schedules/index.ts';
import { layout } from '../../src/ui/maps/layout.ts';
import { parseFloats, parseInts, parsePair } from '../../src/ui/primitives/FieldInput.tsx';
import { dashOf } from '../../src/ui/primitives/palette.ts';
import { fromNotch, toNotch } from '../../src/ui/primitives/Slider.tsx';
import { parseTex, unknownCommands } from '../../src/ui/primitives/tex.ts';
import { judge, listNames } from '../../src/ui/runs/fairness.ts';

describe('formulas', () => {
  const catalogue = [layers, optimizers, schedules, inits, losses, datasets].flatMap((table) => Object.values(table));

  it.each(catalogue.map((definition) => [definition.type, definition.formula]))('of %s can be drawn', (_, formula) => {
    expect(unknownCommands(formula)).toEqual([]);
    expect(JSON.stringify(parseTex(formula))).not.toMatch(/\\\\/);
  });

  it('reads fractions, roots and indices', () => {
    expect(parseTex('\\frac{1}{2}')).toEqual([[{ kind: 'frac', top: { kind: 'n', text: '1' }, bottom: { kind: 'n', text: '2' } }]]);
    expect(parseTex('x_i^2')).toEqual([
      [{ kind: 'script', base: { kind: 'i', text: 'x' }, sub: { kind: 'i', text: 'i' }, sup: { kind: 'n', text: '2' }, under: false }],
    ]);
    expect(parseTex('y = f(a + b) + c')[0]).toHaveLength(3);
    expect(parseTex('a, \\quad b')).toHaveLength(2);
  });
});

describe('fields', () => {
  it('reads pairs as they are written', () => {
    expect(parsePair('3', 1, 9)).toBe(3);
    expect(parsePair('3×5', 1, 9)).toEqual([3, 5]);
    expect(parsePair('3 x 3', 1, 9)).toBe(3);
    expect(parsePair('3, 5', 1, 9)).toEqual([3, 5]);
    for (const wrong of ['', 'a', '3×', '0', '10', '1×2×3', '1.5']) expect(parsePair(wrong, 1, 9)).toBeUndefined();
  });

  it('reads lists of steps as they are written', () => {
    expect(parseInts('30, 60, 80', 0, 99)).toEqual([30, 60, 80]);
    expect(parseInts(' 60;30  80, ', 0, 99)).toEqual([30, 60, 80]);
    expect(parseInts('7', 0, 99)).toEqual([7]);
    for (const wrong of ['', ' , ', 'a', '30, b', '100', '-1', '1.5', '1e1', '3 '.repeat(33)]) expect(parseInts(wrong, 0, 99)).toBeUndefined();
  });

  it('reads lists of so many numbers as they are written', () => {
    expect(parseFloats('3.4445, -4.775, 2.0315', 3, -9, 9)).toEqual([3.4445, -4.775, 2.0315]);
    expect(parseFloats(' 1.5;-.5  1e-3, ', 3, -9, 9)).toEqual([1.5, -0.5, 1e-3]);
    for (const wrong of ['', '1, 2', '1, 2, 3, 4', '1, 2, a', '1, 2, 10', 'NaN, 1, 2', '1, 2, Infinity'])
      expect(parseFloats(wrong, 3, -9, 9)).toBeUndefined();
  });

  it('slides over the whole range and back', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.boolean(), (notch, log) => {
        const value = fromNotch(notch, 1e-5, 1, log, false);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(Math.abs(toNotch(value, 1e-5, 1, log) - notch)).toBeLessThanOrEqual(2);
      }),
    );
    expect(fromNotch(200, 1e-5, 1, true, false)).toBe(1);
    expect(toNotch(0, 1e-6, 1, true)).toBe(0);
  });

  it('tells runs of one colour apart by their dashes', () => {
    expect(new Set(Array.from({ length: 10 }, (_, i) => dashOf(i))).size).toBe(10);
    expect(dashOf(10)).not.toBe(dashOf(0));
  });
});

describe('feature maps', () => {
  it('fit into the panel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 250, max: 1600 }),
        fc.integer({ min: 100, max: 900 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 1, max: 512 }),
        fc.boolean(),
        (width, height, rows, total, flat) => {
          const { columns, channels, tile, stacked } = layout({ width, height, rows, total, flat });
          expect(channels).toBeGreaterThanOrEqual(1);
          expect(channels).toBeLessThanOrEqual(total);
          expect(stacked).toBe(width < 480);
          // On a phone names stand above, and eight tiles or fewer fill a line.
          const line = stacked ? Math.min(8, channels) * (tile + 4) - 4 : 104 + channels * (tile + 4) - 4;
          expect(columns * line + (columns - 1) * 16).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe('fairness', () => {
  const names = new Map([
    ['a', 'SGD'],
    ['b', 'Adam'],
    ['c', 'Muon'],
  ]);
  const run = (id: string, weights: string, batches: string) => ({ run: id, weights, batches });

  it('says so when all runs share weights and batches', () => {
    expect(judge([run('a', 'a3f91c22', '71c0d5e8'), run('b', 'a3f91c22', '71c0d5e8')], names)).toMatchObject({
      fair: true,
      weights: 'a3f9',
      batches: '71c0',
    });
  });

  it('names the runs that differ from most', () => {
    const verdict = judge([run('a', 'x', 'y'), run('b', 'z', 'y'), run('c', 'x', 'w')], names);
    expect(verdict).toMatchObject({ fair: false, otherWeights: ['Adam'], otherBatches: ['Muon'] });
  });

  it('knows a comparison in pairs: every setting from each of the same starts', () => {
    const four = new Map(['a1', 'a2', 'b1', 'b2'].map((id) => [id, id]));
    const starts = [run('a1', 'x', 'y'), run('a2', 'z', 'w'), run('b1', 'x', 'y'), run('b2', 'z', 'w')];
    const groups = [
      ['a1', 'a2'],
      ['b1', 'b2'],
    ];
    expect(judge(starts, four, groups)).toMatchObject({ fair: false, pairs: { settings: 2, starts: 2 } });
    expect(judge([...starts.slice(0, 3), run('b2', 'other', 'w')], four, groups)).toMatchObject({ pairs: null });
    expect(judge([...starts.slice(0, 3), run('b2', 'x', 'y')], four, groups)).toMatchObject({ pairs: null });
    // One setting alone is compared with nothing.
    expect(judge(starts.slice(0, 2), four, groups.slice(0, 1))).toMatchObject({ pairs: null, otherWeights: ['a2'] });
  });

  it('has nothing to compare in a single run, or in runs that are gone', () => {
    expect(judge([run('a', 'x', 'y')], names)).toBeNull();
    expect(judge([run('a', 'x', 'y'), run('gone', 'z', 'z')], names)).toBeNull();
  });

  it('lists names in words', () => {
    expect([['A'], ['A', 'B'], ['A', 'B', 'C']].map(listNames)).toEqual(['A', 'A and B', 'A, B and C']);
    const seeds = Array.from({ length: 20 }, (_, i) => `S${i + 1}`);
    expect([listNames(seeds.slice(0, 4)), listNames(seeds)]).toEqual(['S1, S2, S3 and S4', 'S1, S2, S3 and 17 others']);
  });
});
