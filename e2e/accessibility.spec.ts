/** Story 11: no violation of accessibility rules in any designed state, light and dark. Idle, curves and keys are in keyboard.spec.ts. */
import { button, expect, expectAccessible, inWorker, open, ready, region, runCard, sgd, small, start, step, test, trained, type } from './support.ts';

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${scheme}: training, an opened run, menus, a diverged run`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, small({ runs: [sgd('Calm', 0.05, { schedule: { type: 'OneCycleLR', max_lr: 0.05 } }), sgd('Wild', 1e30)] }));
    await start(page);
    await trained(page, 0);
    await expect(runCard(page, 'Wild').getByRole('alert')).toContainText('Diverged at step');
    await expectAccessible(page, 'training, with a diverged run');
    await runCard(page, 'Calm').getByText('one cycle', { exact: true }).click();
    await expect(page.getByRole('img', { name: /^Calm: planned momentum/ })).toBeVisible();
    await region(page, 'Model')
      .getByRole('button', { name: /^Conv2d/ })
      .click();
    await button(page, 'Pause').click();
    await expectAccessible(page, 'a run and a layer opened');
    for (const menu of ['Add a layer', 'Networks', 'More for Calm', 'Loss chart menu', 'Experiment: Small']) {
      await button(page, menu).click();
      await expect(page.locator('[popover]:popover-open')).toBeVisible();
      await expectAccessible(page, menu);
      await page.keyboard.press('Escape');
      await expect(page.locator('[popover]:popover-open')).toHaveCount(0);
    }
  });

  test(`axe finds nothing, ${scheme}: an impossible network, refused files, a bad link, a lost GPU, tables`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto('./#v=9');
    await ready(page);
    await expect(page.getByText(/newer version/)).toBeVisible();
    await expectAccessible(page, 'a link from the future');
    await page.evaluate((e) => window.playground.load(e), small());
    await step(page, 6);
    await page.evaluate(() => window.playground.loseDevice());
    await expect(page.getByText(/Resumed from step/)).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page, 'resumed after a lost GPU');
    await button(page, 'Accuracy chart menu').click();
    await page.getByRole('button', { name: 'Values as a table' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'curves as a table');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^GPU: / }).click();
    await expect(page.getByRole('dialog', { name: 'GPU' })).toBeVisible();
    await expectAccessible(page, 'the GPU');
    await page.keyboard.press('Escape');
    await button(page, 'Open files').click();
    const dialog = page.getByRole('dialog', { name: 'Your own data' });
    await dialog
      .locator('input[type=file]')
      .setInputFiles({ name: 'notes.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([1, 2, 3]) });
    await expect(dialog.getByRole('alert')).toBeVisible();
    await expectAccessible(page, 'refused files');
    await page.keyboard.press('Escape');
    await region(page, 'Model')
      .getByRole('button', { name: /^Conv2d/ })
      .click();
    await type(page.getByRole('textbox', { name: 'conv1 kernel_size' }), '40');
    await expect(region(page, 'Model').getByRole('alert')).toBeVisible();
    await expectAccessible(page, 'an impossible network');
  });

  test(`axe finds nothing, ${scheme}: no WebGPU, and a phone`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await inWorker(page, "Object.defineProperty(navigator, 'gpu', { value: undefined })");
    await page.goto('./');
    await expect(page.getByRole('alert', { name: 'No GPU' })).toBeVisible();
    await expectAccessible(page, 'no WebGPU');
    await page.setViewportSize({ width: 390, height: 844 });
    const panels = page.getByRole('navigation', { name: 'Panels' }).getByRole('button');
    await expect(panels).toHaveCount(5);
    for (const panel of await panels.all()) {
      await panel.click();
      await expect(panel).toHaveAttribute('aria-current', 'page');
      await expectAccessible(page, `a phone, ${await panel.textContent()}`);
    }
  });
}

test('Tab goes through the whole page and out of it again, and every stop can be seen', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  interface Stop {
    name: string;
    seen: boolean;
  }
  const stop = (): Promise<Stop | null> =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const { width, height } = element.getBoundingClientRect();
      const ring = (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
      const name = element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent ?? '';
      return { name: name.trim().slice(0, 60), seen: ring && width > 0 && height > 0 };
    });
  const stops: Stop[] = [];
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press('Tab');
    const here = await stop();
    // Past the last stop focus leaves the page.
    if (!here) break;
    stops.push(here);
  }
  expect(stops.length).toBeLessThan(200);
  for (const name of ['Experiment: Small', 'Start', 'Step', 'Share', 'Open files', 'data train_samples', 'Add a layer', 'SGD: lr', 'Hide Adam'])
    expect(
      stops.map((s) => s.name),
      `a stop at ${name}`,
    ).toContain(name);
  expect(
    stops.filter((s) => s.name === '' || !s.seen).map((s) => s.name || 'a stop without a name'),
    'stops that cannot be seen or have no name',
  ).toEqual([]);

  // And backwards: no trap.
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  expect((await stop())?.name).toBe(stops.at(-2)?.name);
});

test('a menu opens, is walked through and closes by keys, and gives the focus back', async ({ page }) => {
  await open(page);
  const networks = button(page, 'Networks');
  await networks.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('[popover]:popover-open')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  const focused = page.locator('[popover]:popover-open button:focus');
  const first = await focused.textContent();
  await page.keyboard.press('ArrowDown');
  expect(await focused.textContent()).not.toBe(first);
  await page.keyboard.press('Escape');
  await expect(page.locator('[popover]:popover-open')).toHaveCount(0);
  await expect(networks).toBeFocused();
  // From the closed button the arrow opens it and goes in.
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[popover]:popover-open button:focus')).toHaveText(first!);
  await page.keyboard.press('Escape');
  await expect(networks).toBeFocused();
});

test('a phone: every panel behind its tab, nothing wider than the screen, Start within reach', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await step(page, 6);
  const panels: readonly (readonly [tab: string, region: string])[] = [
    ['Charts', 'Loss'],
    ['Runs', 'Runs'],
    ['Model', 'Model'],
    ['Data', 'Data'],
    ['Maps', 'Feature maps'],
  ];
  for (const [tab, name] of panels) {
    await page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: tab }).click();
    await expect(region(page, name)).toBeVisible();
    for (const [, other] of panels) if (other !== name) await expect(region(page, other)).toBeHidden();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), tab).toBe(0);
    await expect(button(page, 'Start')).toBeInViewport();
  }
  expect((await page.getByRole('banner').boundingBox())!.height, 'the header is two rows').toBeLessThan(100);

  // Feature maps belong to the curves, whatever the tabs above those have opened.
  const panel = (name: string) => page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name });
  await panel('Charts').click();
  await page.getByRole('tab', { name: 'Verdict' }).click();
  await panel('Maps').click();
  await expect(region(page, 'Feature maps')).toBeVisible();
  await expect(page.getByRole('tablist', { name: 'View' })).toBeHidden();
  await expect(region(page, 'Feature maps').getByRole('img', { name: /^SGD, conv1, channel/ })).toHaveCount(4);

  await panel('Runs').click();
  await button(page, 'Keys').click();
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Start or pause');
  await page.keyboard.press('Escape');
  await expect(button(page, 'Keys')).toBeFocused();
});
