/** Schedules: drawn before they run, followed while they run, and what they cannot do said in a sentence. */
import type { Page } from '@playwright/test';
import { curveOf, expect, experimentOf, open, runCard, sgd, small, step, test, type } from './support.ts';

const choose = (page: Page, run: string, schedule: string) => page.getByRole('combobox', { name: `${run}: schedule` }).selectOption(schedule);
const plan = (page: Page, run: string, what: string) => page.getByRole('img', { name: new RegExp(`^${run}: planned ${what}`) });
const details = (page: Page, run: string) => runCard(page, run).locator('details > summary').first();

test('a cycle is drawn beside the choice, with the momentum and the step that training has reached', async ({ page }) => {
  await open(page, small({ runs: [sgd('One', 0.05), { name: 'Two', optimizer: { type: 'Adam', lr: 0.01 } }] }));
  await details(page, 'One').click();
  await choose(page, 'One', 'OneCycleLR');
  await type(page.getByRole('textbox', { name: 'One: total_steps' }), '20');
  await expect(plan(page, 'One', 'learning rate')).toHaveAccessibleName(
    'One: planned learning rate: from 4e-3 at step 0 up to 0.1 at step 5, 4e-7 at step 22',
  );
  await expect(plan(page, 'One', 'momentum')).toHaveAccessibleName(
    'One: planned momentum: from 0.95 at step 0 down to 0.85 at step 5, 0.95 at step 22',
  );
  await expect(runCard(page, 'One')).toContainText('Ends at step 19; after that the rate stays at 4e-7.');
  await expect(runCard(page, 'One')).toContainText('Moves the momentum; the run’s own 0 does not count.');
  await expect(runCard(page, 'One')).toContainText('state1×');

  await step(page, 6);
  await expect(runCard(page, 'One')).toContainText('Ends at step 19, 13 from here; after that the rate stays at 4e-7.');
  const marker = plan(page, 'One', 'learning rate').locator('[data-step]');
  await expect(marker).toHaveAttribute('data-step', '6');
  expect((await curveOf(page, 'One', 'lr')).value[5]).toBeCloseTo(0.1, 8);
  await step(page, 19);
  await expect(runCard(page, 'One')).toContainText('Over since step 19: the rate stays at 4e-7, and next to nothing is learned.');
});

test('a plateau goes by the validation loss, shows what it has done, and says when it never can', async ({ page }) => {
  const schedule = { type: 'ReduceLROnPlateau', patience: 0, factor: 0.5, threshold: 0.9 };
  await open(page, small({ runs: [sgd('One', 0.05, { schedule }), sgd('Two', 0.05)] }));
  await details(page, 'One').click();
  await expect(runCard(page, 'One')).toContainText('After an improvement the next drop is at least 5 steps away.');
  await step(page, 16);
  // Nothing falls to a tenth in five steps: a drop after every validation but the first, at steps 10 and 15.
  const rates = (await curveOf(page, 'One', 'lr')).value;
  expect(rates).toEqual([0.05, 0.025, 0.0125].flatMap((lr, i) => Array<number>([10, 5, 1][i]!).fill(Math.fround(lr))));
  expect(new Set((await curveOf(page, 'Two', 'lr')).value)).toEqual(new Set([Math.fround(0.05)]));
  await expect(plan(page, 'One', 'learning rate').locator('path')).toHaveCount(3);
  await runCard(page, 'One').getByText('more', { exact: true }).first().click();
  await type(page.getByRole('textbox', { name: 'One: min_lr' }), '1');
  await expect(runCard(page, 'One')).toContainText('min_lr is not below lr: the rate never falls.');
});

test('arguments: out of range names the field and what holds, back to the default by keyboard, and where a schedule is from', async ({ page }) => {
  await open(page, small({ runs: [{ name: 'One', optimizer: { type: 'Adam', lr: 0.01 } }] }));
  const card = runCard(page, 'One');
  await details(page, 'One').click();
  const beta = page.getByRole('textbox', { name: 'One: betas 1' });
  await type(beta, '1.5');
  await expect(beta).toHaveAttribute('aria-invalid', 'true');
  await expect(card.getByRole('alert')).toHaveText('betas 1 takes a number from 0 to below 1; 0.9 still holds.');
  await expect(card.getByRole('alert')).toBeInViewport({ ratio: 1 });
  await type(beta, '0.8');
  await expect(card.getByRole('alert')).toHaveCount(0);
  const reset = card.getByRole('button', { name: 'Reset One: betas to (0.9, 0.999)' });
  await reset.focus();
  await page.keyboard.press('Enter');
  await expect(beta).toHaveValue('0.9');
  await expect(reset).toHaveCount(0);
  await expect(beta).toBeFocused();
  expect((await experimentOf(page)).runs[0]!.optimizer).toEqual({ type: 'Adam', lr: 0.01 });

  await choose(page, 'One', 'MultiStepLR');
  await type(page.getByRole('textbox', { name: 'One: milestones' }), 'soon');
  await expect(card.getByRole('alert')).toHaveText(
    'milestones takes whole numbers with commas between, each from 0 to 1e7; 300, 600, 800 still holds.',
  );
  await expect(card.getByRole('link', { name: 'PyTorch: MultiStepLR' })).toHaveAttribute('href', /MultiStepLR/);
  await expect(card.locator('math').first()).toBeVisible();
});
