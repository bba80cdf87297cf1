/** A preset makes a claim; what to watch stands beside the curves and in every pane, until it is put away. */
import type { Page } from '@playwright/test';
import { preset } from '../src/model/presets.ts';
import { button, expect, expectAccessible, ready, region, step, test } from './support.ts';

const watch = (page: Page) => page.getByRole('note', { name: 'What to watch' });
const note = (id: string): string => preset(id)!.experiment.note!;

test('what to watch: in the empty chart before, above the curves and in every pane from the first step on, away when hidden', async ({ page }) => {
  await page.goto('./#v=1&preset=momentum-forms');
  await ready(page);
  await expect(page.getByText(note('momentum-forms')), 'once, in the empty chart').toHaveCount(1);
  await expect(watch(page)).toHaveCount(0);
  await step(page, 3);
  await expect(watch(page)).toHaveText(note('momentum-forms'));
  for (const tab of ['Verdict', 'Search', 'Landscape', 'Microscope', 'Curves']) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    await expect(watch(page)).toHaveText(note('momentum-forms'));
  }
  // A claim is about the runs that it was made of.
  await page.evaluate(async () => {
    const experiment = window.playground.experiment();
    await window.playground.load({ ...experiment, runs: experiment.runs.map((run) => ({ ...run, optimizer: { ...run.optimizer, lr: 0.2 } })) });
    await window.playground.step(3);
  });
  await expect(watch(page)).toHaveText(`Before your changes: ${note('momentum-forms')}`);
  await expectAccessible(page);
  await button(page, 'Hide what to watch').press('Enter');
  await expect(watch(page)).toHaveCount(0);

  await expect(page.getByRole('tab', { name: 'Curves' }), 'the focus is not lost').toBeFocused();

  // Another experiment has something else to say.
  await page.getByRole('button', { name: /^Experiment: / }).click();
  await page.getByRole('button', { name: /^Nesterov brakes/ }).click();
  await ready(page);
  await step(page, 3);
  await expect(watch(page)).toHaveText(note('nesterov-brakes'));
});

test('an experiment with several seeds opens as means and bands, from the menu and from a link; another one as single lines', async ({ page }) => {
  await page.goto('./#v=1&preset=five-seeds');
  await ready(page);
  await step(page, 2);
  const mean = region(page, 'Loss').getByRole('button', { name: /mean of 5$/ });
  await expect(mean).toHaveCount(4);
  await page.getByRole('button', { name: /^Experiment: / }).click();
  await page.getByRole('button', { name: /^Nesterov brakes/ }).click();
  await ready(page);
  await step(page, 2);
  await expect(mean).toHaveCount(0);
  await page.getByRole('button', { name: /^Experiment: / }).click();
  await page.getByRole('button', { name: /^Five seeds/ }).click();
  await ready(page);
  await step(page, 2);
  await expect(mean).toHaveCount(4);
});
