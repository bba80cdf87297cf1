import { describe, expect, test } from 'vitest';
import { CIFAR10_CLASSES } from '../../src/data/cifar10.ts';
import { openFiles } from '../../src/data/files.ts';
import { fingerprint } from '../../src/data/fingerprint.ts';
import { standardise } from '../../src/data/standardise.ts';
import { asFile, asFiles, cifarBatch, dataError, gzip, idxImages, idxLabels, mnistLike, tar, tarEntry } from './support.ts';

const text = (lines: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(lines) as Uint8Array<ArrayBuffer>;

/** The error of opening files given by name. */
const errorOf = (files: Record<string, Uint8Array<ArrayBuffer>>) => dataError(() => openFiles(asFiles(files)));

describe('the four MNIST files', () => {
  const files = mnistLike();
  const images = new Uint8Array([...files['train-images-idx3-ubyte'].subarray(16), ...files['t10k-images-idx3-ubyte'].subarray(16)]);

  test('become a data set: training first, then test', async () => {
    const dataset = await openFiles(asFiles(files));
    expect(dataset).toMatchObject({
      name: 'train-images-idx3-ubyte',
      shape: [1, 4, 3],
      train: 50,
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    });
    expect(dataset.images).toEqual(images);
    expect(Array.from(dataset.labels.subarray(48, 53))).toEqual([8, 9, 0, 1, 2]);
    expect({ mean: dataset.mean, std: dataset.std }).toEqual(standardise(images, [1, 4, 3], 50));
  });

  test('in any order, gzipped or not, with hidden files among them', async () => {
    const expected = fingerprint(await openFiles(asFiles(files)));
    const list = asFiles(files);
    const orders = [
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ];
    for (const order of orders) expect(fingerprint(await openFiles(order.map((i) => list[i])))).toBe(expected);
    const packed = Object.entries(files).map(([name, bytes]) => asFile(`${name}.gz`, gzip(bytes)));
    expect(fingerprint(await openFiles([...packed, asFile('.DS_Store', text('\u0000\u0001'))]))).toBe(expected);
  });

  test('by size when the names say nothing', async () => {
    const { 'train-images-idx3-ubyte': a, 'train-labels-idx1-ubyte': b, 't10k-images-idx3-ubyte': c, 't10k-labels-idx1-ubyte': d } = files;
    const dataset = await openFiles(asFiles({ one: d, two: c, three: b, four: a }));
    expect(dataset.train).toBe(50);
    expect(dataset.images).toEqual(images);
  });

  test('by name even where the test set is the larger one, and where only one file of a pair tells', async () => {
    const [small, large] = [idxImages(20), idxImages(60, 4, 3, 9)];
    const named = await openFiles(asFiles({ 'test-images': large, 'train-images': small, x: idxLabels(60), y: idxLabels(20) }));
    expect([named.train, named.labels.length]).toEqual([20, 80]);
    const byLabels = await openFiles(asFiles({ a: large, b: small, 'test-labels': idxLabels(60), other: idxLabels(20) }));
    expect([byLabels.train, byLabels.labels.length]).toEqual([20, 80]);
    const latest = await openFiles(asFiles({ 'latest-a': large, b: small, c: idxLabels(60), d: idxLabels(20) }));
    expect(latest.train).toBe(60);
  });
});

describe('one pair', () => {
  const files = { 'train-images.idx': idxImages(50), 'train-labels.idx': idxLabels(50) };

  test('is split by the seed', async () => {
    const dataset = await openFiles(asFiles(files), { val_fraction: 0.3, seed: 4 });
    expect([dataset.train, dataset.labels.length]).toEqual([35, 50]);
    const again = await openFiles(asFiles(files).reverse(), { val_fraction: 0.3, seed: 4 });
    expect(fingerprint(again)).toBe(fingerprint(dataset));
    expect(fingerprint(await openFiles(asFiles(files), { val_fraction: 0.3, seed: 5 }))).not.toBe(fingerprint(dataset));
    expect((await openFiles(asFiles(files))).train).toBe(40);
    expect((await openFiles(asFiles(files), { val_fraction: 0 })).train).toBe(50);
    await dataError(() => openFiles(asFiles(files), { val_fraction: 2 }));
  });

  test('of the test files alone is split too', async () => {
    expect((await openFiles(asFiles({ 't10k-images': idxImages(10), 't10k-labels': idxLabels(10) }))).train).toBe(8);
  });

  test('has as many classes as its labels need, and other sizes work', async () => {
    const dataset = await openFiles(asFiles({ i: idxImages(60, 1, 300), l: idxLabels(60, 26) }));
    expect(dataset.shape).toEqual([1, 1, 300]);
    expect(dataset.classes).toHaveLength(26);
  });

  test('takes class names from a text file', async () => {
    const names = text('T-shirt\r\nTrouser\n\nPullover\nDress\nCoat\nSandal\nShirt\nSneaker\nBag\nAnkle boot\n');
    const dataset = await openFiles(asFiles({ ...files, 'labels.txt': names }));
    expect(dataset.classes).toEqual(['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']);
  });
});

describe('CIFAR-10', () => {
  test('batches in any order, the test batch validates', async () => {
    const files = { 'test_batch.bin': cifarBatch(10, 3), 'data_batch_2.bin': cifarBatch(20, 2), 'data_batch_1.bin': cifarBatch(30, 1) };
    const dataset = await openFiles(asFiles(files));
    expect(dataset).toMatchObject({ name: 'CIFAR-10', shape: [3, 32, 32], train: 50, classes: CIFAR10_CLASSES });
    expect(dataset.labels.length).toBe(60);
    expect(dataset.images.subarray(0, 3072)).toEqual(files['data_batch_1.bin'].subarray(1, 3073));
    expect(dataset.images.subarray(50 * 3072, 51 * 3072)).toEqual(files['test_batch.bin'].subarray(1, 3073));
    expect(fingerprint(await openFiles(asFiles(files).reverse()))).toBe(fingerprint(dataset));
  });

  test('without a test batch, or nothing but one, is split', async () => {
    expect((await openFiles(asFiles({ 'data_batch_1.bin': cifarBatch(20) }))).train).toBe(16);
    expect((await openFiles(asFiles({ 'test_batch.bin': cifarBatch(20) }))).train).toBe(16);
  });

  test('takes names from batches.meta.txt, ten of them', async () => {
    const files = { 'data_batch_1.bin': cifarBatch(20) };
    expect((await openFiles(asFiles({ ...files, 'batches.meta.txt': text('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n') }))).classes.join('')).toBe(
      'abcdefghij',
    );
    expect((await errorOf({ ...files, 'batches.meta.txt': text('a\nb') })).message).toMatch(
      /batches\.meta\.txt: expected 10 class names, one a line, found 2/,
    );
  });

  test('is recognised though a batch begins like IDX', async () => {
    const batch = cifarBatch(20);
    batch.set([0, 0, 8, 3]);
    expect((await openFiles(asFiles({ x: batch }))).shape).toEqual([3, 32, 32]);
  });

  test('as the published archive', async () => {
    const names = text(`${CIFAR10_CLASSES.join('\n')}\n`);
    const archive = tar([
      tarEntry('cifar-10-batches-bin/', new Uint8Array(0), 0, '5'),
      tarEntry('cifar-10-batches-bin/data_batch_1.bin', cifarBatch(30, 1)),
      tarEntry('cifar-10-batches-bin/batches.meta.txt', names),
      tarEntry('cifar-10-batches-bin/readme.html', text('<html></html>')),
      tarEntry('cifar-10-batches-bin/test_batch.bin', cifarBatch(10, 3)),
    ]);
    const plain = { 'data_batch_1.bin': cifarBatch(30, 1), 'batches.meta.txt': names, 'test_batch.bin': cifarBatch(10, 3) };
    const dataset = await openFiles([asFile('cifar-10-binary.tar.gz', gzip(archive))]);
    expect(fingerprint(dataset)).toBe(fingerprint(await openFiles(asFiles(plain))));
    expect((await errorOf({ 'cut.tar': archive.slice(0, 40_000) })).message).toMatch(/cut\.tar: expected a whole tar archive/);
    const lying = tar([tarEntry('a.bin', cifarBatch(1), 0o77777777777)]);
    expect((await errorOf({ 'lying.tar': lying })).message).toMatch(/entry at byte 0/);
  });
});

describe('what is wrong is said with file, expectation and finding', () => {
  const images = idxImages(50);
  const labels = idxLabels(50);
  const cases: [string, Record<string, Uint8Array<ArrayBuffer>>, RegExp][] = [
    ['nothing', {}, /^no files: expected IDX images and labels/],
    ['hidden files only', { '.DS_Store': text('x') }, /^no files/],
    ['images without labels', { 'i.idx': images }, /^i\.idx: expected a file of labels beside it, found none/],
    ['labels without images', { 'l.idx': labels }, /^l\.idx: expected a file of images beside it, found none/],
    ['two of images, one of labels', { a: images, b: idxImages(20), l: labels }, /found 2 of images and 1 of labels: a, b, l/],
    ['three of images', { a: images, b: images, c: images, l: labels }, /^c: expected at most two files of images/],
    ['counts that disagree', { i: images, l: idxLabels(49) }, /^l: expected 50 labels, one for each image of i, found 49/],
    ['swapped pairs', { 'train-i': images, 'test-i': idxImages(20), 'train-l': idxLabels(20), 'test-l': labels }, /^train-l: expected 50 labels/],
    [
      'two training sets',
      { 'train-a': images, 'train-b': images, l: labels, m: labels },
      /^train-b: expected one file of training images, found train-a too/,
    ],
    ['two test sets', { 'test-a': images, 'test-b': images, l: labels, m: labels }, /^test-b: expected one file of test images/],
    ['sizes that disagree', { a: images, b: idxImages(20, 5, 3), l: labels, m: idxLabels(20) }, /^b: expected images of 4×3 as in a, found 5×3/],
    [
      'mixed formats',
      { i: images, l: labels, 'data_batch_1.bin': cifarBatch(2) },
      /^data_batch_1\.bin: expected files of one format, found CIFAR-10 here and IDX in i/,
    ],
    [
      'a test label that training lacks',
      { a: images, b: idxImages(20), l: labels, m: idxLabels(20, 12) },
      /^m: expected labels below 10 \(the largest label of l is 9\), found 10 in place 10/,
    ],
    [
      'fewer names than classes',
      { i: images, l: labels, 'n.txt': text('cat\ndog') },
      /^l: expected labels below 2 \(n\.txt has so many lines\), found 2 in place 2/,
    ],
    [
      'two files of names',
      { i: images, l: labels, 'n.txt': text('a'), 'm.txt': text('b') },
      /^n\.txt: expected one text file of class names, found m\.txt too/,
    ],
    ['names only', { 'n.txt': text('a\nb') }, /^n\.txt: expected images beside the class names/],
    ['a zip', { 'x.zip': new Uint8Array([0x50, 0x4b, 3, 4, 9, 0]) }, /^x\.zip: expected IDX .*CIFAR-10.*; found a zip archive/],
    ['a picture', { 'x.png': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0]) }, /found a PNG picture/],
    ['a pickle', { data_batch_1: new Uint8Array([0x80, 2, 0x7d, 0x71]) }, /pickle/],
    ['bytes without meaning', { x: new Uint8Array([1, 255, 3]) }, /^x: expected IDX .*found 3 bytes that begin with 01 ff 03/],
    ['an empty file', { x: new Uint8Array(0) }, /^x: expected IDX .*found an empty file/],
    [
      'a batch cut short',
      { 'data_batch_1.bin': cifarBatch(3).slice(0, 5000) },
      /^data_batch_1\.bin: expected CIFAR-10 records of 3073 bytes, found 5000 bytes/,
    ],
    [
      'images cut short',
      { 'train-images-idx3-ubyte': images.slice(0, 300), l: labels },
      /expected 616 bytes for 50 images of 4×3, found 300 \(cut short\)/,
    ],
    ['gzip cut short', { 'train-images-idx3-ubyte.gz': gzip(images).slice(0, 100) }, /cut short at 100 bytes/],
  ];

  test.each(cases)('%s', async (_, files, message) => {
    expect((await errorOf(files)).message).toMatch(message);
  });

  test('a file dropped twice', async () => {
    const list = asFiles({ 'data_batch_1.bin': cifarBatch(3) });
    expect((await dataError(() => openFiles([...list, ...list]))).message).toMatch(/data_batch_1\.bin: expected each file once/);
  });
});

test('progress rises from 0 to 1', async () => {
  const heard: number[] = [];
  await openFiles(asFiles(mnistLike(5000, 1000)), { onProgress: (fraction) => heard.push(fraction) });
  expect(heard.length).toBeGreaterThanOrEqual(5);
  expect(heard).toEqual([...heard].sort((a, b) => a - b));
  expect(heard[0]).toBeGreaterThan(0);
  expect(heard.at(-1)).toBe(1);
});
