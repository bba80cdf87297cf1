/** A finger in the surface lab, on a phone: it drags the start and leaves the page where it is; anywhere else it scrolls. */
import type { CDPSession, Page } from '@playwright/test';
import type { SurfaceAutomation } from '../src/store/surfaces.ts';
import { expect, region, test } from './support.ts';

declare global {
  interface Window {
    surfaces: SurfaceAutomation;
  }
}

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' } as const);

type At = readonly [x: number, y: number];

const startOf = (page: Page): Promise<readonly [number, number]> => page.evaluate(() => window.surfaces.lab().plots[0]!.start);
const scrolled = (page: Page): Promise<number> => page.evaluate(() => scrollY);

/** Fingers of the browser itself, which decides whether they scroll; events made by a script would never do. */
async function drag(session: CDPSession, from: At, to: At): Promise<void> {
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: At) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [{ x: at[0], y: at[1] }] : [] });
  await send('touchStart', from);
  for (let k = 1; k <= 10; k++) await send('touchMove', [from[0] + ((to[0] - from[0]) * k) / 10, from[1] + ((to[1] - from[1]) * k) / 10]);
  await send('touchEnd');
}

test('a finger drags the start without moving the page, taps set it, and swipes beside it scroll', async ({ page, context }) => {
  await page.goto('./surfaces.html');
  await expect.poll(() => page.evaluate(() => window.surfaces?.trail(0, 0) !== null)).toBe(true);
  const session = await context.newCDPSession(page);
  const pad = region(page, 'Surface 1: Ravine').locator('[data-pad]');
  await pad.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const still = await scrolled(page);
  const box = (await pad.boundingBox())!;
  const at = (across: number, down: number): At => [box.x + box.width * across, box.y + box.height * down];

  const handle = (await page.getByRole('button', { name: /^Start on Ravine/ }).boundingBox())!;
  // Beside the ring: a fingertip is wider than it.
  const grip: At = [handle.x + handle.width / 2 + 16, handle.y + handle.height / 2 + 12];
  await drag(session, grip, at(0.75, 0.75));
  expect(await startOf(page), 'where the finger was lifted').toEqual([expect.closeTo(5, 0), expect.closeTo(-1.5, 0)]);
  expect(await scrolled(page), 'the page stays').toBe(still);
  expect(await pad.boundingBox(), 'and so does the plot').toEqual(box);

  // At once after a drag the browser takes no tap for one.
  await expect(async () => {
    await page.touchscreen.tap(...at(0.5, 0.25));
    expect(await startOf(page)).toEqual([expect.closeTo(0, 0), expect.closeTo(1.5, 0)]);
  }).toPass({ intervals: [400] });
  const tapped = await startOf(page);

  await drag(session, at(0.2, 0.9), at(0.2, 0.2));
  await expect.poll(() => scrolled(page), 'a swipe on the plot scrolls').toBeGreaterThan(still + 50);
  expect(await startOf(page), 'and leaves the start').toEqual(tapped);
});

test('a finger on the loss chart goes through the steps', async ({ page, context }) => {
  await page.goto('./surfaces.html');
  const slider = page.getByRole('slider', { name: 'Step shown' });
  await expect(slider).toHaveValue('120');
  const chart = page.getByRole('img', { name: /^Loss on Ravine/ });
  await chart.scrollIntoViewIfNeeded();
  const box = (await chart.boundingBox())!;
  const still = await scrolled(page);
  const y = box.y + box.height / 2;
  await drag(await context.newCDPSession(page), [box.x + box.width - 10, y], [box.x + box.width / 2, y]);
  expect(Number(await slider.inputValue())).toBeGreaterThan(30);
  expect(Number(await slider.inputValue())).toBeLessThan(90);
  expect(await scrolled(page)).toBe(still);
});
