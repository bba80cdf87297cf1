/** The verdict table: a race of two optimizers by three seeds, its rows, its sentence, and what one can take from it. */
import type { Page } from '@playwright/test';
import type { Experiment } from '../src/model/types.ts';
import { mlp } from '../src/model/zoo.ts';
import { button, curvesOf, expect, expectAccessible, open, pick, region, sgd, small, step, test, type } from './support.ts';

const SEEDS = [1, 2, 3];

/** Two inputs, 2 × 3 runs: Adam finds the spirals, a timid SGD does not. */
const race: Experiment = {
  name: 'Seeds',
  model: mlp([2, 1, 1], 2, [16, 16]),
  data: { type: 'spirals', samples: 600, noise: 0.05 },
  batch_size: 32,
  loss: { type: 'CrossEntropyLoss' },
  seed: 1,
  eval_every: 20,
  runs: [
    ...SEEDS.map((seed) => sgd(`SGD, seed ${seed}`, 0.001, { seed })),
    ...SEEDS.map((seed) => ({ name: `Adam, seed ${seed}`, optimizer: { type: 'Adam', lr: 0.02 }, seed })),
  ],
};

const verdict = (page: Page) => region(page, 'Verdict');
const row = (page: Page, name: string) =>
  verdict(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: new RegExp(`^(Seeds of )?${name}\\b`) }) });

async function openVerdict(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Verdict' }).click();
  await expect(verdict(page)).toBeVisible();
}

/** Cells of a row, with what is for assistive technology alone. */
const cells = async (page: Page, name: string): Promise<string[]> => row(page, name).first().getByRole('cell').allTextContents();

async function copied(page: Page, item: string): Promise<string> {
  await button(page, 'Copy the table').click();
  await page.getByRole('button', { name: item }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

test('two optimizers by three seeds: rows, the sentence, a target of one’s own, sorting, and the table to take away', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, race);
  await openVerdict(page);
  await expect(verdict(page)).toContainText('No validation yet');
  await step(page, 200);

  await expect(verdict(page)).toContainText(/Adam is ahead of SGD by [\d.]+ ± [\d.]+ points of best validation accuracy over 3 paired seeds/);
  await expect(verdict(page).locator('[data-kind]')).toHaveAttribute('data-kind', /apart|noise/);
  await expect(row(page, 'SGD')).toContainText('3 seeds');
  await expect(row(page, 'Adam')).toContainText('SGD → Adam, lr 1e-3 → 0.02');

  // The mean of what the curves say.
  const curves = await curvesOf(page);
  const best = SEEDS.map((seed) => Math.max(...pick(curves, `Adam, seed ${seed}`, 'val_accuracy').value));
  const mean = (100 * best.reduce((a, b) => a + b)) / 3;
  // The table follows the curves at its own pace.
  const away = async (): Promise<number> => Math.abs(Number((await cells(page, 'Adam'))[1]!.replace('best: ', '').split('±')[0]) - mean);
  await expect.poll(away).toBeLessThan(0.6);
  expect((await cells(page, 'Adam'))[1]).toMatch(/^best: /);

  await button(page, 'Seeds of Adam').click();
  for (const seed of SEEDS) await expect(verdict(page).getByRole('row', { name: `seed ${seed}` })).toBeVisible();
  await expectAccessible(page);
  await button(page, 'Seeds of Adam').click();

  // A target that everyone has reached at the first validation, one that nobody can, and what is none.
  const target = verdict(page).getByRole('textbox', { name: 'target value' });
  await type(target, '1 %');
  await expect.poll(async () => (await cells(page, 'SGD'))[5]).toMatch(/^20\b/);
  await type(target, '100');
  await expect.poll(async () => (await cells(page, 'SGD'))[5]).toBe('–');
  await type(target, 'soon');
  await expect(verdict(page).getByRole('alert')).toHaveText('above 0 %, at most 100 %');
  await target.press('Escape');
  await expect(verdict(page).getByRole('alert')).toHaveCount(0);
  await verdict(page).getByRole('combobox', { name: 'target metric' }).selectOption('val_loss');
  await expect(verdict(page).getByRole('columnheader', { name: 'To loss 0.3' })).toBeVisible();

  const order = () => verdict(page).getByRole('rowheader').locator('span > span').allTextContents();
  const heads = verdict(page).getByRole('columnheader', { name: 'best validation loss' });
  await heads.getByRole('button').click();
  await expect(heads).toHaveAttribute('aria-sort', 'ascending');
  expect((await order()).filter((name) => name === 'Adam' || name === 'SGD')).toEqual(['Adam', 'SGD']);
  await heads.getByRole('button').click();
  await expect(heads).toHaveAttribute('aria-sort', 'descending');
  expect((await order()).filter((name) => name === 'Adam' || name === 'SGD')).toEqual(['SGD', 'Adam']);

  await verdict(page).getByRole('combobox', { name: 'judge by' }).selectOption('final_loss');
  await expect(verdict(page)).toContainText(/in final validation loss over 3 paired seeds/);

  const markdown = await copied(page, 'Copy as Markdown');
  expect(markdown).toMatch(/^\| run \| seeds \| final validation accuracy \(%\)/);
  expect(markdown).toMatch(/\| Adam \| 3 \|/);
  expect(markdown).toContain('Adam is ahead of SGD');
  const lines = (await copied(page, 'Copy as CSV')).trim().split(/\r?\n/);
  expect(lines).toHaveLength(1 + 2 * (1 + SEEDS.length));
  expect(lines.filter((line) => /^Adam,"Adam, seed \d"/.test(line))).toHaveLength(3);
});

test('one seed each is called luck; a run that diverges is named with its step and not ranked', async ({ page }) => {
  await open(page, small({ runs: [sgd('Calm', 0.05), sgd('Calmer', 0.01), sgd('Wild', 1e30)] }));
  await openVerdict(page);
  await step(page, 10);
  await expect(verdict(page)).toContainText(/is ahead of .* One seed each: this may be luck\./);
  await expect(row(page, 'Wild')).toContainText(/diverged at step \d+/);
  await expect(verdict(page).getByRole('list', { name: 'Notes' })).toContainText(/Wild diverged at step \d+: not ranked\./);
  await expect(row(page, 'Calmer')).toContainText('lr 0.05 → 0.01');
  await verdict(page).getByRole('combobox', { name: 'differences from' }).selectOption('Calmer');
  await expect(row(page, 'Calm').first()).toContainText('lr 0.01 → 0.05');
  await button(page, 'Make it 5 seeds').click();
  await expect(page.getByRole('dialog', { name: 'Runs × seeds' }).getByRole('status')).toContainText('3 × 5 = 15 runs');
});

test('averaged weights stand beside the run, with the values of their own curves', async ({ page }) => {
  const averaging = { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01, ema_decay: 0.9 } };
  await open(page, small({ runs: [sgd('SGD', 0.05), averaging] }));
  await openVerdict(page);
  await expect(row(page, 'averaged weights')).toHaveCount(0);
  await step(page, 10);
  const best = Math.max(...pick(await curvesOf(page), 'Adam', 'ema_val_accuracy').value);
  await expect.poll(async () => (await cells(page, 'averaged weights'))[1]).toBe((100 * best).toFixed(1));
  await expect(row(page, 'averaged weights'), 'SGD keeps no average').toHaveCount(1);
  await expect(verdict(page).getByRole('list', { name: 'Notes' })).toContainText('Averaged weights (EMA) stand beside');
});

test('a phone: the table scrolls by itself, the page does not', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await step(page, 6);
  await openVerdict(page);
  await expect(row(page, 'Adam')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
});
