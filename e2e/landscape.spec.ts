/** The landscape of a live race: computed beside training, with every run's path on it; cancelled; taken away as files; accessible. */
import type { Locator, Page } from '@playwright/test';
import {
  button,
  curvesOf,
  expect,
  expectAccessible,
  open,
  pause,
  pick,
  region,
  sgd,
  small,
  start,
  statusStep,
  step,
  test,
  trained,
  upTo,
} from './support.ts';

const pane = (page: Page): Locator => region(page, 'Landscape');
const picture = (page: Page): Locator => pane(page).getByRole('group', { name: /^Training loss around/ });

async function openPane(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Landscape' }).click();
  await expect(pane(page)).toBeVisible();
}

async function points(page: Page, size: number): Promise<void> {
  await pane(page).getByRole('combobox', { name: 'Points' }).selectOption(String(size));
}

const done = (page: Page): Promise<void> => expect(pane(page).getByText(/^done after/)).toBeVisible({ timeout: 60_000 });

/** Different colours on the canvas. */
const colours = (page: Page): Promise<number> =>
  page.locator('canvas[data-landscape]').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

for (const scheme of ['light', 'dark'] as const) {
  test(`on a live race, ${scheme}: paths of all runs, their plane, numbers by pointer and by keys`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page);
    await openPane(page);
    await expect(pane(page).getByText(/Nothing is trained yet/)).toBeVisible();
    await expectAccessible(page);
    await start(page);
    await trained(page, 30);
    await pane(page).getByRole('combobox', { name: 'Plane' }).selectOption('paths');
    await points(page, 11);
    await pane(page).getByRole('combobox', { name: 'Around' }).selectOption('Adam');
    await button(page, 'Compute').click();
    await done(page);
    await expect(button(page, 'Pause'), 'training went on').toBeVisible();

    await expect(pane(page).getByRole('list', { name: 'Paths' }).getByRole('listitem')).toHaveText([
      /^ ?Adam$/,
      /^ ?SGD$/,
      /^each \d+ places, steps 0 to \d+$/,
    ]);
    for (const run of ['SGD', 'Adam']) {
      const d = await pane(page).locator(`[data-run="${run}"] path`).last().getAttribute('d');
      expect(d!.match(/L/g)!.length, `${run}: places on its path`).toBeGreaterThan(10);
    }
    await expect(
      pane(page).getByText(/11 × 11 points\. Where the run stands \S+; lowest .* The plane holds \d+\.\d % of the paths' variance/),
    ).toBeVisible();
    expect(await colours(page)).toBeGreaterThan(50);

    await picture(page).hover();
    await expect(
      pane(page)
        .getByRole('status')
        .filter({ hasText: /^x \S+, y \S+loss \S+, accuracy/ }),
    ).toBeVisible();
    await picture(page).focus();
    await page.keyboard.press('ArrowRight');
    await expect(
      pane(page)
        .getByRole('status')
        .filter({ hasText: /loss \S+, accuracy/ }),
    ).toBeVisible();
    await expectAccessible(page);

    await button(page, 'Landscape menu').click();
    await page.getByRole('button', { name: 'Values as a table' }).click();
    await expect(page.getByRole('dialog').getByRole('row')).toHaveCount(12);
    await expectAccessible(page);
  });
}

test('keys look from point to point and do not train; a hidden run counts no more', async ({ page }) => {
  await open(page);
  await step(page, 12);
  await openPane(page);
  await pane(page).getByRole('combobox', { name: 'Plane' }).selectOption('paths');
  await points(page, 11);
  await button(page, 'Compute').click();
  await done(page);
  await picture(page).focus();
  for (const key of ['ArrowRight', 'ArrowUp', 'ArrowLeft']) await page.keyboard.press(key);
  await expect(
    pane(page)
      .getByRole('status')
      .filter({ hasText: /loss \S+, accuracy/ }),
  ).toBeVisible();
  await button(page, 'Hide SGD').click();
  await pane(page).getByRole('combobox', { name: 'Around' }).selectOption('Adam');
  await button(page, 'Compute').click();
  await expect(pane(page).getByRole('list', { name: 'Paths' }).getByRole('listitem')).toHaveText([/Adam/]);
  await done(page);
  await expect(pane(page).getByText(/One run is not on this plane: hidden/)).toBeVisible();
  expect(await statusStep(page), 'no key was taken for a step').toBe(12);
});

test('a run that diverged is left out of the plane, and counted', async ({ page }) => {
  await open(page, small({ runs: [sgd('Wild', 1e30), sgd('SGD', 0.05), { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } }] }));
  await step(page, 12);
  await openPane(page);
  await points(page, 11);
  await expect(pane(page).getByRole('combobox', { name: 'Plane' }), 'there are paths').toHaveValue('paths');
  await expect(pane(page).getByRole('combobox', { name: 'Around' }).locator('option:checked'), 'not around what diverged').toHaveText('SGD');
  await button(page, 'Compute').click();
  await done(page);
  await expect(pane(page).getByRole('list', { name: 'Paths' }).getByRole('listitem')).toHaveText([
    /^ ?SGD$/,
    /^ ?Adam$/,
    /^each 13 places, steps 0 to 12$/,
  ]);
  await expect(pane(page).getByText(/One run is not on this plane: hidden, diverged/)).toBeVisible();
});

test('cancelled, and computed anew; training is what it would have been', async ({ page, context }) => {
  const race = small({ runs: [sgd('One', 0.05), sgd('Two', 0.02)] });
  await open(page, race);
  await openPane(page);
  await start(page);
  await trained(page, 5);
  await points(page, 31);
  await button(page, 'Compute').click();
  await expect(pane(page).getByText(/^Row \d+ of 31/)).toBeVisible();
  await button(page, 'Cancel').click();
  await expect(pane(page).getByText(/^stopped after/)).toBeVisible();
  await expect(button(page, 'Compute')).toBeEnabled();
  await points(page, 11);
  await button(page, 'Compute').click();
  await done(page);
  await pause(page);

  const raced = await curvesOf(page);
  const last = pick(raced, 'One').step.at(-1)!;
  const other = await context.newPage();
  await open(other, race);
  await step(other, last);
  expect(upTo(raced, last)).toEqual(upTo(await curvesOf(other), last));
});

test('taken away as CSV and PNG; kept through a reset; gone with another experiment', async ({ page }) => {
  await open(page);
  await step(page, 6);
  await openPane(page);
  await points(page, 11);
  await button(page, 'Compute').click();
  await done(page);
  const take = async (item: string): Promise<{ name: string; size: number; head: string }> => {
    await button(page, 'Landscape menu').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: item }).click()]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const file = Buffer.concat(chunks);
    return { name: download.suggestedFilename(), size: file.length, head: file.subarray(0, 30).toString('latin1') };
  };
  expect(await take('Download CSV')).toMatchObject({ name: 'small-landscape.csv', head: expect.stringContaining('x,y,loss,accuracy\r\n') });
  const png = await take('Download PNG');
  expect(png).toMatchObject({ name: 'small-landscape.png', head: expect.stringContaining('PNG') });
  expect(png.size).toBeGreaterThan(10_000);
  await button(page, 'Reset').click();
  await expect(picture(page)).toBeVisible();
  await page.evaluate((e) => window.playground.load(e), small({ name: 'Other', seed: 2 }));
  await expect(pane(page).getByText('The loss around the weights of a run')).toBeVisible();
});
