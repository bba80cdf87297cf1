/** Runs at scale: a grid of runs and seeds. */
import type { Page } from '@playwright/test';
import { button, curvesOf, expect, experimentOf, open, region, runCard, sgd, small, step, test, type } from './support.ts';

const names = async (page: Page): Promise<string[]> => (await experimentOf(page)).runs.map((run) => run.name);

test('these runs × these seeds, and one step back', async ({ page }) => {
  await open(page, small({ runs: [sgd('One', 0.05), sgd('Two', 0.02), sgd('Three', 0.01)] }));
  await step(page, 4);
  const before = await curvesOf(page);

  await button(page, 'Seeds').click();
  const dialog = page.getByRole('dialog', { name: 'Runs × seeds' });
  await dialog.getByRole('checkbox', { name: 'Three' }).uncheck();
  await type(dialog.getByRole('textbox', { name: 'Number of seeds' }), '3');
  await type(dialog.getByRole('textbox', { name: 'First seed' }), '11');
  await expect(dialog.getByRole('status')).toContainText('2 × 3 = 6 runs');
  await dialog.getByRole('button', { name: 'Make the grid' }).click();
  await expect(dialog).toBeHidden();

  const grid = ['One · seed 11', 'One · seed 12', 'One · seed 13', 'Two · seed 11', 'Two · seed 12', 'Two · seed 13'];
  expect(await names(page)).toEqual(grid);
  const { runs } = await experimentOf(page);
  expect(runs.map((run) => run.seed)).toEqual([11, 12, 13, 11, 12, 13]);
  expect(runs.map((run) => run.color)).toEqual([0, 0, 0, 1, 1, 1]);
  await step(page, 3);
  await expect(region(page, 'Runs')).toContainText('6 lanes');
  const first = (await curvesOf(page)).filter((curve) => curve.metric === 'train_loss').map((curve) => curve.value[0]!);
  expect(new Set(first.slice(0, 3)).size, 'another seed starts elsewhere').toBe(3);
  expect(first.slice(3), 'the same seeds start from the same weights and batch').toEqual(first.slice(0, 3));

  await page.getByRole('button', { name: 'Undo' }).first().click();
  expect(await names(page)).toEqual(['One', 'Two', 'Three']);
  await expect.poll(() => curvesOf(page), 'the curves come back with the runs').toEqual(before);
});

test('a grid that is too large is refused in words, and many runs are rows', async ({ page }) => {
  const runs = Array.from({ length: 10 }, (_, i) => sgd(`Run ${i}`, 0.01 * (i + 1)));
  await open(page, small({ runs }));
  await expect(page.getByRole('textbox', { name: 'Run 3: lr', exact: true })).toBeHidden();
  await button(page, 'Open Run 3').click();
  await expect(page.getByRole('textbox', { name: 'Run 3: lr', exact: true })).toBeVisible();
  await button(page, 'Close Run 3').click();

  await button(page, 'Seeds').click();
  const dialog = page.getByRole('dialog', { name: 'Runs × seeds' });
  await expect(dialog.getByRole('status')).toContainText('10 × 5 = 50 runs');
  await type(dialog.getByRole('textbox', { name: 'Number of seeds' }), '7');
  await expect(dialog.getByRole('alert')).toHaveText('10 runs × 7 seeds are 70; an experiment holds 64. Fewer runs or fewer seeds fit.');
  await expect(dialog.getByRole('button', { name: 'Make the grid' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await names(page)).toEqual(runs.map((run) => run.name));
  await expect(runCard(page, 'Run 9')).toBeVisible();
});
