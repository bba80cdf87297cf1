/** Story 3: somebody changes the network, and breaks it. */
import type { Locator, Page } from '@playwright/test';
import { button, curveOf, curvesOf, expect, experimentOf, open, region, small, start, statusLine, step, test, trained, type } from './support.ts';

const layers = (page: Page): Locator => region(page, 'Model').getByRole('list').getByRole('button', { expanded: false });
/** The rows as a screen reader says them: type, arguments, output shape, parameters. */
const rows = (page: Page): Promise<string[]> =>
  region(page, 'Model')
    .locator('li[data-layer]')
    .evaluateAll((items) => items.map((item) => item.querySelector('button')?.textContent?.replace(/\s+/g, ' ').trim() ?? ''));
const ids = async (page: Page): Promise<string[]> => (await experimentOf(page)).model.layers.map((layer) => layer.id);

async function unfold(page: Page, name: RegExp): Promise<void> {
  await region(page, 'Model').getByRole('button', { name }).first().click();
}

const SMALL = ['Conv2d 3×3, stride 2, padding 1 4×14×14 40', 'ReLU 4×14×14', 'MaxPool2d 2×2 4×7×7', 'Flatten 196', 'Linear 10 1.97 k'];
const squeeze = (text: string): string => text.replaceAll(' ', '');

async function expectRows(page: Page, expected: readonly string[]): Promise<void> {
  await expect.poll(async () => (await rows(page)).map(squeeze)).toEqual(expected.map(squeeze));
}

test('layers are added, edited, reordered and removed; shapes and parameters follow', async ({ page }) => {
  await open(page);
  await expectRows(page, SMALL);
  await expect(region(page, 'Model')).toContainText('2.01 k parameters');

  // Before the last layer, where a dropout belongs; opened to be edited.
  await button(page, 'Add a layer').click();
  await page.getByRole('button', { name: /^Dropout/ }).click();
  expect(await ids(page)).toEqual(['conv1', 'relu1', 'pool1', 'flatten', 'dropout1', 'fc']);
  await type(page.getByRole('textbox', { name: 'dropout1 p' }), '0.25');
  await expect.poll(async () => (await experimentOf(page)).model.layers[4]).toEqual({ id: 'dropout1', type: 'Dropout', p: 0.25 });

  // A picture layer goes before Flatten.
  await button(page, 'Add a layer').click();
  await page.getByRole('button', { name: /^BatchNorm2d/ }).click();
  expect(await ids(page)).toEqual(['conv1', 'relu1', 'pool1', 'bn1', 'flatten', 'dropout1', 'fc']);

  // Buttons, then keys.
  await button(page, 'Move bn1 up').click();
  await button(page, 'Move bn1 up').click();
  expect(await ids(page)).toEqual(['conv1', 'bn1', 'relu1', 'pool1', 'flatten', 'dropout1', 'fc']);
  await button(page, 'Remove dropout1')
    .or(region(page, 'Model').getByRole('button', { name: /^Dropout/ }))
    .first()
    .click();
  await button(page, 'Remove dropout1').click();
  const pool = layers(page).filter({ hasText: 'MaxPool2d' });
  await pool.focus();
  await pool.press('Alt+ArrowUp');
  await expect(pool, 'focus goes with the layer').toBeFocused();
  await pool.press('Alt+ArrowUp');
  expect(await ids(page)).toEqual(['conv1', 'pool1', 'bn1', 'relu1', 'flatten', 'fc']);

  await unfold(page, /^Conv2d/);
  await type(page.getByRole('textbox', { name: 'conv1 out_channels' }), '6');
  await type(page.getByRole('textbox', { name: 'conv1 kernel_size' }), '3×5');
  await expectRows(page, [
    'Conv2d 3×5, stride 2, padding 1 6×14×13 96',
    'MaxPool2d 2×2 6×7×6',
    'BatchNorm2d 6×7×6 12',
    'ReLU 6×7×6',
    'Flatten 252',
    'Linear 10 2.53 k',
  ]);
  await step(page, 6);
  expect((await curveOf(page, 'SGD')).value.every(Number.isFinite)).toBe(true);
  await expect(page.getByRole('combobox', { name: 'Layer of the feature maps' })).toContainText('conv1 · 6×14×13');
});

test('a layer dragged by its grip lands where the line shows', async ({ page }) => {
  await open(page);
  const row = (id: string): Locator => region(page, 'Model').locator(`li[data-layer="${id}"]`);
  await row('relu1').hover();
  const from = (await row('relu1').boundingBox())!;
  const to = (await row('pool1').boundingBox())!;
  await page.mouse.move(from.x + 8, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + 8, to.y + to.height - 3, { steps: 5 });
  await expect(row('flatten').or(row('pool1')).and(page.locator('[data-mark]'))).toHaveCount(1);
  await page.mouse.up();
  await expect.poll(() => ids(page)).toEqual(['conv1', 'pool1', 'relu1', 'flatten', 'fc']);
});

test('an impossible shape is explained at the layer, training waits, and nothing is lost', async ({ page }) => {
  await open(page);
  await step(page, 6);
  const before = await curvesOf(page);
  await unfold(page, /^Conv2d/);
  const kernel = page.getByRole('textbox', { name: 'conv1 kernel_size' });
  await type(kernel, '31');
  const conv = region(page, 'Model').locator('li[data-layer="conv1"]');
  await expect(conv.getByRole('alert')).toHaveText(/conv1.*31×31.*(30×30|28×28)/);
  await expect(region(page, 'Model')).toContainText('cannot be built');
  await expect(button(page, 'Start')).toBeDisabled();
  await expect(button(page, 'Start')).toHaveAttribute('title', /31×31/);
  await expect(button(page, 'Step')).toBeDisabled();
  await expect(statusLine(page)).toContainText('cannot train');
  expect(await curvesOf(page), 'the curves still stand there').toEqual(before);
  // Keys do no more than the buttons.
  await button(page, 'Share').focus();
  await page.keyboard.press('ArrowRight');
  expect(await curvesOf(page)).toEqual(before);

  await type(kernel, '3');
  await expect(conv.getByRole('alert')).toHaveCount(0);
  await expect(button(page, 'Start')).toBeEnabled();
  expect(await curvesOf(page), 'and go on from there').toEqual(before);
  await step(page, 1);
  expect((await curveOf(page, 'SGD')).step.length).toBe(7);
});

test('what does not go with the data is said where it is wrong', async ({ page }) => {
  await open(page);
  const alert = region(page, 'Model').getByRole('alert');
  await unfold(page, /^Linear/);
  await type(page.getByRole('textbox', { name: 'fc out_features' }), '7');
  await expect(alert).toHaveText(/fc.*7 values.*10 classes/);
  await button(page, 'Remove fc').click();
  await expect(alert).toHaveText(/flatten.*196 values.*10 classes|last layer/);
  await expect(button(page, 'Start')).toBeDisabled();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(alert).toHaveCount(0);
  expect((await experimentOf(page)).model).toEqual(small().model);
  await expect(button(page, 'Start')).toBeEnabled();

  // Sizes beyond any limit are refused before anything is allocated.
  await unfold(page, /^Conv2d/);
  const channels = page.getByRole('textbox', { name: 'conv1 out_channels' });
  await type(channels, '1000000');
  await expect(region(page, 'Model').getByRole('alert')).toContainText(/a whole number from 1 to/);
  await channels.press('Escape');
  expect((await experimentOf(page)).model).toEqual(small().model);
});

test('a network too large for the GPU is refused with the sizes; the experiment stays', async ({ page }) => {
  await open(page);
  await unfold(page, /^Linear/);
  await page.getByRole('textbox', { name: 'batch_size' }).fill('256');
  await page.getByRole('textbox', { name: 'batch_size' }).press('Enter');
  await unfold(page, /^Conv2d/);
  await type(page.getByRole('textbox', { name: 'conv1 out_channels' }), '8192');
  await type(page.getByRole('textbox', { name: 'conv1 stride' }), '1');
  const said = page.getByRole('alert').filter({ hasText: /GPU|GiB|MiB|bytes/ });
  await expect(said.first()).toBeVisible({ timeout: 20_000 });
  await expect(button(page, 'Start')).toBeDisabled();
  await type(page.getByRole('textbox', { name: 'conv1 out_channels' }), '4');
  await expect(button(page, 'Start')).toBeEnabled({ timeout: 20_000 });
  await step(page, 2);
  expect((await curveOf(page, 'SGD')).step.length).toBe(2);
});

test('a change of the network in a race starts again, and Undo brings the curves back', async ({ page }) => {
  await open(page);
  await start(page);
  await trained(page, 8);
  await button(page, 'Pause').click();
  await expect(button(page, 'Start')).toBeVisible();
  await trained(page, 8);
  const before = await curvesOf(page);
  await button(page, 'Networks').click();
  await page.getByRole('button', { name: /^LeNet/ }).click();
  await expect(region(page, 'Model')).toContainText('61.7 k parameters');
  await expect.poll(async () => (await curveOf(page, 'SGD')).step.length).toBe(0);
  await expect(region(page, 'Runs')).toContainText('2 lanes');
  await page.evaluate(() => window.playground.ready);
  await step(page, 1);
  expect((await curveOf(page, 'SGD')).step.length).toBe(1);

  await page.getByRole('log').getByRole('button', { name: 'Undo' }).first().click();
  await expectRows(page, SMALL);
  expect(await curvesOf(page)).toEqual(before);
  await expect(statusLine(page)).toContainText(/paused|ready/, { timeout: 20_000 });
  await step(page, 2);
  const after = await curveOf(page, 'SGD');
  expect(after.step.length).toBe(before[0]!.step.length + 2);
});

test('every network of the menu can be built for these digits, or says why not', async ({ page }) => {
  await open(page);
  await button(page, 'Networks').click();
  const items = page.locator('[popover]:popover-open').getByRole('button');
  await expect(items.nth(3), 'four at least').toBeVisible();
  const count = await items.count();
  for (let i = 0; i < count; i++) {
    if (i > 0) await button(page, 'Networks').click();
    await items.nth(i).click();
    await expect(region(page, 'Model')).toContainText(/[\d.]+ ?[kM]? parameters/);
    await expect(region(page, 'Model').getByRole('alert')).toHaveCount(0);
    expect((await experimentOf(page)).model.layers.at(-1)).toMatchObject({ type: 'Linear', out_features: 10 });
  }
});
