/** Story 5: an experiment travels as a link; damaged links say what is wrong and lose nothing. */
import { button, curvesOf, expect, experimentOf, kept, open, ready, region, small, step, test } from './support.ts';

const shared = small({
  name: 'Shared',
  seed: 7,
  runs: [
    { name: 'Nesterov', optimizer: { type: 'SGD', lr: 0.03, momentum: 0.9, nesterov: true }, schedule: { type: 'StepLR', step_size: 4, gamma: 0.5 } },
    { name: 'AdamW', optimizer: { type: 'AdamW', lr: 3e-3, weight_decay: 0.05 }, init: { type: 'kaiming_normal' }, seed: 11 },
  ],
});

test('Share: the link opens the same experiment elsewhere and gives the same curves, bit for bit', async ({ page, context, browser }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, shared);
  await step(page, 12);
  await button(page, 'Share').click();
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('Link copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(await page.evaluate(() => window.playground.link()));
  expect(link).toBe(page.url());

  for (let visit = 0; visit < 2; visit++) {
    const elsewhere = await browser.newContext();
    const other = await elsewhere.newPage();
    await other.goto(link);
    await ready(other);
    expect(await experimentOf(other)).toEqual(await experimentOf(page));
    await step(other, 12);
    expect(await curvesOf(other), `visit ${visit + 1}`).toEqual(await curvesOf(page));
    await elsewhere.close();
  }
});

test('another seed gives other curves: the comparison above can fail', async ({ page, context }) => {
  await open(page, shared);
  await step(page, 3);
  const other = await context.newPage();
  await open(other, { ...shared, seed: 8 });
  await step(other, 3);
  expect(await curvesOf(other)).not.toEqual(await curvesOf(page));
});

const DAMAGED: readonly (readonly [what: string, hash: string, sentence: RegExp])[] = [
  ['from a newer version', 'v=9&preset=optimizer-race', /newer version \(v=9\)/],
  ['with an unknown preset', 'v=1&preset=nonsense', /nonsense/],
  ['cut off in the middle', 'v=1&x=q1YqS8wpTVWyUnLJT1fSUcpLzE0FcpwS', /cannot be opened/],
  ['that is no link at all', 'x%%%', /cannot be opened/],
  ['larger than any link', `v=1&x=${'A'.repeat(20_000)}`, /8192|8 ?KiB|too l/],
];

for (const [what, hash, sentence] of DAMAGED) {
  test(`a link ${what}: one sentence, and the default experiment`, async ({ page }) => {
    await page.goto(`./#${hash}`);
    await ready(page);
    const notice = page.getByText(/This link cannot be opened/);
    await expect(notice).toBeVisible();
    await expect(notice).toContainText(sentence);
    expect((await experimentOf(page)).name).toBe('Optimizer race');
    await expect(button(page, 'Start')).toBeEnabled();
  });
}

test('a bad link does not touch the experiment of the session before', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  await page.evaluate((e) => window.playground.load(e), shared);
  await kept(page);
  await page.goto('about:blank');
  await page.goto('./#v=9');
  await ready(page);
  await expect(page.getByText(/newer version/)).toBeVisible();
  await page.goto('about:blank');
  await page.goto('./');
  await ready(page);
  expect((await experimentOf(page)).name).toBe('Shared');
});

test('a link that names an impossible field says which', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  const bad = { ...small(), runs: [{ name: 'x', optimizer: { type: 'Adam', lr: -1 } }] };
  const said = await page.evaluate(
    (e) =>
      window.playground.load(e).then(
        () => 'opened',
        (error: Error & { path?: string }) => `${error.name} ${error.path} ${error.message}`,
      ),
    bad,
  );
  expect(said).toMatch(/^ModelError runs\.0\.optimizer\.lr .*-1/);
  expect((await experimentOf(page)).name).toBe('Optimizer race');
  await expect(region(page, 'Runs')).toContainText('Same initial weights');
});
