/** Story 2 and 7: the runs of a race – changed in flight, added, copied, removed, told apart, and lost to infinity. */
import type { Page } from '@playwright/test';
import {
  button,
  curveOf,
  curvesOf,
  drawn,
  expect,
  expectWhole,
  experimentOf,
  open,
  pause,
  pick,
  region,
  runCard,
  sgd,
  small,
  start,
  statusStep,
  step,
  test,
  trained,
  type,
  upTo,
} from './support.ts';

const race = small({ runs: [sgd('One', 0.05), sgd('Two', 0.02)] });

const lrField = (page: Page, run: string) => page.getByRole('textbox', { name: `${run}: lr`, exact: true });

async function choose(page: Page, run: string, item: string): Promise<void> {
  await button(page, `More for ${run}`).click();
  await page.getByRole('button', { name: item, exact: true }).click();
}

test('the learning rate of a run in flight: a marker, a new rate from there on, and nothing for the others', async ({ page, context }) => {
  await open(page, race);
  await start(page);
  await trained(page, 8);
  await type(lrField(page, 'One'), '5e-3');
  await expect.poll(async () => (await curveOf(page, 'One', 'lr')).value.at(-1)).toBeCloseTo(5e-3, 8);
  await pause(page);

  const lr = await curveOf(page, 'One', 'lr');
  const from = lr.value.findIndex((value) => value < 0.01);
  expect(from, 'the change came in flight').toBeGreaterThanOrEqual(8);
  expect(new Set(lr.value)).toEqual(new Set([Math.fround(0.05), Math.fround(5e-3)]));
  expect(new Set(lr.value.slice(from)).size, 'the new rate holds from there on').toBe(1);
  expect(new Set((await curveOf(page, 'Two', 'lr')).value)).toEqual(new Set([Math.fround(0.02)]));
  await expect.poll(async () => (await drawn(page, 'Loss', 'marks')).map((d) => d !== '')).toEqual([true, false]);
  await expect.poll(async () => (await drawn(page, 'Learning rate, gradient norm and update ratio', 'marks')).filter((d) => d !== '').length).toBe(1);
  expect((await experimentOf(page)).runs[0]!.optimizer).toEqual({ type: 'SGD', lr: 5e-3 });

  // The same race, left alone.
  const changed = await curvesOf(page);
  const last = pick(changed, 'One').step.at(-1)!;
  const other = await context.newPage();
  await open(other, race);
  await step(other, last);
  const alone = await curvesOf(other);
  expect(pick(changed, 'Two')).toEqual(pick(alone, 'Two'));
  // The first update with the new rate shows in the loss after it.
  expect(upTo([pick(changed, 'One')], from + 1)).toEqual(upTo([pick(alone, 'One')], from + 1));
  expect(pick(changed, 'One').value.slice(from + 1)).not.toEqual(pick(alone, 'One').value.slice(from + 1));
});

test('a slider dragged in flight leaves one marker', async ({ page }) => {
  await open(page, race);
  await start(page);
  await trained(page, 4);
  const slider = page.getByRole('slider', { name: 'One: lr slider' });
  await slider.focus();
  for (let i = 0; i < 6; i++) await slider.press('ArrowLeft');
  await expect.poll(async () => (await drawn(page, 'Loss', 'marks'))[0]?.match(/M/g)?.length).toBe(1);
  const { lr } = (await experimentOf(page)).runs[0]!.optimizer;
  expect(lr).toBeLessThan(0.05);
  await expect(lrField(page, 'One')).toHaveValue(String(lr));
});

test('a run added in mid-race starts from the same weights and catches up', async ({ page, context }) => {
  await open(page, race);
  await start(page);
  await trained(page, 12);
  await button(page, 'Run').click();
  await expect(page.getByRole('listitem', { name: /^Run / })).toHaveCount(3);
  const added = (await experimentOf(page)).runs[2]!;
  expect(added.optimizer.type, 'an optimizer that is not in the race yet').not.toBe('SGD');
  await expect(region(page, 'Runs')).toContainText('3 lanes');

  const lengths = async (): Promise<number[]> =>
    (await curvesOf(page)).filter((curve) => curve.metric === 'train_loss').map((curve) => curve.step.length);
  await expect
    .poll(
      async () => {
        const [one = 0, , three = 0] = await lengths();
        return three > 12 && one - three < 3;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  await pause(page);
  await step(page, 1);
  const curves = await curvesOf(page);
  const [one, two, three] = await lengths();
  expect([two, three], 'all stand at the same step').toEqual([one, one]);
  for (const name of ['One', 'Two', added.name]) expectWhole(pick(curves, name));
  expect(pick(curves, added.name).value[0], 'the same weights and the same first batch').toBe(pick(curves, 'One').value[0]);
  await expect(region(page, 'Runs')).toContainText('Same initial weights');

  // Bit for bit as if it had been there from the start, and it disturbed nobody.
  const other = await context.newPage();
  await open(other, { ...race, runs: [...race.runs, added] });
  await step(other, one!);
  expect(curves).toEqual(await curvesOf(other));
});

test('duplicate, rename, recolour, hide, solo and remove', async ({ page }) => {
  await open(page, race);
  await step(page, 5);
  const before = await curvesOf(page);

  await choose(page, 'One', 'Duplicate');
  await expect(runCard(page, 'One 2')).toBeVisible();
  expect((await experimentOf(page)).runs.map((run) => run.name)).toEqual(['One', 'One 2', 'Two']);
  await step(page, 1);
  await expect.poll(async () => (await curveOf(page, 'One 2')).step.length).toBe(6);
  expect({ ...(await curveOf(page, 'One 2')), run: 'One' }, 'a copy trains as its original').toEqual(await curveOf(page, 'One'));
  expect(upTo(await curvesOf(page), 5).filter((curve) => curve.run !== 'One 2')).toEqual(before);

  await type(page.getByRole('textbox', { name: 'Name of run 2' }), 'Twin');
  await expect(runCard(page, 'Twin')).toBeVisible();
  expect((await curveOf(page, 'Twin')).step.length, 'a name is nothing to the training').toBe(6);

  const strokes = (): Promise<string[]> =>
    region(page, 'Loss')
      .locator('path[data-key$="/0/line"]')
      .evaluateAll((paths) => paths.map((path) => getComputedStyle(path).stroke));
  const colours = await strokes();
  expect(new Set(colours).size, 'every run has a colour of its own').toBe(3);
  await choose(page, 'Twin', 'violet');
  await expect.poll(async () => (await strokes())[1]).not.toBe(colours[1]);
  expect((await strokes())[0]).toBe(colours[0]);
  expect((await experimentOf(page)).runs[1]!.color).toBe(5);

  const chart = region(page, 'Loss').getByRole('img', { name: /^Loss of/ });
  await expect(chart).toHaveAccessibleName(/One, Twin, Two/);
  await button(page, 'Hide Twin').click();
  await expect(chart).toHaveAccessibleName(/Loss of One, Two\./);
  await expect(region(page, 'Feature maps').getByRole('img', { name: /^Twin/ })).toHaveCount(0);
  await button(page, 'Show Twin').click();
  await expect(chart).toHaveAccessibleName(/One, Twin, Two/);
  await choose(page, 'Two', 'Solo');
  await expect(chart).toHaveAccessibleName(/Loss of Two\./);
  await choose(page, 'Two', 'Show the others too');

  await choose(page, 'Twin', 'Remove');
  await expect(runCard(page, 'Twin')).toHaveCount(0);
  await expect.poll(async () => [...new Set((await curvesOf(page)).map((curve) => curve.run))]).toEqual(['One', 'Two']);
  await step(page, 1);
  expect((await curveOf(page, 'Two')).step.length).toBe(7);
  await choose(page, 'Two', 'Remove');
  await button(page, 'More for One').click();
  await expect(button(page, 'Remove'), 'the last run stays').toBeDisabled();
});

test('another optimizer starts its run again, and the others keep their curves', async ({ page }) => {
  await open(page, race);
  await step(page, 6);
  await page.getByRole('combobox', { name: 'Two: optimizer' }).selectOption('AdamW');
  await expect.poll(async () => (await experimentOf(page)).runs[1]!.optimizer.type).toBe('AdamW');
  await expect.poll(async () => (await curveOf(page, 'Two')).step.length).toBe(0);
  expect((await curveOf(page, 'One')).step.length).toBe(6);
  await step(page, 1);
  await expect.poll(async () => (await curveOf(page, 'Two')).step.length).toBe(7);
  expectWhole(await curveOf(page, 'Two'));
});

test('the badge warns as soon as a run has a seed of its own', async ({ page }) => {
  await open(page, race);
  await expect(region(page, 'Runs')).toContainText('Same initial weights');
  await runCard(page, 'Two').getByText('More', { exact: true }).click();
  await type(page.getByRole('textbox', { name: 'Two: seed' }), '7');
  await expect(region(page, 'Runs')).toContainText('Other initial weights: Two');
  await expect(region(page, 'Runs')).toContainText('Other batches: Two');
  await button(page, 'shared').click();
  await expect(region(page, 'Runs')).toContainText('Same initial weights');
});

test('a run that diverges is frozen with its step named; the others go on as if it were not there', async ({ page, context }) => {
  await open(page, small({ runs: [sgd('Calm', 0.05), sgd('Wild', 1e30), { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } }] }));
  await start(page);
  const card = runCard(page, 'Wild');
  await expect(card.getByRole('alert')).toContainText(/Diverged at step \d+ in (conv1|fc)|Diverged at step \d+, in the loss/);
  const [, named] = /at step (\d+)/.exec((await card.getByRole('alert').textContent()) ?? '') ?? [];
  await expect.poll(async () => (await curveOf(page, 'Calm')).step.length, { timeout: 20_000 }).toBeGreaterThan(15);
  await pause(page);
  const curves = await curvesOf(page);
  expect(pick(curves, 'Wild').step.length, 'frozen before the update of the step named').toBe(Number(named) - 1);
  for (const name of ['Calm', 'Wild', 'Adam']) expectWhole(pick(curves, name));
  expect(await statusStep(page)).toBe(pick(curves, 'Calm').step.at(-1));
  await expect(runCard(page, 'Calm').getByRole('alert')).toHaveCount(0);

  const last = pick(curves, 'Calm').step.at(-1)!;
  const other = await context.newPage();
  await open(other, small({ runs: [sgd('Calm', 0.05), { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } }] }));
  await step(other, last);
  expect(curves.filter((curve) => curve.run !== 'Wild')).toEqual(upTo(await curvesOf(other), last));

  // What the card offers works: a gentler rate, and Reset.
  await card.getByRole('button', { name: 'Wild: try lr 1e29' }).click();
  await type(lrField(page, 'Wild'), '0.02');
  await button(page, 'Reset').click();
  await expect(card.getByRole('alert')).toHaveCount(0);
  await step(page, 8);
  expect((await curveOf(page, 'Wild')).step.length).toBe(8);
});

test('what is no rate is refused at the field, and the race keeps the one it has', async ({ page }) => {
  await open(page, race);
  const field = lrField(page, 'One');
  for (const wrong of ['fast', '-1', '1e31', '']) {
    await type(field, wrong);
    await expect(runCard(page, 'One').getByRole('alert')).toHaveText(/a number from 0 to 1e30/);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
  }
  await field.press('Escape');
  await expect(field).toHaveValue('0.05');
  for (const [typed, value] of [
    ['3e-4', 3e-4],
    ['0,05', 0.05],
    ['5%', 0.05],
    ['1e-2', 0.01],
  ] as const) {
    await type(field, typed);
    await expect.poll(async () => (await experimentOf(page)).runs[0]!.optimizer.lr).toBe(value);
  }
});

test('averaged weights are validated beside the weights, as a dotted curve and in the form', async ({ page }) => {
  const averaged = { name: 'Averaged', optimizer: { type: 'SGD', lr: 0.1, ema_decay: 0.9, clip_grad_norm: 1 } };
  await open(page, small({ runs: [averaged, sgd('Plain', 0.1)], eval_every: 2 }));
  await page.evaluate(() => window.playground.step(6));
  const curves = await page.evaluate(() => window.playground.curves().filter(({ metric }) => metric.startsWith('ema_')));
  expect(curves.map(({ run, metric, step }) => [run, metric, step])).toEqual([
    ['Averaged', 'ema_val_loss', [2, 4, 6]],
    ['Averaged', 'ema_val_accuracy', [2, 4, 6]],
  ]);
  const loss = region(page, 'Loss');
  await expect(loss).toContainText('averaged weights dotted');
  await expect(loss.locator('path[stroke-dasharray="0 4"]').first()).toHaveAttribute('d', /^M/);
  await runCard(page, 'Averaged').getByText('ema_decay 0.9').click();
  await expect(runCard(page, 'Averaged').getByText('clipping, decay, averaging')).toBeVisible();
});
