/** Stories 12 and 13: `window.playground` as the README documents it, and the curves as a file. */
import { readFile } from 'node:fs/promises';
import {
  button,
  curveOf,
  curvesOf,
  expect,
  expectWhole,
  experimentOf,
  open,
  pick,
  region,
  sgd,
  small,
  statusLine,
  statusStep,
  step,
  test,
  trained,
  type,
} from './support.ts';

test('ready, load, experiment, step, start, pause, reset, curves and link', async ({ page }) => {
  await page.goto('./');
  await page.evaluate((e) => window.playground.load(e), small());
  expect(await experimentOf(page)).toEqual(small());
  expect(await page.evaluate(() => window.playground.ready.then(() => 'ready'))).toBe('ready');

  // A copy: what a script does to it changes nothing.
  await page.evaluate(() => Object.assign(window.playground.experiment(), { name: 'Mine', runs: [] }));
  expect(await experimentOf(page)).toEqual(small());

  // Resolved when the steps are done and their metrics are in.
  const after = await page.evaluate(async () => {
    await window.playground.step(7);
    return window.playground.curves();
  });
  expect([...new Set(after.map((curve) => curve.metric))].sort()).toEqual(['grad_norm', 'lr', 'train_loss', 'val_accuracy', 'val_loss']);
  expect([...new Set(after.map((curve) => curve.run))]).toEqual(['SGD', 'Adam']);
  for (const run of ['SGD', 'Adam']) {
    for (const metric of ['train_loss', 'lr', 'grad_norm'] as const) {
      expectWhole(pick(after, run, metric));
      expect(pick(after, run, metric).step.length).toBe(7);
    }
    expect(pick(after, run, 'val_loss').step).toEqual([5]);
    expect(pick(after, run, 'val_accuracy').step).toEqual([5]);
    expect(pick(after, run, 'val_accuracy').value[0]).toBeLessThanOrEqual(1);
  }
  expect(new Set(pick(after, 'SGD', 'lr').value)).toEqual(new Set([Math.fround(0.05)]));
  // Ten classes, balanced: the first loss of an untrained network is about ln 10.
  expect(pick(after, 'SGD').value[0]).toBeGreaterThan(1.9);
  expect(pick(after, 'SGD').value[0]).toBeLessThan(2.8);
  await page.evaluate(() => window.playground.step());
  expect((await curveOf(page, 'SGD')).step.length, 'one step when not told how many').toBe(8);

  await page.evaluate(() => window.playground.start());
  await expect(button(page, 'Pause')).toBeVisible();
  await trained(page, 12);
  await page.evaluate(() => window.playground.pause());
  await expect(button(page, 'Start')).toBeVisible();
  await page.evaluate(() => window.playground.reset());
  await expect.poll(() => statusStep(page)).toBe(0);
  expect((await curvesOf(page)).every((curve) => curve.step.length === 0)).toBe(true);
  await step(page, 7);
  expect(await curvesOf(page)).toEqual(after);

  const link = await page.evaluate(() => window.playground.link());
  expect(link.startsWith(`${new URL(page.url()).origin}/#v=1`), link).toBe(true);
});

test('what is no experiment is refused with a ModelError that names the field, and the race goes on as it was', async ({ page }) => {
  await open(page);
  await step(page, 3);
  const before = await curvesOf(page);
  const wrong: readonly (readonly [experiment: unknown, said: RegExp])[] = [
    [null, /^ModelError/],
    [{}, /^ModelError at model/],
    [{ ...small(), batch_size: 0 }, /^ModelError at batch_size: .*from 1 to 1024, found 0/],
    [{ ...small(), runs: [] }, /^ModelError at runs: /],
    [{ ...small(), runs: [sgd('a', Number.NaN)] }, /^ModelError at runs\.0\.optimizer\.lr: /],
    [{ ...small(), runs: [{ name: 'a', optimizer: { type: 'Adma', lr: 1 } }] }, /^ModelError at runs\.0\.optimizer.*: .*Adma/],
    [{ ...small(), colour: 'red' }, /^ModelError at colour: /],
    [{ ...small(), data: { type: 'digits', train_samples: 8 } }, /^ModelError at batch_size: .*8 samples/],
  ];
  for (const [experiment, said] of wrong) {
    const refused = await page.evaluate(
      (e) =>
        window.playground.load(e).then(
          () => 'opened',
          (error: Error & { path?: string }) => `${error.name} at ${error.path}: ${error.message}`,
        ),
      experiment,
    );
    expect(refused).toMatch(said);
  }
  expect(await experimentOf(page)).toEqual(small());
  expect(await curvesOf(page)).toEqual(before);
  await step(page, 1);
  expect((await curveOf(page, 'SGD')).step.length).toBe(4);

  // The prototype of everything stays as it is.
  const polluted = await page.evaluate(async () => {
    await window.playground.load(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}')).catch(() => undefined);
    return 'polluted' in {};
  });
  expect(polluted).toBe(false);
});

test('step refuses what is no number of steps; steps that will never be done are rejected', async ({ page }) => {
  await open(page);
  const refusals = await page.evaluate(() =>
    Promise.all(
      [0, -1, 1.5, Number.NaN, '3' as unknown as number].map((n) =>
        window.playground.step(n).then(
          () => 'done',
          (error: Error) => `${error.name}: ${error.message}`,
        ),
      ),
    ),
  );
  for (const said of refusals) expect(said).toMatch(/^RangeError: .*whole number/);
  expect((await curveOf(page, 'SGD')).step.length).toBe(0);
  const [cut, next] = await page.evaluate(async () => {
    const name = (error: Error): string => `${error.name}: ${error.message}`;
    const long = window.playground.step(100_000).then(() => 'done', name);
    await new Promise((resolve) => setTimeout(resolve, 100));
    window.playground.reset();
    const short = window.playground.step(4).then(() => 'done', name);
    return [await long, await short];
  });
  expect(cut).toMatch(/^EngineError: .*reset/);
  expect(next).toBe('done');
  expect((await curveOf(page, 'SGD')).step).toEqual([1, 2, 3, 4]);
});

test('on: events as they come, until told to stop', async ({ page }) => {
  await open(page);
  const heard = await page.evaluate(async () => {
    const points: number[] = [];
    const states: string[] = [];
    const stopPoints = window.playground.on('points', ({ train }) => points.push(...train.flatMap((t) => [...t.step])));
    const stopStatus = window.playground.on('status', ({ state }) => states.push(state));
    await window.playground.step(5);
    stopPoints();
    await window.playground.step(5);
    stopStatus();
    let ready = 0;
    window.playground.on('ready', () => ready++);
    await window.playground.load(window.playground.experiment());
    return { points, states, ready };
  });
  expect(heard.points.sort((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  expect(heard.states).toContain('running');
  expect(heard.states.at(-1)).toBe('paused');
  expect(heard.ready).toBe(1);
});

test('a script that loads one experiment after the other gets the last, whatever the first ones take', async ({ page }) => {
  await page.goto('./');
  await page.evaluate(
    async (experiments) => {
      const loads = experiments.map((e) => window.playground.load(e).catch(() => undefined));
      await loads.at(-1);
      await window.playground.step(3);
    },
    [small({ name: 'First', seed: 3 }), small({ name: 'Second', batch_size: 256, model: huge() }), small({ name: 'Third', seed: 5 })],
  );
  expect((await experimentOf(page)).name).toBe('Third');
  const curves = await curvesOf(page);
  await expect(statusLine(page)).toContainText('step 3');
  const other = await page.context().newPage();
  await open(other, small({ name: 'Third', seed: 5 }));
  await step(other, 3);
  expect(curves).toEqual(await curvesOf(other));
});

/** More than any GPU has. */
const huge = () => ({
  input: [1, 28, 28] as const,
  layers: [
    { id: 'conv1', type: 'Conv2d', out_channels: 8192, kernel_size: 3, padding: 1 },
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc', type: 'Linear', out_features: 10 },
  ],
});

/** Rows and cells of a CSV file, quotes taken off. */
const parseCsv = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ''),
    );

test('the curves as CSV: every point of every run, names disarmed', async ({ page }) => {
  await open(page, small({ name: 'Race, of "two"', runs: [sgd('=SUM(A1)', 0.05), sgd('He said "go", then', 0.02)] }));
  await step(page, 12);
  await button(page, 'Loss chart menu').click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('race-of-two.csv');
  const [head, ...rows] = parseCsv(await readFile(await file.path(), 'utf8'));
  expect(head!.slice(0, 5)).toEqual(['run', 'step', 'epoch', 'time', 'train_loss']);
  expect(rows.length).toBe(24);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head!.length]));
  expect([...new Set(rows.map((row) => row[0]))]).toEqual(["'=SUM(A1)", 'He said "go", then']);
  const curves = await curvesOf(page);
  const column = (run: string, name: string): number[] =>
    rows.filter((row) => row[0] === run).flatMap((row) => (row[head!.indexOf(name)] === '' ? [] : [Math.fround(Number(row[head!.indexOf(name)]))]));
  for (const [run, name] of [
    ["'=SUM(A1)", '=SUM(A1)'],
    ['He said "go", then', 'He said "go", then'],
  ] as const) {
    expect(column(run, 'step')).toEqual(pick(curves, name).step);
    for (const metric of ['train_loss', 'lr', 'grad_norm', 'val_loss', 'val_accuracy'] as const)
      expect(column(run, metric), metric).toEqual(pick(curves, name, metric).value.map(Math.fround));
  }
});

test('the curves as a table and as pictures', async ({ page }) => {
  await open(page);
  await step(page, 11);
  await button(page, 'Accuracy chart menu').click();
  await page.getByRole('button', { name: 'Values as a table' }).click();
  const table = page.getByRole('dialog').getByRole('table', { name: /by step/ });
  await expect(table.getByRole('row')).toHaveCount(4);
  await expect(table.getByRole('rowheader')).toHaveText(['5', '10']);
  await expect(table.getByRole('cell').first()).toHaveText(/^\d\.\d+$/);
  await page.keyboard.press('Escape');
  for (const [item, name, begins] of [
    ['Download PNG', 'small-loss.png', [0x89, 0x50, 0x4e, 0x47]],
    ['Download SVG', 'small-loss.svg', [...'<svg'].map((c) => c.charCodeAt(0))],
  ] as const) {
    await button(page, 'Loss chart menu').click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: item }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(name);
    const bytes = await readFile(await file.path());
    expect([...bytes.subarray(0, 4)]).toEqual(begins);
    expect(bytes.length).toBeGreaterThan(2000);
  }
});

test('the pointer over one chart shows the values of all runs; the axes can be changed', async ({ page }) => {
  await open(page);
  await step(page, 20);
  const loss = region(page, 'Loss');
  const box = (await loss.getByRole('img', { name: /^Loss of/ }).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await expect(loss.getByText(/^step \d+$/)).toBeVisible();
  await page.mouse.move(0, 0);
  await expect(loss.getByText(/^step \d+$/)).toHaveCount(0);
  const ticks = (): Promise<string | null> => loss.locator('svg.recharts-surface').textContent();
  const bySteps = await ticks();
  await page.getByRole('combobox', { name: 'Horizontal axis' }).selectOption('epoch');
  await expect.poll(ticks).not.toBe(bySteps);
  const logarithmic = await ticks();
  await button(page, 'log').click();
  await expect.poll(ticks).not.toBe(logarithmic);
  await page.getByRole('tab', { name: 'Gradient norm' }).click();
  await expect(page.getByRole('img', { name: /^Gradient norm of/ })).toBeVisible();
  await type(page.getByRole('textbox', { name: 'Validation sample' }), '3');
  await page.getByRole('combobox', { name: 'Layer of the feature maps' }).selectOption('pool1');
  await expect(region(page, 'Feature maps').getByRole('img', { name: 'Adam, pool1, channel 3' })).toBeVisible();
});
