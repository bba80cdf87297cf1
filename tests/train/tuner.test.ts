/** What the tuner makes of times. */
import { expect, it } from 'vitest';
import { fastest } from '../../src/gpu/tuner.ts';

it.each<[string, [string, number[]][], string]>([
  [
    'the default where nothing is faster',
    [
      ['a', [10, 10, 10]],
      ['b', [10, 11, 12]],
    ],
    'a',
  ],
  [
    'the default where the difference is noise',
    [
      ['a', [10, 10, 10]],
      ['b', [9.6, 9.7, 9.8]],
    ],
    'a',
  ],
  [
    'the clearly faster',
    [
      ['a', [10, 10, 10]],
      ['b', [9, 9, 9]],
      ['c', [8, 8, 8]],
    ],
    'c',
  ],
  [
    'by medians: one lucky round says nothing',
    [
      ['a', [10, 10, 10]],
      ['b', [2, 11, 12]],
    ],
    'a',
  ],
  ['alone', [['a', [10]]], 'a'],
])('%s', (_, times, name) => {
  expect(fastest(new Map(times))).toBe(name);
});
