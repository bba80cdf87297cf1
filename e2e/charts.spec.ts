/** Charts as instruments: seeds as a mean with its band, zoom, axes, earlier races, and what one takes home from them. */
import { readFile } from 'node:fs/promises';
import type { Download, Page } from '@playwright/test';
import type { Experiment, RunSpec } from '../src/model/types.ts';
import { button, curvesOf, expect, region, small, step, test, upTo } from './support.ts';

const seeds = (name: string, optimizer: RunSpec['optimizer']): RunSpec[] =>
  [1, 2, 3].map((seed) => ({ name: `${name} · seed ${seed}`, optimizer, seed }));
/** Two optimizers, three seeds each. */
const race = (): RunSpec[] => [...seeds('SGD', { type: 'SGD', lr: 0.05 }), ...seeds('Adam', { type: 'Adam', lr: 0.01 })];

async function load(page: Page, experiment: Experiment): Promise<void> {
  await page.goto('./');
  await page.evaluate(() => window.playground.ready);
  await page.evaluate((loaded) => window.playground.load(loaded), experiment);
}

/** On a busy machine charts are painted rarely. */
const PAINTED = { timeout: 20_000 };

async function groupBy(page: Page, value: string): Promise<void> {
  await button(page, 'Chart options').click();
  await page.getByLabel('Group by').selectOption(value);
  await page.keyboard.press('Escape');
}

/** Paths of the loss chart whose key ends like this and that draw something. */
const paths = async (page: Page, ending: string, chart = 'Loss'): Promise<number> =>
  region(page, chart)
    .locator(`path[data-key$="${ending}"]`)
    .evaluateAll((all) => all.filter((path) => (path.getAttribute('d') ?? '') !== '').length);

/** The single runs that the loss chart draws besides the means. */
const members = (page: Page): Promise<number> =>
  region(page, 'Loss')
    .locator('path[data-key^="group-"][data-key*="/run"]')
    .evaluateAll((all) => all.filter((path) => (path.getAttribute('d') ?? '') !== '').length);

/** What stands on the horizontal axis of a chart, from left to right. */
const ticks = (page: Page, chart = 'Loss'): Promise<string[]> =>
  region(page, chart).locator('.recharts-xAxis-tick-labels .recharts-cartesian-axis-tick-value').allTextContents();

const plot = (page: Page) => region(page, 'Loss').locator('[data-chart]');

/** Across a share of the loss chart. */
async function drag(page: Page, [x0, y0]: [number, number], [x1, y1]: [number, number]): Promise<void> {
  const box = (await plot(page).boundingBox())!;
  await page.mouse.move(box.x + x0 * box.width, box.y + y0 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + x1 * box.width, box.y + y1 * box.height, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(2, 2);
}

async function save(page: Page, what: string): Promise<Buffer> {
  const file: Promise<Download> = page.waitForEvent('download');
  await button(page, 'Loss chart menu').click();
  await page.getByRole('button', { name: what }).click();
  return readFile(await (await file).path());
}

test('two optimizers × three seeds: a mean and a band each, single seeds on hover, and back', async ({ page }) => {
  await load(page, small({ runs: race() }));
  await step(page, 40);
  await expect.poll(() => paths(page, '/1/line')).toBe(6);
  await groupBy(page, 'seeds');
  await expect.poll(() => paths(page, '/1/line')).toBe(2);
  await expect.poll(() => paths(page, '/1/band')).toBe(2);
  await expect(region(page, 'Loss').getByRole('img', { name: /^Loss of SGD \(3 runs\), Adam \(3 runs\)\./ })).toBeVisible();
  expect(await members(page)).toBe(0);

  const sgd = region(page, 'Loss').getByRole('button', { name: 'SGD mean of 3' });
  await sgd.hover();
  // Three seeds, training and validation.
  await expect.poll(() => members(page)).toBe(6);
  await expect(plot(page).locator('[data-highlight]')).toHaveCount(1);
  await page.mouse.move(2, 2);
  await expect.poll(() => members(page)).toBe(0);
  await sgd.focus();
  await expect.poll(() => members(page)).toBe(6);

  // The value table has the mean of the three, and says how many they are.
  const box = (await plot(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 30);
  const row = plot(page).getByRole('row', { name: /Adam · n 3/, includeHidden: true });
  await expect(row).toContainText('±');
  await groupBy(page, 'none');
  await expect.poll(() => paths(page, '/1/line')).toBe(6);
  await expect.poll(() => paths(page, '/1/band')).toBe(0);
});

test('the band is live, and a seed that diverges is shown, counted and left out', async ({ page }) => {
  const runs = [...race(), { name: 'SGD · seed 4', optimizer: { type: 'SGD', lr: 0.05 }, seed: 4 }];
  await load(page, small({ runs }));
  await groupBy(page, 'seeds');
  await step(page, 20);
  const line = region(page, 'Loss').locator('path[data-key$="/0/line"]').first();
  const before = (await line.getAttribute('d')) ?? '';
  await step(page, 20);
  await expect.poll(async () => ((await line.getAttribute('d')) ?? '').length).toBeGreaterThan(before.length);
  await expect(region(page, 'Loss').getByRole('button', { name: 'SGD mean of 4' })).toBeVisible();

  // One seed of four runs away: grouped by the optimizer it stays with the others.
  const wild = small({ runs: race().map((run, i) => (i === 1 ? { ...run, optimizer: { type: 'SGD', lr: 1e30 } } : run)) });
  await page.evaluate((loaded) => window.playground.load(loaded), wild);
  await groupBy(page, 'optimizer');
  await step(page, 30);
  const counted = region(page, 'Loss').getByRole('button', { name: /^SGD mean of 3 1 of 3 diverged at step \d+; the mean goes on without it$/ });
  await expect(counted).toBeVisible();
  await page.mouse.move(2, 2);
  // Its line stays without being asked for.
  await expect.poll(() => members(page)).toBeGreaterThan(0);
  const means = await region(page, 'Loss')
    .locator('path[data-key$="/line"]')
    .evaluateAll((all) => all.map((path) => path.getAttribute('d') ?? ''));
  for (const d of means) expect(d).not.toMatch(/NaN|Infinity/);
});

test('zoom by mouse along x for all charts and along y for one, and back by double-click, button and Escape', async ({ page }) => {
  await load(page, small());
  await step(page, 100);
  await expect.poll(() => ticks(page)).toContain('100');
  await drag(page, [0.3, 0.5], [0.6, 0.6]);
  await expect.poll(() => ticks(page)).not.toContain('100');
  await expect.poll(() => ticks(page, 'Accuracy')).not.toContain('100');
  await button(page, 'Show all').click();
  await expect.poll(() => ticks(page)).toContain('100');

  await drag(page, [0.7, 0.5], [0.4, 0.5]);
  await expect.poll(() => ticks(page)).not.toContain('100');
  await plot(page).dblclick({ position: { x: 200, y: 40 } });
  await expect.poll(() => ticks(page)).toContain('100');

  const values = (): Promise<string[]> =>
    region(page, 'Loss').locator('.recharts-yAxis-tick-labels .recharts-cartesian-axis-tick-value').allTextContents();
  const all = await values();
  await page.keyboard.down('Shift');
  await drag(page, [0.5, 0.2], [0.5, 0.4]);
  await page.keyboard.up('Shift');
  await expect.poll(values).not.toEqual(all);
  await expect.poll(() => ticks(page)).toContain('100');
  await page.keyboard.press('Escape');
  await expect.poll(values).toEqual(all);
});

test('zoom by keyboard: the chart is one stop, and keys mean the chart while it has the focus', async ({ page }) => {
  await load(page, small());
  await step(page, 100);
  await expect.poll(() => ticks(page)).toContain('100');
  const keys = page.getByRole('button', { name: /^Loss chart: arrows move the line/ });
  await keys.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(plot(page).locator('b', { hasText: 'step 100' })).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(plot(page).locator('b', { hasText: /^step 9[78]$/ })).toBeVisible();
  for (let i = 0; i < 3; i++) await page.keyboard.press('+');
  await expect.poll(() => ticks(page)).not.toContain('0');
  await page.keyboard.press('-');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Escape');
  await expect.poll(() => ticks(page)).toContain('0');
  // No arrow has trained a step.
  expect(Math.max(...(await curvesOf(page)).flatMap((curve) => curve.step))).toBe(100);

  // The same in numbers, for a finger and for whoever knows what they want.
  await button(page, 'Chart options').click();
  const to = page.getByLabel('Shown to');
  await to.fill('40');
  await to.press('Enter');
  await expect.poll(() => ticks(page)).toContain('40');
  await expect.poll(() => ticks(page)).not.toContain('100');
});

test('axes: samples, a logarithmic horizontal axis, outliers', async ({ page }) => {
  await load(page, small());
  await step(page, 100);
  await page.getByLabel('Horizontal axis', { exact: true }).selectOption('samples');
  await expect.poll(() => ticks(page)).toContain('1.5 k');
  await page.getByLabel('Horizontal axis', { exact: true }).selectOption('step');
  await button(page, 'Chart options').click();
  await page.getByLabel('Logarithmic horizontal axis').check();
  await expect.poll(() => ticks(page)).toEqual(expect.arrayContaining(['1', '10', '100']));
  const before = await region(page, 'Loss').locator('.recharts-yAxis-tick-labels').textContent();
  await page.getByLabel('Vertical range').selectOption('all');
  await expect.poll(() => region(page, 'Loss').locator('.recharts-yAxis-tick-labels').textContent()).not.toBe(before);
  await page.getByLabel('Vertical range').selectOption('inliers');
  await page.keyboard.press('Escape');
  // It is still so after a reload.
  await page.reload();
  await page.evaluate(() => window.playground.ready);
  await button(page, 'Chart options').click();
  await expect(page.getByLabel('Logarithmic horizontal axis')).toBeChecked();
});

test('the race before stays as faint lines until it is cleared; Undo of Reset takes them back', async ({ page }) => {
  await load(page, small());
  await step(page, 30);
  const first = upTo(await curvesOf(page), 30);
  await button(page, 'Reset').click();
  await expect.poll(() => paths(page, '/0/earlier'), PAINTED).toBe(2);
  await button(page, 'Undo').click();
  await expect.poll(() => paths(page, '/0/earlier'), PAINTED).toBe(0);
  await expect.poll(async () => upTo(await curvesOf(page), 30)).toEqual(first);
  await expect.poll(() => paths(page, '/0/line')).toBe(2);

  await button(page, 'Reset').click();
  await step(page, 10);
  await expect.poll(() => paths(page, '/0/earlier'), PAINTED).toBe(2);
  await region(page, 'Loss')
    .getByRole('button', { name: /^2 earlier curves/ })
    .click();
  await expect.poll(() => paths(page, '/0/earlier'), PAINTED).toBe(0);
});

test('CSV, PNG and SVG of grouped runs, whose names do no harm', async ({ page }) => {
  const evil = race().map((run, i) => (i < 3 ? { ...run, name: `=1+1 <b onload="x">&' · seed ${i + 1}` } : run));
  await load(page, small({ runs: evil }));
  await step(page, 20);
  await groupBy(page, 'seeds');
  await expect.poll(() => paths(page, '/1/band')).toBe(2);

  const svg = (await save(page, 'Download SVG')).toString('utf8');
  const read = await page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    const { length } = parsed.querySelectorAll('parsererror, script, b, [onload]');
    return {
      bad: length,
      texts: [...parsed.querySelectorAll('text')].map((node) => node.textContent ?? ''),
      bands: [...parsed.querySelectorAll('path')].filter((path) => path.getAttribute('fill-opacity') === '0.14' && path.getAttribute('d')).length,
      variables: text.includes('var('),
    };
  }, svg);
  expect(read.bad).toBe(0);
  expect(read.variables).toBe(false);
  expect(read.texts).toEqual(
    expect.arrayContaining(['Loss – Small', `=1+1 <b onload="x">&' (mean of 3, 95 % interval)`, 'Adam (mean of 3, 95 % interval)']),
  );
  // Axes are in it, and a band for training and validation of each group.
  expect(read.texts.filter((text) => /^\d/.test(text)).length).toBeGreaterThan(4);
  expect(read.bands).toBe(4);

  const png = await save(page, 'Download PNG');
  expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  expect(png.readUInt32BE(16)).toBeGreaterThan(800);

  const csv = (await save(page, 'Download CSV')).toString('utf8').split('\r\n');
  expect(csv).toHaveLength(1 + 6 * 20 + 1);
  expect(csv[1]).toMatch(/^"'=1\+1 <b onload=""x"">&' · seed 1",1,/);
});

test('32 runs: every line another colour or pattern, and a table that stays beside the curves', async ({ page }) => {
  const runs = Array.from({ length: 32 }, (_, i): RunSpec => ({ name: `Run ${i + 1}`, optimizer: { type: 'SGD', lr: 0.01 * (i + 1) } }));
  await load(
    page,
    small({
      runs,
      model: {
        input: [1, 28, 28],
        layers: [
          { id: 'flatten', type: 'Flatten' },
          { id: 'fc', type: 'Linear', out_features: 10 },
        ],
      },
    }),
  );
  await step(page, 10);
  await expect.poll(() => paths(page, '/1/line')).toBe(32);
  const looks = await region(page, 'Loss')
    .locator('path[data-key$="/1/line"]')
    .evaluateAll((all) => all.map((path) => `${getComputedStyle(path).stroke} ${getComputedStyle(path).strokeDasharray}`));
  expect(new Set(looks).size).toBe(32);
  const box = (await plot(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await expect(plot(page).getByText(/^and 22 more/)).toBeVisible();
});
