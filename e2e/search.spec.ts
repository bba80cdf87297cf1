/** Runs at scale: a grid of runs and seeds, a sweep of the learning rate, random search. */
import type { Locator, Page } from '@playwright/test';
import type { Experiment } from '../src/model/types.ts';
import {
  button,
  curveOf,
  curvesOf,
  expect,
  expectAccessible,
  experimentOf,
  inWorker,
  open,
  region,
  runCard,
  sgd,
  small,
  step,
  test,
  type,
} from './support.ts';

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

/** The MLP on two spirals: a step of all lanes takes a millisecond. */
const spirals = (rate: number): Experiment =>
  small({
    name: 'Spirals',
    model: {
      input: [2, 1, 1],
      layers: [
        { id: 'flatten', type: 'Flatten' },
        { id: 'fc1', type: 'Linear', out_features: 16 },
        { id: 'relu1', type: 'ReLU' },
        { id: 'fc2', type: 'Linear', out_features: 16 },
        { id: 'relu2', type: 'ReLU' },
        { id: 'fc3', type: 'Linear', out_features: 2 },
      ],
    },
    data: { type: 'spirals', samples: 500 },
    batch_size: 32,
    runs: [sgd('SGD', rate), { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } }],
  });

const lanes = (page: Page) => page.getByRole('list', { name: 'Lanes of the sweep' }).getByRole('button');

async function openSweep(page: Page, { from = '1e-3', to = '1e6', count = '8', steps = '100' } = {}): Promise<Locator> {
  await page.getByRole('tab', { name: 'Search' }).click();
  const panel = region(page, 'Learning-rate sweep');
  await type(panel.getByRole('textbox', { name: 'lr from' }), from);
  await type(panel.getByRole('textbox', { name: 'lr to' }), to);
  await type(panel.getByRole('textbox', { name: 'Lanes of the sweep' }), count);
  await type(panel.getByRole('textbox', { name: 'Steps of the sweep' }), steps);
  return panel;
}

test('a sweep marks the stable band and what diverged, leaves the race alone, and its rate is put to use', async ({ page }) => {
  await open(page, spirals(0.1));
  await step(page, 3);
  const before = await curvesOf(page);
  const panel = await openSweep(page);
  await expect(panel.getByRole('status')).toHaveText(/^8 lanes need \d+ kB: all train at once\.$/);
  await button(page, 'Start sweep').click();
  await expect(button(page, 'Start sweep')).toBeVisible({ timeout: 60_000 });

  await expect(lanes(page)).toHaveCount(8);
  const words = await lanes(page).evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('aria-label') ?? ''));
  expect(words.filter((word) => /: diverged at step \d+$/.test(word)).length, words.join('; ')).toBeGreaterThanOrEqual(1);
  expect(words.filter((word) => word.endsWith(', best'))).toHaveLength(1);
  expect(words[0]).toMatch(/^lr 1e-3: loss 0\.\d+ after 100 steps/);
  await expect(panel.getByRole('status').first()).toBeVisible();
  await expect(panel).toContainText(/best at lr .* stable from .* to .*The edge lies between .* and .*lanes? diverged\./);
  const chart = panel.getByRole('img', { name: /^Final loss against learning rate\. Stable from lr / });
  await expect(chart.locator('[data-band]')).toHaveCount(1);
  await expect(chart.locator('[data-state=diverged]')).not.toHaveCount(0);
  expect(await curvesOf(page), 'the race stands where it stood').toEqual(before);

  await lanes(page).nth(2).click();
  await expect(lanes(page).nth(2)).toHaveAttribute('aria-pressed', 'true');
  const rate = Number(/^lr (\S+):/.exec(words[2]!)![1]);
  await page.getByRole('button', { name: /^Use this rate/ }).click();
  expect((await experimentOf(page)).runs[0]!.optimizer).toEqual({ type: 'SGD', lr: rate });
  await step(page, 1);
  expect((await curveOf(page, 'SGD', 'lr')).value.at(-1)).toBeCloseTo(rate, 6);
});

test('a lane of the sweep is the run alone, bit for bit', async ({ page }) => {
  await open(page, spirals(0.1));
  await openSweep(page, { from: '0.1', to: '10', steps: '40' });
  await button(page, 'Start sweep').click();
  await expect(button(page, 'Start sweep')).toBeVisible({ timeout: 60_000 });
  await step(page, 40);
  const { value } = await curveOf(page, 'SGD');
  const last = value.slice(-5).reduce((sum, v) => sum + v, 0) / 5;
  await expect(lanes(page).first()).toHaveAttribute('aria-label', `lr 0.1: loss ${last.toPrecision(3)} after 40 steps`);
});

test('a sweep that is cancelled keeps what it found, and the race goes on', async ({ page }) => {
  await open(page, spirals(0.1));
  await openSweep(page, { steps: '10000' });
  await button(page, 'Start sweep').click();
  await expect.poll(() => lanes(page).first().getAttribute('aria-label'), { timeout: 30_000 }).toMatch(/after \d+ steps/);
  await button(page, 'Cancel').click();
  await expect(button(page, 'Start sweep')).toBeVisible();
  await expect(region(page, 'Learning-rate sweep')).toContainText('SGD, stopped early: best at lr');
  const kept = await lanes(page).first().getAttribute('aria-label');
  await step(page, 2);
  expect((await curveOf(page, 'SGD')).step).toHaveLength(2);
  await expect(lanes(page).first()).toHaveAttribute('aria-label', kept!);
});

test('what cannot be swept is said before it starts', async ({ page }) => {
  await open(page, spirals(0.1));
  const panel = await openSweep(page, { from: '1', to: '0.1' });
  await expect(panel.getByRole('alert')).toHaveText('lr from 1 to 0.1 runs backwards: swap the two.');
  await expect(button(page, 'Start sweep')).toBeDisabled();
  await type(panel.getByRole('textbox', { name: 'lr from' }), '0');
  await expect(panel.getByRole('alert')).toHaveText('lr must be above 0: a log scale has no 0.');
  await type(panel.getByRole('textbox', { name: 'lr from' }), '-1');
  await expect(panel.getByRole('alert').first()).toContainText('a number from 0 to 1e30');
  await panel.getByRole('textbox', { name: 'lr from' }).press('Escape');
  await type(panel.getByRole('textbox', { name: 'Lanes of the sweep' }), '64');
  await expect(panel.getByRole('alert').first()).toContainText('a whole number from 8 to 32');
});

test('cancelled before its first step a sweep says so; a schedule of the run is spoken of before', async ({ page }) => {
  const experiment = spirals(0.1);
  const [first, ...rest] = experiment.runs;
  await open(page, { ...experiment, runs: [{ ...first!, schedule: { type: 'OneCycleLR', max_lr: 0.1, total_steps: 600 } }, ...rest] });
  const panel = await openSweep(page);
  await expect(panel.getByRole('status')).toContainText(
    'lr means max_lr here: the schedule, One cycle, brings its own rate. One cycle ends at step 599',
  );
  await button(page, 'Start sweep').focus();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Cancel'), 'the focus is not lost').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(panel).toContainText('SGD: ended before the first step.');
  await expect(button(page, 'Start sweep')).toBeFocused();

  // What was found outlives the experiment, and says so; its rates are offered to the same optimizer only.
  await type(panel.getByRole('textbox', { name: 'Steps of the sweep' }), '20');
  await button(page, 'Start sweep').click();
  await expect(panel.getByRole('button', { name: /^Use this rate/ })).toBeVisible({ timeout: 60_000 });
  await page.evaluate(
    (next) => window.playground.load(next),
    small({ name: 'Another', runs: [{ name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } }] }),
  );
  await expect(panel).toContainText(`SGD of “${experiment.name}”`);
  await expect(panel.getByRole('button', { name: /^Use this rate/ })).toHaveCount(0);
});

test('what does not fit at once takes turns, and the page says so before', async ({ page }) => {
  // Of a device that allows 40 kB a buffer.
  await inWorker(
    page,
    `const real = GPUAdapter.prototype.requestDevice;
     GPUAdapter.prototype.requestDevice = async function (descriptor) {
       const device = await real.call(this, descriptor);
       const limits = new Proxy(device.limits, { get: (l, key) => (key === 'maxBufferSize' ? 40_000 : Reflect.get(l, key, l)) });
       Object.defineProperty(device, 'limits', { value: limits });
       return device;
     }`,
  );
  await open(page, spirals(0.1));
  const panel = await openSweep(page, { steps: '40' });
  await expect(panel.getByRole('status')).toHaveText(/^8 lanes need .*; this GPU gives .* a buffer: \d+ turns of (up to )?\d\.$/);
  await button(page, 'Start sweep').click();
  await expect(button(page, 'Start sweep')).toBeVisible({ timeout: 60_000 });
  for (const lane of await lanes(page).all()) await expect(lane).toHaveAttribute('aria-label', /after 40 steps|diverged at/);

  // A grid of more runs than one program holds.
  await button(page, 'Seeds').click();
  const dialog = page.getByRole('dialog', { name: 'Runs × seeds' });
  await expect(dialog.getByRole('status')).toContainText(/10 lanes need .* a buffer: \d programs of up to \d, stepped in turn\.$/);
  await dialog.getByRole('button', { name: 'Make the grid' }).click();
  await step(page, 3);
  expect((await curveOf(page, 'Adam · seed 5')).step).toEqual([1, 2, 3]);
});

test('a random search narrows, is sorted, and a trial joins the race', async ({ page }) => {
  await open(page, spirals(0.1));
  await step(page, 4);
  await page.getByRole('tab', { name: 'Search' }).click();
  await page.getByRole('tab', { name: 'Random search' }).click();
  const panel = region(page, 'Random search');
  await type(panel.getByRole('textbox', { name: 'Trials of a round' }), '8');
  await type(panel.getByRole('textbox', { name: 'Steps of the first round' }), '20');
  await type(panel.getByRole('textbox', { name: 'Rounds' }), '2');
  await panel.getByRole('checkbox', { name: 'Search weight_decay' }).uncheck();
  await expect(panel.getByRole('status')).toContainText('2 rounds of 8 trials, 20 to 40 steps each. 8 lanes need');
  await type(panel.getByRole('textbox', { name: 'momentum to' }), '1');
  await expect(panel.getByRole('alert')).toHaveText('momentum must be below 1: 1 − momentum is spread on a log scale.');
  await type(panel.getByRole('textbox', { name: 'momentum to' }), '0.95');
  await button(page, 'Start search').click();
  await expect(button(page, 'Start search')).toBeVisible({ timeout: 60_000 });

  const rows = panel.getByRole('table').getByRole('row');
  await expect(rows).toHaveCount(17);
  await expect(panel).toContainText(/SGD: best of round 2 with a loss of/);
  const cells = async (column: number): Promise<string[]> =>
    (await rows.evaluateAll((all, c) => all.slice(1).map((row) => row.children[c]?.textContent ?? ''), column)).filter(
      (text) => !/diverged|–/.test(text),
    );
  const losses = (await cells(4)).map(Number);
  expect(losses, 'the best first').toEqual([...losses].sort((a, b) => a - b));
  await panel.getByRole('columnheader', { name: 'lr' }).getByRole('button').click();
  const rates = (await cells(1)).map(Number);
  expect(rates).toEqual([...rates].sort((a, b) => a - b));
  await panel.getByRole('columnheader', { name: 'lr' }).getByRole('button').click();
  expect((await cells(1)).map(Number)).toEqual([...rates].reverse());
  expect(new Set(await cells(3)), 'the second round has twice the steps').toEqual(new Set(['20', '40']));

  await rows
    .nth(5)
    .getByRole('button', { name: /^Add to race/ })
    .click();
  const { runs } = await experimentOf(page);
  expect(runs).toHaveLength(3);
  expect(runs[2]!.name).toMatch(/^SGD: lr .*, momentum /);
  expect(runs[2]!.optimizer.lr).toBeCloseTo(rates.at(-5)!, 12);
  await expect(region(page, 'Runs')).toContainText('3 lanes');
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${scheme}: a sweep, a random search, the grid; and a phone shows them`, async ({ page }) => {
    const fits = async (state: string): Promise<void> => {
      // Charts take the new width a frame later.
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), state).toBe(0);
    };
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, spirals(0.1));
    await openSweep(page, { steps: '20' });
    await expectAccessible(page, 'before a sweep');
    await button(page, 'Start sweep').click();
    await expect(button(page, 'Start sweep')).toBeVisible({ timeout: 60_000 });
    await expectAccessible(page, 'a sweep');
    await page.setViewportSize({ width: 390, height: 844 });
    await fits('a sweep');
    await page.getByRole('tab', { name: 'Random search' }).click();
    await button(page, 'Start search').click();
    await expect(button(page, 'Start search')).toBeVisible({ timeout: 60_000 });
    await fits('a random search');
    await expectAccessible(page, 'a random search on a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
    await expectAccessible(page, 'a random search');
    await button(page, 'Seeds').click();
    await expect(page.getByRole('dialog', { name: 'Runs × seeds' })).toBeVisible();
    await expectAccessible(page, 'the grid');
    await page.getByRole('button', { name: 'Make the grid' }).click();
    await expectAccessible(page, 'runs as rows');
  });
}
