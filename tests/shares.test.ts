import { expect, it } from 'vitest';
import { shares } from '../scripts/shares.mjs';

const files = ['tests/gpu/ops.test.ts', 'tests/gpu/networks.test.ts', ...Array.from({ length: 30 }, (_, i) => `tests/gpu/new${i}.test.ts`)];

it('every file is in one share', () => {
  for (const count of [1, 2, 3, 40]) expect(shares(files, count).flat().sort()).toEqual([...files].sort());
  expect(shares(files, 3)).toHaveLength(3);
  expect(shares(files.slice(0, 2), 3), 'no browser with nothing to do').toHaveLength(2);
});

it('the two longest are not in one', () => {
  const of = (file: string) => shares(files, 3).findIndex((share) => share.includes(file));
  expect(of(files[0]!)).not.toBe(of(files[1]!));
});
