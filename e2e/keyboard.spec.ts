/** Story 9 and 11: everything by keyboard; no violation of accessibility rules; no sideways scrolling at any width. */
import type { Page } from '@playwright/test';
import {
  button,
  curveOf,
  curvesOf,
  drawn,
  expect,
  expectAccessible,
  experimentOf,
  open,
  ready,
  sgd,
  small,
  statusStep,
  test,
  trained,
} from './support.ts';

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const e = document.activeElement;
    const kind = e instanceof HTMLInputElement ? e.type : (e?.tagName.toLowerCase() ?? '');
    return `${kind} ${e?.getAttribute('aria-label') ?? e?.textContent?.trim().slice(0, 30) ?? ''}`;
  });

test('Space, →, R, S, 1–8 and ? do what the list says', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, small({ runs: [sgd('One', 0.05), sgd('Two', 0.02)] }));
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => statusStep(page)).toBe(1);
  await page.keyboard.press('Space');
  await expect(button(page, 'Pause')).toBeVisible();
  await trained(page, 5);
  await page.keyboard.press('Space');
  await expect(button(page, 'Start')).toBeVisible();
  await page.keyboard.press('2');
  const chart = page.getByRole('region', { name: 'Loss', exact: true }).getByRole('img', { name: /^Loss of/ });
  await expect(chart).toHaveAccessibleName(/Loss of Two\./);
  await page.keyboard.press('2');
  await expect(chart).toHaveAccessibleName(/One, Two/);
  await page.keyboard.press('s');
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText(/link/i);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Start or pause');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('r');
  await expect.poll(() => statusStep(page)).toBe(0);
  expect((await curvesOf(page)).every((c) => c.step.length === 0)).toBe(true);
});

test('with Tab and Enter alone: start, change a learning rate, pause', async ({ page }) => {
  await open(page);
  const tabTo = async (pattern: RegExp): Promise<void> => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('Tab');
      if (pattern.test(await focused(page))) return;
    }
    throw new Error(`Tab never reaches ${pattern}; last: ${await focused(page)}`);
  };
  await tabTo(/^button Start/);
  const outline = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement as Element);
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  });
  expect(outline, 'the focus can be seen').toBe(true);
  await page.keyboard.press('Enter');
  await trained(page, 3);
  await tabTo(/^text Adam: lr$/);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('2e-3');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await curveOf(page, 'Adam', 'lr')).value.at(-1)).toBeCloseTo(2e-3, 8);
  await tabTo(/^button Pause/);
  await page.keyboard.press('Enter');
  await expect(button(page, 'Start')).toBeVisible();
});

test('typing in a field is no shortcut', async ({ page }) => {
  await open(page);
  const name = page.getByRole('textbox', { name: 'Name of run 1' });
  await name.fill('');
  await name.pressSequentially('r s 1?');
  await name.press('Enter');
  expect((await experimentOf(page)).runs[0]!.name).toBe('r s 1?');
  expect(await statusStep(page)).toBe(0);
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${scheme}, idle and with curves`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page);
    await expectAccessible(page, 'idle');
    await page.evaluate(() => window.playground.step(6));
    await expect.poll(async () => (await drawn(page, 'Loss', 'line')).filter((d) => d !== '').length).toBeGreaterThan(0);
    await expectAccessible(page, 'with curves');
    await page.keyboard.press('?');
    await expectAccessible(page, 'the list of keys');
  });
}

test('no sideways scrolling from 390 to 1920 pixels', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  for (const [width, height] of [
    [390, 844],
    [768, 1024],
    [1024, 768],
    [1440, 900],
    [1920, 1080],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(150);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${width} px`).toBe(0);
    await expect(button(page, 'Start')).toBeInViewport();
  }
});
