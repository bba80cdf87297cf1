/** Story 10: nothing is lost by accident, and every experiment of the menu can be trained. */
import type { Page } from '@playwright/test';
import { presets } from '../src/model/presets.ts';
import {
  button,
  curveOf,
  curvesOf,
  expect,
  experimentOf,
  kept,
  open,
  ready,
  region,
  runCard,
  small,
  statusLine,
  statusStep,
  step,
  test,
  type,
} from './support.ts';

const messages = (page: Page) => page.getByRole('log', { name: 'Messages' });

test('a reload keeps the experiment with every change', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  await page.evaluate((e) => window.playground.load(e), small());
  await type(page.getByRole('textbox', { name: 'Adam: lr', exact: true }), '2e-3');
  await type(page.getByRole('textbox', { name: 'Name of run 1' }), 'Plain');
  await button(page, 'Hide Plain').click();
  await type(page.getByRole('textbox', { name: 'batch_size' }), '32');
  const changed = await experimentOf(page);
  expect(changed).toMatchObject({ batch_size: 32, runs: [{ name: 'Plain', hidden: true }, { optimizer: { lr: 2e-3 } }] });
  await expect.poll(() => page.url(), 'the address follows').toContain('#v=1');
  await kept(page);
  await page.reload();
  await ready(page);
  expect(await experimentOf(page)).toEqual(changed);
  await expect(runCard(page, 'Plain')).toBeVisible();
  await step(page, 2);
  expect((await curveOf(page, 'Plain')).step.length).toBe(2);
});

test('a new visit opens the experiment of the last one; two tabs keep one each', async ({ context, page }) => {
  await page.goto('./');
  await page.evaluate((e) => window.playground.load(e), small({ name: 'First tab' }));
  await kept(page);
  const second = await context.newPage();
  await second.goto('./');
  await ready(second);
  expect((await experimentOf(second)).name, 'the newest').toBe('First tab');
  await second.evaluate((e) => window.playground.load(e), small({ name: 'Second tab', seed: 9 }));
  await kept(second);
  await page.reload();
  await ready(page);
  expect((await experimentOf(page)).name).toBe('First tab');
  await second.reload();
  await ready(second);
  expect((await experimentOf(second)).name).toBe('Second tab');
});

test('where nothing may be stored, the page says so and works', async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The user denied permission to access the database.', 'SecurityError');
    };
    Storage.prototype.setItem = () => {
      throw new DOMException('quota', 'QuotaExceededError');
    };
  });
  await page.goto('./');
  await ready(page);
  await page.evaluate((e) => window.playground.load(e), small());
  await step(page, 3);
  await expect(page.getByText(/Not saved on this device/)).toBeVisible();
  expect((await curveOf(page, 'Adam')).step.length).toBe(3);
});

test('Undo after Reset brings the curves back, and training goes on from there', async ({ page }) => {
  await open(page);
  await step(page, 9);
  const before = await curvesOf(page);
  await button(page, 'Reset').click();
  await expect.poll(() => statusStep(page)).toBe(0);
  expect((await curveOf(page, 'SGD')).step).toEqual([]);
  await messages(page).getByRole('button', { name: 'Undo' }).click();
  expect(await curvesOf(page)).toEqual(before);
  await expect(statusLine(page)).toHaveText(/step 9.*paused/, { timeout: 20_000 });
  await step(page, 3);
  const went = await curvesOf(page);

  // As if nothing had been pressed.
  await button(page, 'Reset').click();
  await step(page, 12);
  expect(await curvesOf(page)).toEqual(went);
});

test('Ctrl+Z takes back a change, Ctrl+Shift+Z does it again', async ({ page }) => {
  await open(page);
  await page.getByRole('combobox', { name: 'Adam: optimizer' }).selectOption('AdamW');
  await expect.poll(async () => (await experimentOf(page)).runs[1]!.optimizer.type).toBe('AdamW');
  const changed = await experimentOf(page);
  await button(page, 'Share').focus();
  await page.keyboard.press('Control+z');
  await expect.poll(() => experimentOf(page)).toEqual(small());
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => experimentOf(page)).toEqual(changed);
});

test('a session that this version cannot read is kept aside and offered', async ({ page }) => {
  await open(page);
  await type(page.getByRole('textbox', { name: 'batch_size' }), '32');
  await kept(page);
  await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((done, failed) => {
      const request = indexedDB.open('keyval-store');
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    const store = database.transaction('keyval', 'readwrite').objectStore('keyval');
    const keys = await new Promise<IDBValidKey[]>((done) => {
      const request = store.getAllKeys();
      request.onsuccess = () => done(request.result);
    });
    for (const key of keys.map(String).filter((name) => name.startsWith('descent.session')))
      store.put({ version: 99, saved: 1, experiment: { from: 'the future' }, hash: location.hash }, key);
    await new Promise((done) => (store.transaction.oncomplete = done));
    database.close();
  });
  await page.reload();
  await ready(page);
  await expect(page.getByRole('alert').filter({ hasText: 'kept aside' })).toBeVisible();
  const download = page.waitForEvent('download');
  await button(page, 'Download it').click();
  const raw = await (await download).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of raw) chunks.push(chunk as Buffer);
  expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ version: 99, experiment: { from: 'the future' } });
  expect((await experimentOf(page)).name).toBe('Optimizer race');
});

test('every experiment of the menu loads, compiles and trains', async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto('./');
  await ready(page);
  expect(presets.length).toBeGreaterThanOrEqual(6);
  for (const { experiment } of presets) {
    await test.step(experiment.name, async () => {
      await page.getByRole('button', { name: /^Experiment: / }).click();
      const item = page.locator('[popover]:popover-open').getByRole('button', { name: experiment.name, exact: false }).first();
      await expect(item, 'one line says what to watch').toContainText(experiment.note!.slice(0, 30));
      await item.click();
      await expect(page.getByRole('button', { name: `Experiment: ${experiment.name}` })).toBeVisible();
      await ready(page);
      await step(page, 2);
      expect(await experimentOf(page)).toEqual(experiment);
      for (const run of experiment.runs) {
        const { step: steps, value } = await curveOf(page, run.name);
        expect(steps, run.name).toEqual([1, 2]);
        expect(value.every(Number.isFinite), run.name).toBe(true);
      }
      await expect(page.getByRole('listitem', { name: /^Run / })).toHaveCount(experiment.runs.length);
      await expect(region(page, 'Runs').getByRole('alert')).toHaveCount(0);
    });
  }
});
