/** The surface lab: opens by itself, trails play, the start moves by mouse and by keyboard, links say what they carry. */
import type { Locator, Page } from '@playwright/test';
import type { SurfaceAutomation } from '../src/store/surfaces.ts';
import { button, expect, expectAccessible, ready, region, runCard, test, type } from './support.ts';

declare global {
  interface Window {
    surfaces: SurfaceAutomation;
  }
}

const trail = (page: Page, plot: number, run: number) => page.evaluate(([p, r]) => window.surfaces.trail(p!, r!), [plot, run]);

/** The trail of a run, as soon as it is that of what is shown. */
async function trailOf(page: Page, plot: number, run: number): Promise<[number, number, number][]> {
  await expect.poll(() => trail(page, plot, run), { timeout: 60_000 }).not.toBeNull();
  return (await trail(page, plot, run))!;
}

async function openLab(page: Page, hash = ''): Promise<void> {
  await page.goto(`./surfaces.html${hash}`);
  await trailOf(page, 0, 0);
}

const ravine = (page: Page): Locator => region(page, 'Surface 1: Ravine');
const handle = (page: Page, surface: string): Locator => page.getByRole('button', { name: new RegExp(`^Start on ${surface}`) });
const stepShown = async (page: Page): Promise<number> => Number(await page.getByRole('slider', { name: 'Step shown' }).inputValue());

/** Pixels of the canvas that holds the trails which are not transparent. */
const painted = (page: Page): Promise<number> =>
  ravine(page)
    .locator('canvas')
    .nth(1)
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    });

test('from the footer: ravine and saddle side by side, four runs, and the trails grow', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  await page.getByRole('link', { name: 'Surface lab', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Surface lab' })).toBeVisible();
  await expect(ravine(page)).toBeVisible();
  await expect(region(page, 'Surface 2: Saddle')).toBeVisible();
  for (const name of ['SGD', 'Momentum', 'RMSProp', 'Adam']) await expect(runCard(page, name)).toBeVisible();
  await trailOf(page, 1, 3);
  const before = await painted(page);
  const step = await stepShown(page);
  await expect.poll(() => stepShown(page)).toBeGreaterThan(step + 20);
  expect(await painted(page)).toBeGreaterThan(before);

  await button(page, 'Pause').click();
  const still = await stepShown(page);
  await button(page, 'Step').click();
  expect(await stepShown(page)).toBe(still + 1);
  await button(page, 'Reset').click();
  expect(await stepShown(page)).toBe(0);
  await expect(ravine(page).getByRole('row', { name: 'SGD' })).toContainText('−9.000');
  // The keys of the first screen.
  await page.getByRole('heading', { name: 'Surface lab' }).click();
  await page.keyboard.press('ArrowRight');
  expect(await stepShown(page)).toBe(1);
  await page.keyboard.press('Space');
  await expect(button(page, 'Pause')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(button(page, 'Play')).toBeVisible();
  await page.keyboard.press('r');
  expect(await stepShown(page)).toBe(0);
  await page.getByRole('slider', { name: 'Step shown' }).fill('120');
  const [, , loss] = (await trailOf(page, 0, 1)).at(-1)!;
  expect(loss).toBeLessThan(0.01);
});

test('a pointer on a loss chart asks for the numbers of its step, on every surface', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openLab(page);
  const adam = region(page, 'Surface 2: Saddle').getByRole('row', { name: 'Adam' });
  const last = await adam.textContent();
  const chart = (await page.getByRole('img', { name: /^Loss on Ravine/ }).boundingBox())!;
  await page.mouse.move(chart.x + 44, chart.y + 60);
  await expect(page.getByRole('columnheader', { name: 'at step 0', exact: true })).toHaveCount(2);
  await expect(adam).toContainText('−2.000');
  await page.mouse.move(chart.x + 44, chart.y - 60);
  await expect(adam).toHaveText(last!);
});

test('the start moves by mouse: a press, a drag, and the trail begins there; a reload keeps it', async ({ page }) => {
  await openLab(page);
  const box = (await ravine(page).locator('[data-pad]').boundingBox())!;
  const at = (across: number, down: number): [number, number] => [box.x + box.width * across, box.y + box.height * down];
  await page.mouse.move(...at(0.75, 0.25));
  await page.mouse.down();
  await page.mouse.move(...at(0.9, 0.9), { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => (await trailOf(page, 0, 0))[0]![0]).toBeCloseTo(8, 0);
  const [[x, y]] = (await trailOf(page, 0, 0)) as [[number, number, number]];
  expect([x, y]).toEqual([expect.closeTo(8, 0), expect.closeTo(-2.4, 0)]);
  // All of it at once: a start is looked at with its whole trail.
  expect(await stepShown(page)).toBe(120);
  await expect.poll(() => new URL(page.url()).hash).toContain('plots.0.start');
  await page.reload();
  expect((await trailOf(page, 0, 0))[0]!.slice(0, 2)).toEqual([x, y]);
});

test('the start moves by keyboard, by handle and by number', async ({ page }) => {
  await openLab(page);
  await handle(page, 'Saddle').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(handle(page, 'Saddle')).toHaveAccessibleName('Start on Saddle: x −1.500, y 0.089. Arrow keys move it.');
  await expect.poll(async () => (await trailOf(page, 1, 0))[0]![1]).toBeCloseTo(0.089, 5);
  // Away from the ridge SGD leaves, too.
  expect(Math.abs((await trailOf(page, 1, 0)).at(-1)![1])).toBeGreaterThan(1.3);
  await page.keyboard.press('Home');
  await expect.poll(async () => (await trailOf(page, 1, 0))[0]!.slice(0, 2)).toEqual([-2, expect.closeTo(0.001, 6)]);
  await type(page.getByRole('textbox', { name: 'Ravine: start x' }), '5');
  await expect.poll(async () => (await trailOf(page, 0, 0))[0]![0]).toBe(5);
});

test('runs: another rule, another rate, a second-order method; what diverges is said', async ({ page }) => {
  await openLab(page);
  const sgd = runCard(page, 'SGD');
  await type(sgd.getByRole('textbox', { name: 'SGD: lr', exact: true }), '5');
  await expect.poll(async () => (await trailOf(page, 0, 0)).length).toBeLessThan(121);
  await page.getByRole('slider', { name: 'Step shown' }).fill('120');
  await expect(ravine(page).getByText(/Diverged: a number of step \d+ is not finite/)).toBeVisible();
  await sgd.getByRole('combobox', { name: 'SGD: rule' }).selectOption('Newton');
  await expect.poll(async () => (await trailOf(page, 0, 0)).length).toBe(2);
  await expect(ravine(page).getByText('Flat ground after 1 step, 2 gradients.')).toBeVisible();

  const adam = runCard(page, 'Adam');
  await adam.getByRole('combobox', { name: 'Adam: rule' }).selectOption('SGD');
  await runCard(page, 'SGD').getByText('Arguments', { exact: true }).click();
  await runCard(page, 'SGD').getByRole('checkbox', { name: 'SGD: nesterov' }).check();
  await expect(page.getByRole('alert')).toContainText('nesterov needs a momentum above 0');
  await type(runCard(page, 'SGD').getByRole('textbox', { name: 'SGD: momentum', exact: true }), '0.9');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a bad link is explained, and the lab opens as it does without; Back undoes a scene', async ({ page }) => {
  await openLab(page, '#v=1&scene=noise&plots.0.surface=hill');
  await expect(page.getByRole('alert')).toContainText('This link cannot be opened: plots.0.surface: "hill" is not known');
  await expect(ravine(page)).toBeVisible();
  await button(page, 'Dismiss').click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await button(page, 'Scene: Ravine and saddle').click();
  await page.getByRole('button', { name: /^Second against first order/ }).click();
  await expect(region(page, 'Surface 1: Rosenbrock')).toBeVisible();
  expect(new URL(page.url()).hash).toBe('#v=1&scene=second-order');
  await page.goBack();
  await expect(ravine(page)).toBeVisible();
});

test('little motion: all is shown at once, and nothing plays', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openLab(page);
  await expect.poll(() => stepShown(page)).toBe(120);
  await expect(button(page, 'Play')).toBeVisible();
});

test('without a GPU it says so, and second-order methods walk all the same', async ({ page }) => {
  await page.route(/surface\.worker.*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `navigator.gpu.requestAdapter = async () => null;\n${await response.text()}` });
  });
  await page.goto('./surfaces.html#v=1&scene=newton-on-the-saddle');
  await expect(page.getByRole('alert')).toContainText('found no GPU');
  await expect.poll(async () => (await trail(page, 0, 1))?.length ?? 0).toBeGreaterThan(3);
  await page.getByRole('slider', { name: 'Step shown' }).fill('60');
  await expect(region(page, 'Surface 1: Saddle').getByText('Needs a GPU.')).toBeVisible();
});

for (const theme of ['light', 'dark'] as const) {
  test(`accessible, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await openLab(page);
    await expectAccessible(page);
    await button(page, 'Scene: Ravine and saddle').click();
    await expectAccessible(page);
  });
}
