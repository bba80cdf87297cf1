/** Story: somebody wants it done, and turns on Max speed; it is remembered, and the link does not carry it. */
import { button, curvesOf, expect, expectWhole, open, pause, pick, small, start, test, trained } from './support.ts';

test('Max speed: trains on, pauses at once, is remembered, and is not part of the link', async ({ page }) => {
  await open(page, small());
  const speed = page.getByRole('switch', { name: 'Max speed', exact: true });
  await expect(speed).toHaveAttribute('aria-checked', 'false');
  const link = await page.evaluate(() => window.playground.link());
  await start(page);
  await trained(page, 5);
  await speed.click();
  await expect(speed).toHaveAttribute('aria-checked', 'true');
  await trained(page, 30);
  await pause(page);
  await expect(button(page, 'Start')).toBeVisible();
  for (const run of ['SGD', 'Adam']) expectWhole(pick(await curvesOf(page), run, 'train_loss'));
  expect(await page.evaluate(() => window.playground.link())).toBe(link);

  await page.reload();
  await page.evaluate(() => window.playground.ready);
  await expect(speed).toHaveAttribute('aria-checked', 'true');
  await speed.press('Space');
  await expect(speed).toHaveAttribute('aria-checked', 'false');
  await expect(button(page, 'Start'), 'Space on the switch is its own').toBeVisible();
});
