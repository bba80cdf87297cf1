/** Story 1: somebody opens the page, presses Start, and sees four optimizers race. */
import type { Page } from '@playwright/test';
import {
  button,
  curvesOf,
  drawn,
  expect,
  expectWhole,
  pause,
  pick,
  ready,
  region,
  statusLine,
  statusStep,
  statusText,
  step,
  test,
  trained,
  upTo,
} from './support.ts';

const RUNS = ['SGD', 'Momentum', 'RMSProp', 'Adam'];

/** What every canvas of the region shows, in its own words; equal strings are equal pictures. */
const pictures = (page: Page, panel: string): Promise<string[]> =>
  region(page, panel)
    .locator('canvas')
    .evaluateAll((canvases) => (canvases as HTMLCanvasElement[]).map((canvas) => canvas.toDataURL()));

/** More than the point that it starts from. */
const isLine = (d: string): boolean => /^M[^a-zA-Z]+[a-zA-Z]/.test(d);

test('the first visit shows the optimizer race, ready to start', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByRole('button', { name: 'Experiment: Optimizer race' })).toBeVisible();
  await ready(page);
  await expect(page.getByRole('listitem', { name: /^Run / })).toHaveCount(4);
  for (const [i, name] of RUNS.entries()) {
    await expect(page.getByRole('listitem', { name: `Run ${name}` })).toBeVisible();
    await expect(page.getByRole('textbox', { name: `Name of run ${i + 1}` })).toHaveValue(name);
  }
  await expect(region(page, 'Runs')).toContainText(/Same initial weights [0-9a-f]{4} · same batches [0-9a-f]{4}/);

  const samples = region(page, 'Data').getByRole('list', { name: 'Samples of Digits' }).getByRole('img');
  await expect(samples).toHaveCount(16);
  expect(new Set(await pictures(page, 'Data')).size, 'different thumbnails').toBe(16);

  const model = region(page, 'Model');
  await expect(model).toContainText('9.12 k parameters');
  const layers = ['Conv2d.*8×28×28 ?72', 'BatchNorm2d.*8×28×28 ?16', 'ReLU', 'MaxPool2d.*8×14×14', 'Conv2d.*16×14×14 ?1.15 k'];
  for (const [i, layer] of [...layers, 'BatchNorm2d', 'ReLU', 'MaxPool2d.*16×7×7', 'Flatten.*784', 'Linear.*10 ?7.85 k'].entries())
    await expect(model.getByRole('list').getByRole('button').nth(i)).toHaveAccessibleName(new RegExp(`^${layer}`));

  await expect(statusLine(page)).toHaveText(/step 0.*epoch 0\.00.*ready/);
  await expect(button(page, 'Start')).toBeEnabled();
  expect((await pictures(page, 'Feature maps')).length, 'feature maps before the first step').toBe(32);
});

test('Start, Pause, Step and Reset: curves, accuracies and feature maps of every run', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  const before = await pictures(page, 'Feature maps');
  await button(page, 'Start').click();
  await trained(page, 3);
  const early = await statusStep(page);
  await expect.poll(() => statusText(page)).toMatch(/step \d+ *epoch \d+\.\d\d *[\d.]+ ?k? steps\/s/);

  // Every map of every run moves while it trains.
  await expect.poll(async () => (await pictures(page, 'Feature maps')).filter((picture, i) => picture === before[i]).length).toBe(0);

  await expect.poll(async () => (await drawn(page, 'Loss', 'line')).filter(isLine).length).toBeGreaterThanOrEqual(4);
  // The first validation comes at step 25.
  await trained(page, 26);
  expect(await statusStep(page)).toBeGreaterThan(early);
  for (const name of RUNS) await expect(page.getByRole('status', { name: `${name}: best validation accuracy` })).toHaveText(/^\d\d?\.\d %$/);
  await expect.poll(async () => (await drawn(page, 'Accuracy', 'line')).filter((d) => d !== '').length).toBe(4);

  await pause(page);
  const paused = await statusStep(page);
  // Steps that were on their way arrive after the button has answered.
  await trained(page, paused);
  const first = await curvesOf(page);
  for (const name of RUNS) {
    expectWhole(pick(first, name));
    expect(pick(first, name).step.at(-1), `${name} stands where the status line says`).toBe(paused);
    expect(pick(first, name, 'val_accuracy').step[0]).toBe(25);
    expect(pick(first, name).value.at(-1)).toBeLessThan(pick(first, name).value[0]!);
  }
  await page.waitForTimeout(400);
  expect(await statusStep(page), 'a paused race stands still').toBe(paused);

  await button(page, 'Step').click();
  await expect.poll(() => statusStep(page)).toBe(paused + 1);
  await page.waitForTimeout(300);
  expect(await statusStep(page), 'one step is one step').toBe(paused + 1);
  for (const name of RUNS) expect(pick(await curvesOf(page), name).step.at(-1)).toBe(paused + 1);

  await button(page, 'Reset').click();
  await expect.poll(() => statusStep(page)).toBe(0);
  expect((await curvesOf(page)).every((curve) => curve.step.length === 0)).toBe(true);
  await expect.poll(async () => (await drawn(page, 'Loss', 'line')).filter((d) => d !== '').length).toBe(0);
  await step(page, 10);
  expect(await curvesOf(page), 'the same race again, bit for bit').toEqual(upTo(first, 10));
});
