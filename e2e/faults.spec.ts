/** Stories 6 to 8: a lost device, a run that diverges, a browser without WebGPU. Nothing of these loses the visitor's experiment. */
import {
  button,
  curveOf,
  curvesOf,
  expect,
  expectWhole,
  experimentOf,
  inWorker,
  open,
  pause,
  pick,
  ready,
  region,
  runCard,
  sgd,
  small,
  start,
  step,
  test,
  trained,
  upTo,
} from './support.ts';

test('a lost device: training is resumed, the curves are those of an undisturbed run', async ({ page, context }) => {
  await open(page, small());
  await start(page);
  await trained(page, 6);
  for (const goal of [20, 40]) {
    await page.evaluate(() => window.playground.loseDevice());
    await expect(page.getByText(/Resumed from step \d+/)).toBeVisible();
    await trained(page, goal);
  }
  await pause(page);
  const curves = await curvesOf(page);
  for (const run of ['SGD', 'Adam']) expectWhole(pick(curves, run));
  const last = Math.min(...['SGD', 'Adam'].map((run) => pick(curves, run).step.at(-1)!));

  const undisturbed = await context.newPage();
  await open(undisturbed, small());
  await step(undisturbed, last);
  expect(upTo(curves, last)).toEqual(await curvesOf(undisturbed));
});

test('a GPU process that crashes is survived as well', async ({ page, browser, noise }) => {
  noise.allow(/./);
  await open(page, small());
  await step(page, 4);
  const before = await curvesOf(page);
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess').catch(() => {});
  await expect(page.getByText(/Resumed from step \d+/)).toBeVisible({ timeout: 30_000 });
  await step(page, 3);
  const after = await curvesOf(page);
  expect(upTo(after, 4)).toEqual(before);
  expectWhole(pick(after, 'Adam'));
  expect(pick(after, 'Adam').step.at(-1)).toBe(7);
});

test('a run that diverges is frozen at its step, the others go on', async ({ page, context }) => {
  const runs = [sgd('Fine', 0.05), sgd('Far too high', 1e30)];
  await open(page, small({ runs }));
  await step(page, 12);
  const card = runCard(page, 'Far too high');
  await expect(card).toContainText(/step \d+/);
  await expect(card).toContainText(/diverged/i);
  await expect(card).toContainText(/lr|learning rate/);
  const frozen = await curveOf(page, 'Far too high');
  expect(frozen.step.length).toBeLessThan(12);
  expect(frozen.step.length).toBeGreaterThan(0);

  const alone = await context.newPage();
  await open(alone, small({ runs: [runs[0]!] }));
  await step(alone, 12);
  expect(await curveOf(page, 'Fine'), 'bit-identical to the same run alone').toEqual(await curveOf(alone, 'Fine'));
});

const WITHOUT: readonly (readonly [what: string, script: string, sentence: RegExp])[] = [
  ['without WebGPU', "Object.defineProperty(navigator, 'gpu', { value: undefined })", /no WebGPU/],
  ['that finds no adapter', 'navigator.gpu.requestAdapter = async () => null', /no GPU|no graphics adapter/],
];

for (const [what, script, sentence] of WITHOUT) {
  test(`a browser ${what}: which browsers and flags, and the settings of the experiment`, async ({ page }) => {
    await inWorker(page, script);
    await page.goto('./');
    const alert = page.getByRole('alert', { name: 'No GPU' });
    await expect(alert).toContainText(sentence);
    await expect(alert).toContainText(/Chrome.*113/);
    await expect(alert).toContainText(/chrome:\/\/flags\/#enable-unsafe-webgpu/);
    await expect(region(page, 'Model')).toContainText('Conv2d');
    await expect(runCard(page, 'Adam')).toBeVisible();
    await expect(button(page, 'Start')).toBeDisabled();
    expect((await experimentOf(page)).name).toBe('Optimizer race');
    await button(page, 'Share').click();
    await expect(page.getByRole('log', { name: 'Messages' })).toContainText(/link/i);
  });
}

test('an adapter that comes late is waited for', async ({ page }) => {
  await inWorker(
    page,
    'const late = navigator.gpu.requestAdapter.bind(navigator.gpu); let asked = 0; navigator.gpu.requestAdapter = async (o) => (asked++ < 2 ? null : late(o))',
  );
  await page.goto('./');
  await ready(page);
  await expect(button(page, 'Start')).toBeEnabled();
});

test('a network too large for the GPU is refused with the figures, and the experiment stays', async ({ page }) => {
  const model = {
    input: [1, 28, 28] as const,
    layers: [
      { id: 'conv1', type: 'Conv2d', out_channels: 4096, kernel_size: 3, padding: 1 },
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc', type: 'Linear', out_features: 10 },
    ],
  };
  await page.goto('./');
  await ready(page);
  const said = await page.evaluate(
    (e) =>
      window.playground.load(e).then(
        () => 'opened',
        (error: Error) => error.message,
      ),
    small({ model, batch_size: 256 }),
  );
  expect(said).toMatch(/[\d.]+ [GM]B/);
  expect((await experimentOf(page)).batch_size).toBe(256);
});
