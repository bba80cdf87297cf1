/** Files damaged at random: opening them ends soon, in a sound data set or in a DataError. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openFiles } from '../../src/data/files.ts';
import { DataError, type Dataset } from '../../src/data/types.ts';
import { asFile, cifarBatch, gzip, mnistLike, tar, tarEntry } from './support.ts';

/** One way to damage bytes; places are shares of the length. */
type Damage =
  | { kind: 'set'; at: number; value: number }
  | { kind: 'cut'; at: number }
  | { kind: 'remove'; at: number; length: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'header'; at: number; value: number };

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at, value: fc.nat(255) }),
  fc.record({ kind: fc.constant('header' as const), at: fc.nat(15), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), at }),
  fc.record({ kind: fc.constant('remove' as const), at, length: fc.integer({ min: 1, max: 4000 }) }),
  fc.record({ kind: fc.constant('insert' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
);

function hurt(bytes: Uint8Array, change: Damage): Uint8Array<ArrayBuffer> {
  const place = change.kind === 'header' ? change.at : Math.floor(change.at * bytes.length);
  switch (change.kind) {
    case 'set':
    case 'header': {
      const copy = new Uint8Array(bytes);
      if (place < copy.length) copy[place] = change.value;
      return copy;
    }
    case 'cut':
      return new Uint8Array(bytes.subarray(0, place));
    case 'remove':
      return new Uint8Array([...bytes.subarray(0, place), ...bytes.subarray(place + change.length)]);
    case 'insert':
      return new Uint8Array([...bytes.subarray(0, place), ...change.bytes, ...bytes.subarray(place)]);
  }
}

/** Everything the trainer relies on. */
function checkSound({ shape, images, labels, classes, train, mean, std }: Dataset): void {
  expect(images.length).toBe(labels.length * shape[0] * shape[1] * shape[2]);
  expect(train).toBeGreaterThan(0);
  expect(train).toBeLessThanOrEqual(labels.length);
  expect(labels.every((label) => label < classes.length)).toBe(true);
  for (const value of [...mean, ...std]) expect(Number.isFinite(value)).toBe(true);
  for (const value of std) expect(value).toBeGreaterThan(0);
}

const names = new TextEncoder().encode('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n');
const packed = Object.fromEntries(Object.entries(mnistLike()).map(([name, bytes]) => [`${name}.gz`, gzip(bytes)]));
const archive = tar([tarEntry('data_batch_1.bin', cifarBatch(3)), tarEntry('test_batch.bin', cifarBatch(2)), tarEntry('batches.meta.txt', names)]);
const SETS: [string, Record<string, Uint8Array>][] = [
  ['IDX', mnistLike()],
  ['gzipped IDX', packed],
  ['CIFAR-10', { 'data_batch_1.bin': cifarBatch(3), 'test_batch.bin': cifarBatch(2), 'batches.meta.txt': names }],
  ['a tar archive', { 'cifar-10-binary.tar': archive }],
];

describe.each(SETS)('%s, damaged', (_, files) => {
  test('opens as a sound data set or fails with a DataError, within seconds', async () => {
    const entries = Object.entries(files);
    const plan = fc.array(fc.tuple(fc.nat(entries.length - 1), damage), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(plan, async (changes) => {
        const bytes = entries.map(([, whole]) => whole);
        for (const [file, change] of changes) bytes[file] = hurt(bytes[file], change);
        const dropped = entries.map(([name], i) => asFile(name, new Uint8Array(bytes[i])));
        try {
          checkSound(await openFiles(dropped));
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          expect(error.message.length).toBeLessThan(400);
        }
      }),
      { numRuns: 400, seed: 20, timeout: 3000 },
    );
  });
});

test('any bytes at all under any name', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 64 })), { maxLength: 4 }), async (files) => {
      try {
        checkSound(await openFiles(files.map(([name, bytes]) => asFile(name, new Uint8Array(bytes)))));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: 500, seed: 21, timeout: 3000 },
  );
});
