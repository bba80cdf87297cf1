/** What the stories share: a page that must stay quiet, small experiments that train at once, and the curves as numbers. */
import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, test as base, expect, type Locator, type Page } from '@playwright/test';
import { encodeLink } from '../src/model/link.ts';
import type { Experiment, RunSpec } from '../src/model/types.ts';
import type { Curve, CurveMetric } from '../src/store/playground.ts';

export { expect };

/** What no story may cause: errors on the console (violations of the policy are among them), failed or foreign requests. */
export class Noise {
  readonly heard: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** For a story whose point is that something fails. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  async listen(context: BrowserContext, origin: string): Promise<void> {
    context.on('console', (message) => message.type() === 'error' && this.heard.push(`console: ${message.text()}`));
    context.on('weberror', (error) => this.heard.push(`page: ${String(error.error())}`));
    context.on('requestfailed', (request) => this.heard.push(`failed: ${request.url()}`));
    context.on('response', (response) => response.status() >= 400 && this.heard.push(`${response.status()}: ${response.url()}`));
    context.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) this.heard.push(`outside: ${request.url()}`);
    });
    await context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)),
    );
  }

  left(): string[] {
    return this.heard.filter((line) => !this.allowed.some((pattern) => pattern.test(line)));
  }
}

export const test = base.extend<{ noise: Noise }>({
  noise: [
    async ({ context, baseURL }, use) => {
      const noise = new Noise();
      await noise.listen(context, new URL(baseURL!).origin);
      await use(noise);
      expect(noise.left(), 'errors, foreign requests and violations of the policy').toEqual([]);
    },
    { auto: true },
  ],
});

/** axe finds nothing: every violation would be named with its elements. The pages have no frames, so that one run in the page is all of it. */
export async function expectAccessible(page: Page, state = 'accessible'): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
    state,
  ).toEqual([]);
}

/** Two runs, 2.3 k parameters, 256 digits: ready and trained in no time, on a software adapter too. */
export function small(patch: Partial<Experiment> = {}): Experiment {
  return {
    name: 'Small',
    model: {
      input: [1, 28, 28],
      layers: [
        { id: 'conv1', type: 'Conv2d', out_channels: 4, kernel_size: 3, stride: 2, padding: 1 },
        { id: 'relu1', type: 'ReLU' },
        { id: 'pool1', type: 'MaxPool2d', kernel_size: 2 },
        { id: 'flatten', type: 'Flatten' },
        { id: 'fc', type: 'Linear', out_features: 10 },
      ],
    },
    data: { type: 'digits', train_samples: 256, val_samples: 64 },
    batch_size: 16,
    loss: { type: 'CrossEntropyLoss' },
    seed: 1,
    eval_every: 5,
    runs: [sgd('SGD', 0.05), { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } }],
    ...patch,
  };
}

export const sgd = (name: string, lr: number, more: Partial<RunSpec> = {}): RunSpec => ({ name, optimizer: { type: 'SGD', lr }, ...more });

/** Opens an experiment by its link, as a visitor would, and waits until it can train. */
export async function open(page: Page, experiment: Experiment = small()): Promise<void> {
  await page.goto(`./#${await encodeLink(experiment)}`);
  await ready(page);
}

export const ready = (page: Page): Promise<void> => page.evaluate(() => window.playground.ready);
export const step = (page: Page, n: number): Promise<void> => page.evaluate((count) => window.playground.step(count), n);
export const experimentOf = (page: Page): Promise<Experiment> => page.evaluate(() => window.playground.experiment());
export const curvesOf = (page: Page): Promise<Curve[]> => page.evaluate(() => window.playground.curves());

export function pick(curves: readonly Curve[], run: string, metric: CurveMetric = 'train_loss'): Curve {
  const found = curves.find((curve) => curve.run === run && curve.metric === metric);
  if (!found) throw new Error(`no curve ${metric} of ${run}; runs: ${[...new Set(curves.map((curve) => curve.run))].join(', ')}`);
  return found;
}

/** One curve as it stands now. */
export const curveOf = async (page: Page, run: string, metric: CurveMetric = 'train_loss'): Promise<Curve> => pick(await curvesOf(page), run, metric);

/** The curves up to a step, for comparisons bit for bit. */
export const upTo = (curves: readonly Curve[], last: number): Curve[] =>
  curves.map(({ run, metric, step: steps, value }) => {
    const count = steps.filter((s) => s <= last).length;
    return { run, metric, step: steps.slice(0, count), value: value.slice(0, count) };
  });

/** Every step from 1 once and in order, and every value finite. */
export function expectWhole(curve: Curve): void {
  expect(curve.step, `${curve.run}: steps without gaps or repeats`).toEqual(Array.from({ length: curve.step.length }, (_, i) => i + 1));
  expect(
    curve.value.filter((value) => !Number.isFinite(value)),
    `${curve.run}: values that are not finite`,
  ).toEqual([]);
}

/** The line with step, epoch and speed. */
export const statusLine = (page: Page): Locator => page.getByRole('banner').getByRole('status');
export const statusText = async (page: Page): Promise<string> => (await statusLine(page).textContent()) ?? '';

export async function statusStep(page: Page): Promise<number> {
  const [, digits] = /step (\d+)/.exec(await statusText(page)) ?? [];
  return Number(digits);
}

export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
export const region = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
export const runCard = (page: Page, name: string): Locator => page.getByRole('listitem', { name: `Run ${name}`, exact: true });

export async function start(page: Page): Promise<void> {
  await button(page, 'Start').click();
  await expect(button(page, 'Pause')).toBeVisible();
}

export async function pause(page: Page): Promise<void> {
  await button(page, 'Pause').click();
  await expect(button(page, 'Start')).toBeVisible();
  await expect(statusLine(page)).toContainText('paused');
}

/** Waits, while it trains, until every run has done so many steps. */
export async function trained(page: Page, steps: number): Promise<void> {
  const done = async () => Math.min(...(await curvesOf(page)).filter((c) => c.metric === 'train_loss').map((c) => c.step.at(-1) ?? 0));
  await expect.poll(done, { timeout: 60_000, intervals: [50] }).toBeGreaterThanOrEqual(steps);
}

/** Types into a text field as a visitor does: all of it anew, then Enter. */
export async function type(field: Locator, text: string): Promise<void> {
  await field.fill(text);
  await field.press('Enter');
}

/** Path data of what a chart draws: `line` and `ghost` of every run and layer, `marks` of every run. */
export const drawn = (page: Page, chart: string, what: 'line' | 'marks'): Promise<string[]> =>
  region(page, chart)
    .locator(`path[data-key$="/${what}"]`)
    .evaluateAll((paths) => paths.map((path) => path.getAttribute('d') ?? ''));

/** The engine runs in a worker, which init scripts do not reach: the worker's own file begins with this. */
export async function inWorker(page: Page, script: string): Promise<void> {
  await page.route(/train\.worker.*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  });
}

/** The experiments that this browser keeps, as they are stored. */
const keptExperiments = (page: Page): Promise<unknown[]> =>
  page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    // Opening a database that is not there creates it, empty: the page would then find it without its store.
    if (!(await indexedDB.databases()).some(({ name }) => name === 'keyval-store')) return [];
    const database = await result(indexedDB.open('keyval-store'));
    const store = database.transaction('keyval').objectStore('keyval');
    const keys = (await result(store.getAllKeys())).map(String).filter((key) => key.startsWith('descent.session.'));
    const all = await Promise.all(keys.map((key) => result(store.get(key) as IDBRequest<{ experiment: unknown }>)));
    database.close();
    return all.map((stored) => stored.experiment);
  });

/** Waits until the page has stored what stands in it now, a moment after a change. */
export async function kept(page: Page): Promise<void> {
  await expect.poll(() => keptExperiments(page)).toContainEqual(await experimentOf(page));
}
