/** The microscope on a live race: histograms that move, one weight's numbers that end where the GPU does, all of it by keyboard too. */
import type { Locator, Page } from '@playwright/test';
import { curveOf, expect, expectAccessible, open, pause, region, sgd, small, start, step, test, trained } from './support.ts';

const pane = (page: Page): Promise<void> => page.getByRole('tab', { name: 'Microscope' }).click();
const fact = (page: Page, name: string): Locator => region(page, 'Microscope').locator(`dt:text-is("${name}") + dd`);
const stepShown = async (page: Page): Promise<number> => Number.parseInt((await fact(page, 'Step').textContent()) ?? '', 10);
const bars = (page: Page, title: string): Locator => page.getByRole('img', { name: new RegExp(`^${title}:`) }).locator('path');
/** The steps' values as written, and what the GPU wrote. */
/** Both at one time: a new look may come between two questions. */
const explained = (page: Page): Promise<{ last: string; written: string }> =>
  region(page, 'Explain this update').evaluate((panel) => ({
    last: [...panel.querySelectorAll('li output')].at(-1)?.textContent ?? '',
    written: panel.querySelector('strong')?.textContent ?? '',
  }));

test('before, during and after training: the next update, live, and the step that is then taken', async ({ page }) => {
  await open(page);
  await pane(page);
  await expect(fact(page, 'Step')).toHaveText('1, by SGD');
  await start(page);
  await expect.poll(() => stepShown(page), { timeout: 30_000 }).toBeGreaterThan(1);
  const before = await bars(page, 'Gradient').getAttribute('d');
  await expect.poll(() => bars(page, 'Gradient').getAttribute('d'), { timeout: 30_000 }).not.toBe(before);
  await trained(page, 5);
  await pause(page);
  const done = (await curveOf(page, 'SGD')).step.at(-1)!;
  await expect.poll(() => stepShown(page)).toBe(done + 1);

  // The weight that was promised is the weight that the step leaves.
  const promised = await explained(page);
  await step(page, 1);
  await expect.poll(() => stepShown(page)).toBe(done + 2);
  const first = region(page, 'Explain this update').locator('li').first();
  await expect(first).toContainText('Weight');
  await expect(first.locator('output')).toHaveText(promised.written);
});

test('training is the same to the bit with the pane open', async ({ page }) => {
  await open(page);
  await step(page, 20);
  const plain = await curveOf(page, 'Adam');
  await page.evaluate(() => window.playground.reset());
  await pane(page);
  await step(page, 20);
  expect(await curveOf(page, 'Adam')).toEqual(plain);
});

test('run, layer, comparison and weight are chosen by keyboard; the formula ends at the weight', async ({ page }) => {
  await open(page);
  await step(page, 3);
  await page.getByRole('tab', { name: 'Curves' }).focus();
  const tab = page.getByRole('tab', { name: 'Microscope' });
  while (!(await tab.evaluate((element) => element === document.activeElement))) await page.keyboard.press('ArrowRight');
  await expect(fact(page, 'Step')).toHaveText('4, by SGD');
  const choose = async (label: string, key: string): Promise<void> => {
    const select = region(page, 'Microscope').getByLabel(label, { exact: true });
    await select.focus();
    await page.keyboard.press(key);
  };
  await choose('Run', 'ArrowDown');
  await expect(fact(page, 'Step')).toHaveText('4, by Adam');
  await choose('Layer', 'ArrowDown');
  await choose('Compare with', 'ArrowDown');
  await expect(fact(page, 'Cosine to SGD')).toHaveText(/^−?[01]\.\d{3}$/);
  for (const title of ['Gradient', 'Update', 'First moment', 'Root of the second moment', 'Effective step']) {
    await expect(bars(page, title)).toHaveAttribute('d', /^M/);
  }
  const panel = region(page, 'Explain this update');
  const heat = panel.getByRole('slider', { name: 'Weight of fc.weight' });
  await heat.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(heat).toHaveAttribute('aria-valuetext', /^fc\.weight\[1, \d+\]$/);
  const { last, written } = await explained(page);
  expect(last.slice(0, 7)).toBe(written.slice(0, 7));
  await expect(panel.getByText('First moment', { exact: true })).toBeVisible();
  await panel.getByLabel('Tensor').focus();
  await page.keyboard.press('ArrowDown');
  await expect(panel.getByRole('slider', { name: 'Weight of fc.bias' })).toBeVisible();
  await panel.getByRole('textbox', { name: 'Index of the weight' }).fill('7');
  await page.keyboard.press('Enter');
  await expect(panel.getByText('fc.bias[7]')).toBeVisible();
});

test('Muon: what becomes of the singular values of a matrix, and a weight of it explained', async ({ page }) => {
  const muon = { name: 'Muon', optimizer: { type: 'Muon', lr: 0.02, hidden_only: false } };
  await open(page, small({ runs: [muon, sgd('SGD', 0.05)] }));
  await step(page, 3);
  await pane(page);
  await expect(region(page, 'Singular values').getByRole('img', { name: /^4 singular values: before 0\.\d+ … / })).toBeVisible();
  const { last, written } = await explained(page);
  expect(last).toBe(written);
  await expectAccessible(page);
  await region(page, 'Microscope').getByLabel('Run', { exact: true }).selectOption('SGD');
  await expect(fact(page, 'Step')).toHaveText('4, by SGD');
  await expect(region(page, 'Singular values')).toHaveCount(0);
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${scheme}: the pane, a frozen run, a phone`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, small({ runs: [{ name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } }, sgd('Wild', 1e30)] }));
    await step(page, 6);
    await pane(page);
    await expect(region(page, 'Explain this update')).toBeVisible();
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect(region(page, 'Explain this update')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    await expectAccessible(page);
    await region(page, 'Microscope').getByLabel('Run', { exact: true }).selectOption('Wild');
    await expect(page.getByText(/Wild was frozen before step \d+/)).toBeVisible();
    await expectAccessible(page);
  });
}
