import { describe, expect, test } from 'vitest';
import { readCifar10 } from '../../src/data/cifar10.ts';
import { readIdx } from '../../src/data/idx.ts';
import { gunzip, MOST_BYTES, readWhole } from '../../src/data/inflate.ts';
import { isPrintable } from '../../src/model/fields.ts';
import { asFile, cifarBatch, dataError, gzip, idxImages, idxLabels } from './support.ts';

describe('readIdx', () => {
  test('reads images and labels where they lie', () => {
    const bytes = idxImages(5, 4, 3);
    const images = readIdx(bytes, 'images');
    expect(images).toMatchObject({ kind: 'images', count: 5, height: 4, width: 3 });
    expect(images.data).toEqual(bytes.subarray(16));
    expect(images.data.buffer).toBe(bytes.buffer);
    const labels = readIdx(idxLabels(7), 'labels');
    expect(labels).toMatchObject({ kind: 'labels', count: 7 });
    expect(Array.from(labels.data)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('reads from a view that does not start at byte 0', () => {
    const room = new Uint8Array(100);
    room.set(idxLabels(7), 33);
    expect(Array.from(readIdx(room.subarray(33, 48), 'view').data)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('refuses every length but the right one', async () => {
    for (const whole of [idxImages(5, 4, 3), idxLabels(12)]) {
      for (let length = 0; length < whole.length; length++) {
        const error = await dataError(() => readIdx(whole.subarray(0, length), 'cut.idx'));
        expect(error.file).toBe('cut.idx');
        expect(error.message).toMatch(/cut\.idx: expected .*, found /);
      }
      const long = new Uint8Array(whole.length + 1);
      long.set(whole);
      expect((await dataError(() => readIdx(long, 'long.idx'))).message).toMatch(/too long/);
    }
  });

  test('refuses every change of the magic number', async () => {
    for (let at = 0; at < 4; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = idxImages(5, 4, 3);
        bytes[at] ^= 1 << bit;
        expect((await dataError(() => readIdx(bytes, 'magic.idx'))).message).toMatch(/magic\.idx: expected/);
      }
    }
    const floats = idxImages(5, 4, 3);
    floats[2] = 13;
    expect((await dataError(() => readIdx(floats, 'f'))).message).toContain('32-bit floats');
  });

  test('says when it finds labels in place of images, and the other way round', async () => {
    expect((await dataError(() => readIdx(idxLabels(5), 'l', 'images'))).message).toMatch(/expected images, found labels/);
    expect((await dataError(() => readIdx(idxImages(5), 'i', 'labels'))).message).toMatch(/expected labels, found images/);
  });

  test('refuses no samples and sides that are 0 or too long', async () => {
    const wrong: [number, number, string][] = [
      [7, 0, 'at least one sample'],
      [11, 0, '1×1 to 4096×4096, found 0×3'],
      [13, 255, '4096×4096'],
    ];
    for (const [at, value, text] of wrong) {
      const bytes = idxImages(5, 4, 3);
      bytes[at] = value;
      expect((await dataError(() => readIdx(bytes, 'w'))).message).toContain(text);
    }
  });

  test('is not impressed by sizes near 2³²', async () => {
    const bytes = idxImages(5, 4, 3);
    bytes.fill(255, 4, 8);
    expect((await dataError(() => readIdx(bytes, 'huge'))).message).toContain(String(16 + (2 ** 32 - 1) * 12));
  });
});

describe('readCifar10', () => {
  test('reads records', () => {
    const bytes = cifarBatch(12);
    const { count, labels, copyImages } = readCifar10(bytes, 'batch');
    expect(count).toBe(12);
    expect(Array.from(labels)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const images = new Uint8Array(13 * 3072);
    copyImages(images, 3072);
    expect(images.subarray(0, 3072).every((byte) => byte === 0)).toBe(true);
    expect(images.subarray(12 * 3072)).toEqual(bytes.subarray(11 * 3073 + 1));
  });

  test('refuses lengths that are no whole number of records', async () => {
    const whole = cifarBatch(3);
    for (const length of [0, 1, 3072, 3074, 6145, 6147, 9218]) {
      const error = await dataError(() => readCifar10(whole.subarray(0, length), 'b.bin'));
      expect(error.message).toMatch(new RegExp(`b\\.bin: expected CIFAR-10 records of 3073 bytes, found ${length} bytes`));
    }
    expect((await dataError(() => readCifar10(new Uint8Array(3074 * 2), 'c'))).message).toContain('CIFAR-100?');
  });

  test('names the record whose label is out of range', async () => {
    const bytes = cifarBatch(3);
    bytes[2 * 3073] = 10;
    expect((await dataError(() => readCifar10(bytes, 'b'))).message).toMatch(/found 10 in record 2 \(byte 6146\)/);
  });
});

describe('gzip', () => {
  const plain = idxImages(200, 20, 20);
  const packed = gzip(plain);

  test('unpacks', async () => {
    expect(await gunzip(packed, 'f.gz')).toEqual(plain);
    expect(await readWhole(asFile('f.gz', packed), { bytes: MOST_BYTES })).toEqual(plain);
    expect(await readWhole(asFile('f', plain), { bytes: MOST_BYTES })).toEqual(plain);
  });

  test('says where a file is cut short, at many lengths', async () => {
    const lengths = new Set([
      2,
      3,
      5,
      9,
      10,
      11,
      17,
      18,
      19,
      ...Array.from({ length: 24 }, (_, i) => packed.length - 1 - i),
      ...Array.from({ length: 40 }, (_, i) => Math.floor((packed.length * i) / 41)),
    ]);
    lengths.delete(0);
    lengths.delete(1);
    for (const length of lengths) {
      const error = await dataError(() => gunzip(packed.subarray(0, length), 'cut.gz'));
      expect(error.message).toContain(`cut.gz: expected a whole gzip file, found one that is damaged or cut short at ${length} bytes`);
    }
  });

  test('notices damaged data and a wrong check sum', async () => {
    for (const at of [3, 40, packed.length >> 1, packed.length - 8, packed.length - 1]) {
      const bytes = packed.slice();
      bytes[at] ^= 0xff;
      await dataError(() => gunzip(bytes, 'bad.gz'));
    }
  });

  test('counts what comes out and stops a bomb early', async () => {
    const bomb = gzip(new Uint8Array(64 * 1024 * 1024));
    const budget = { bytes: 1024 * 1024 };
    expect((await dataError(() => gunzip(bomb, 'bomb.gz', budget))).message).toMatch(/bomb\.gz: expected at most 512 MiB/);
  });

  test('shares the budget between files; only unpacked bytes count', async () => {
    const budget = { bytes: plain.length + 100 };
    await readWhole(asFile('a.gz', packed), budget);
    expect(budget.bytes).toBe(100);
    await dataError(() => readWhole(asFile('b', plain), budget));
  });
});

describe('ways to the bytes', () => {
  const plain = idxLabels(10);
  const budget = () => ({ bytes: MOST_BYTES });

  test('stream, bytes or arrayBuffer will do', async () => {
    expect(await readWhole({ name: 'a', bytes: async () => plain }, budget())).toEqual(plain);
    expect(await readWhole({ name: 'a', arrayBuffer: async () => plain.slice().buffer }, budget())).toEqual(plain);
    const shared = new Uint8Array(new SharedArrayBuffer(plain.length));
    shared.set(plain);
    expect(await readWhole({ name: 'a', bytes: async () => shared }, budget())).toEqual(plain);
    expect((await dataError(() => readWhole({ name: 'a' }, budget()))).message).toMatch(/a: could not be read/);
  });

  test('an empty file has no bytes', async () => {
    expect((await readWhole(asFile('a', new Uint8Array(0)), budget())).length).toBe(0);
  });

  test('a file that vanishes while it is read is an error with its name', async () => {
    let sent = false;
    const stream = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          if (sent) controller.error(new Error('the disk is gone'));
          else controller.enqueue(plain);
          sent = true;
        },
      });
    expect((await dataError(() => readWhole({ name: 'gone', stream }, budget()))).message).toBe('gone: could not be read (the disk is gone)');
  });

  test('names with control characters are made harmless, long ones short', async () => {
    const { message, file } = await dataError(() => readIdx(new Uint8Array(3), `a\u0000\u202eb${'x'.repeat(100)}`));
    expect(isPrintable(message)).toBe(true);
    expect(message.length).toBeLessThan(200);
    expect(file).toContain('\u202e');
  });
});
