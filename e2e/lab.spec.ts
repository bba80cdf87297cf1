/** The self-test and benchmark pages: run, watch, cancel, take the results along; and what they say where there is no GPU. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { LabAutomation } from '../src/store/lab.ts';
import { button, curveOf, expect, expectAccessible, inWorker, open, ready, step, test } from './support.ts';

declare global {
  interface Window {
    lab: LabAutomation;
  }
}

interface Results {
  adapter: { name: string };
  operations?: { operation: string; passed: boolean; error: number }[];
  steps?: { network: string; lanes: number; steps_per_second: number; dispatches: number }[];
}

const results = (page: Page): Promise<Results> => page.evaluate(() => window.lab.results() as unknown as Results);

test('what one training step does: every dispatch, and what was fused has none', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  await page.getByRole('button', { name: /One step: 17 dispatches · 104 MFLOP/ }).click();
  const dialog = page.getByRole('dialog', { name: 'One training step' });
  await expect(dialog.getByRole('row')).toHaveCount(18);
  await expect(dialog.getByRole('rowheader', { name: 'conv2 backward' })).toBeVisible();
  await expect(dialog.getByRole('rowheader', { name: /relu|pool/ })).toHaveCount(0);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('the self-test, from the footer: operations come in one by one; cancelled, what came stands', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  await page.getByRole('link', { name: 'Self-test' }).click();
  await expect(page.getByRole('heading', { name: 'Kernel self-test' })).toBeVisible();
  await expectAccessible(page);
  await button(page, 'Test this GPU').click();
  await expect(page.getByRole('progressbar', { name: 'Kernel self-test' })).toBeVisible();
  await expect(page.getByRole('rowheader', { name: 'linear' })).toBeVisible({ timeout: 60_000 });
  await button(page, 'Cancel').click();
  await expect(page.getByText('Cancelled.')).toBeVisible();
  await expect(page.getByText(/All \d+ operations pass on this GPU/)).toBeVisible();
  const { operations, adapter } = await results(page);
  expect(adapter.name).not.toBe('');
  expect(operations!.map(({ operation }) => operation).slice(0, 2)).toEqual(['conv2d', 'linear']);
  for (const { passed, error } of operations!) expect([passed, error < 1e-4]).toEqual([true, true]);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Descent' }).click();
  await ready(page);
});

test('the benchmark by keyboard: steps of a network, copied and downloaded', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./bench.html');
  await page.getByRole('checkbox', { name: 'Kernels' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(button(page, 'Run the benchmark')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /Multi-layer perceptron 128 4/ })).toBeVisible({ timeout: 60_000 });
  await button(page, 'Cancel').click();
  const { steps } = await results(page);
  expect(steps!.slice(0, 2).map(({ network, lanes }) => [network, lanes])).toEqual([
    ['Multi-layer perceptron', 1],
    ['Multi-layer perceptron', 4],
  ]);
  for (const { steps_per_second, dispatches } of steps!) expect([steps_per_second > 0, dispatches > 0]).toEqual([true, true]);

  await button(page, 'Copy tables').click();
  await expect(page.getByText('Copied as a Markdown table.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/\| Multi-layer perceptron \| 128 \| 1 \| \d/);
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download JSON').click()]);
  expect(file.suggestedFilename()).toBe('descent-benchmark.json');
  expect(JSON.parse(await readFile((await file.path())!, 'utf8'))).toMatchObject({
    product: 'Descent',
    steps: [{ batch: 128, lanes: 1 }, { lanes: 4 }],
  });
  await expectAccessible(page);
});

test('a kernel is measured, with its throughput', async ({ page }) => {
  await page.goto('./bench.html');
  await page.getByRole('checkbox', { name: 'Training steps' }).uncheck();
  await button(page, 'Run the benchmark').click();
  await expect(page.getByRole('row', { name: /matrix product 512 × 512 × 512 [\d.]+ [\d.]+ [\d.]+/ })).toBeVisible({ timeout: 60_000 });
  await button(page, 'Cancel').click();
  await page.getByRole('checkbox', { name: 'Kernels' }).uncheck();
  await expect(button(page, 'Run again')).toBeDisabled();
});

test('without a GPU both pages say so', async ({ page }) => {
  await page.route(/lab\.worker.*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `navigator.gpu.requestAdapter = async () => null;\n${await response.text()}` });
  });
  for (const [path, action] of [
    ['./selftest.html', 'Test this GPU'],
    ['./bench.html', 'Run the benchmark'],
  ] as const) {
    await page.goto(path);
    await button(page, action).click();
    await expect(page.getByRole('alert')).toContainText('found no GPU');
    await expect(button(page, 'Run again')).toBeEnabled();
  }
});

test('a tile that gives wrong results is found by the self-test and replaced; the badge says so, and training goes on', async ({ page }) => {
  test.slow();
  await inWorker(page, "self.wrongTile = 'conv2d forward'");
  await open(page);
  await step(page, 2);
  await page.getByRole('button', { name: /^GPU: / }).click();
  const dialog = page.getByRole('dialog', { name: 'GPU' });
  await button(page, 'Test this GPU').click();
  await expect(dialog.getByText(/conv2d forward: tile \S+ gives wrong results on this GPU and was replaced by/).first()).toBeVisible({
    timeout: 150_000,
  });
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^GPU: .* tiles? replaced/ })).toBeVisible();
  await step(page, 2);
  expect((await curveOf(page, 'Adam')).step).toEqual([1, 2, 3, 4]);
});
