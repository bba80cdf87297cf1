/** Story 4: the visitor's own data, by file dialog and by drop; files that are not what they should be lose nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { button, curveOf, curvesOf, expect, experimentOf, open, ready, region, small, step, test } from './support.ts';

interface Picked {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const file = (name: string, bytes: Uint8Array): Picked => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });

/** IDX of n images: class k is a bright bar at height 2k, so that a small network learns it at once. */
function images(n: number): Uint8Array {
  const bytes = new Uint8Array(16 + n * 784);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of [0x803, n, 28, 28].entries()) view.setUint32(4 * i, word);
  for (let s = 0; s < n; s++)
    for (let x = 0; x < 28; x++) for (let y = 0; y < 3; y++) bytes[16 + s * 784 + (2 * (s % 10) + 3 + y) * 28 + x] = 200 + ((s + x) % 50);
  return bytes;
}

function labels(n: number): Uint8Array {
  const bytes = new Uint8Array(8 + n);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x801);
  view.setUint32(4, n);
  for (let s = 0; s < n; s++) bytes[8 + s] = s % 10;
  return bytes;
}

function cifar(n: number): Uint8Array {
  const bytes = new Uint8Array(n * 3073);
  for (let s = 0; s < n; s++) {
    bytes[s * 3073] = s % 10;
    for (let i = 0; i < 3072; i++) bytes[s * 3073 + 1 + i] = (20 * (s % 10) + i) % 256;
  }
  return bytes;
}

const idx = (train: number, test: number): Picked[] => [
  file('train-images-idx3-ubyte.gz', gzipSync(images(train))),
  file('train-labels-idx1-ubyte', labels(train)),
  file('t10k-images-idx3-ubyte', images(test)),
  file('t10k-labels-idx1-ubyte.gz', gzipSync(labels(test))),
];

async function choose(page: Page, files: Picked[] | string[]): Promise<void> {
  await page.getByRole('button', { name: 'Open files' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles(files as Picked[]);
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Your own data' });

test('four IDX files, gzip and plain, through the file dialog: shown, trained on, learned', async ({ page }) => {
  await open(page);
  await choose(page, idx(400, 100));
  await expect(dialog(page)).toHaveCount(0);
  await ready(page);
  await expect(region(page, 'Data')).toContainText('400');
  await expect(region(page, 'Data')).toContainText('100');
  expect((await experimentOf(page)).data.type).toBe('files');
  await step(page, 40);
  const accuracy = await curveOf(page, 'Adam', 'val_accuracy');
  expect(accuracy.value.at(-1)).toBeGreaterThan(0.9);
});

test('the four MNIST files, the real ones', async ({ page }) => {
  const folder = join(process.env.DATA_DIR ?? join(import.meta.dirname, '../../shared/data'), 'mnist');
  const names = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'];
  test.skip(!existsSync(join(folder, names[0]!)), 'needs MNIST (DATA_DIR)');
  await open(page, small({ eval_every: 10_000 }));
  await choose(
    page,
    names.map((name) => file(name, readFileSync(join(folder, name)))),
  );
  await expect(dialog(page)).toHaveCount(0, { timeout: 30_000 });
  await ready(page);
  await expect(region(page, 'Data')).toContainText('60 k · 10 k');
  await expect(region(page, 'Data').getByRole('img')).toHaveCount(16);
  await step(page, 150);
  const { value } = await curveOf(page, 'Adam');
  const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  expect(mean(value.slice(-20))).toBeLessThan(0.5 * mean(value.slice(0, 10)));
});

test('CIFAR-10 batches by drop anywhere on the page', async ({ page }) => {
  const base = small();
  await open(page, base);
  const bytes = [...cifar(60)];
  const transfer = await page.evaluateHandle((data) => {
    const dropped = new DataTransfer();
    for (const [name, n] of [
      ['data_batch_1.bin', 50],
      ['test_batch.bin', 10],
    ] as const)
      dropped.items.add(new File([new Uint8Array(data.slice(0, n * 3073))], name));
    return dropped;
  }, bytes);
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('main', type, { dataTransfer: transfer });
  await expect.poll(async () => (await experimentOf(page)).data.type).toBe('files');
  await expect(region(page, 'Data')).toContainText('3×32×32');
  // The network still takes 1×28×28: said at the model, nothing lost.
  expect((await experimentOf(page)).runs).toEqual(base.runs);
});

const WRONG: readonly (readonly [what: string, files: Picked[], sentence: RegExp])[] = [
  [
    'truncated images',
    [file('train-images-idx3-ubyte', images(40).subarray(0, 20_000)), file('train-labels-idx1-ubyte', labels(40))],
    /train-images-idx3-ubyte.*31,?376.*20,?000/s,
  ],
  ['more images than labels', [file('train-images-idx3-ubyte', images(40)), file('train-labels-idx1-ubyte', labels(30))], /40.*30|30.*40/s],
  ['a picture of something else', [file('holiday.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 4))], /holiday\.png/],
  ['half a CIFAR record', [file('data_batch_1.bin', cifar(3).subarray(0, 9000))], /data_batch_1\.bin.*3,?073/s],
];

for (const [what, files, sentence] of WRONG) {
  test(`${what}: file, expected and found; the experiment stays`, async ({ page }) => {
    await open(page);
    await step(page, 3);
    const before = await curvesOf(page);
    const experiment = await experimentOf(page);
    await choose(page, files);
    await expect(dialog(page).getByRole('alert')).toContainText(sentence);
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
    expect(await experimentOf(page)).toEqual(experiment);
    expect(await curvesOf(page)).toEqual(before);
    await expect(button(page, 'Start')).toBeEnabled();
    await step(page, 1);
    expect((await curveOf(page, 'Adam')).step.length).toBe(4);
  });
}
