/**
 * npm run bench:charts: what 32 runs × 20,000 points cost the page, whatever a visitor does to the charts. The training worker is replaced by one
 * that only sends points, so that nothing but the page is measured. Longest task of the main thread and redraws a second, from a trace. Writes a
 * section of docs/benchmarks.md. Needs a build.
 *
 * --rounds 3     the worst of so many rounds, each in a page of its own
 * --only 'zoom'  scenes whose kind or name matches; the others are played, and not measured
 * --where        prints what the longest tasks did (slower: their times are not those of the table), writes nothing
 * --folder dist  another build: `vite build --minify false` has functions with names
 */
import os from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { scenesOf } from '../bench/charts/scenes.mjs';
import { traced } from '../bench/charts/trace.mjs';
import { fakeWorker } from '../bench/charts/worker.mjs';
import { table, writeSection } from '../bench/lib/report.mjs';
import { launchOptions } from './browser.mjs';
import { serve } from './serve.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    where: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'dist' },
  },
});

const RUNS = 32;
const POINTS = 20_000;
/** Steps that arrive while it is measured, ten times a second. */
const LIVE = 20;

/** 8 settings × 4 seeds. */
const experiment = {
  name: 'Many',
  model: {
    input: [1, 28, 28],
    layers: [
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc', type: 'Linear', out_features: 10 },
    ],
  },
  data: { type: 'digits', train_samples: 1600, val_samples: 64 },
  batch_size: 16,
  loss: { type: 'CrossEntropyLoss' },
  seed: 1,
  eval_every: 100,
  runs: Array.from({ length: RUNS }, (_, i) => ({
    name: `lr ${i >> 2} · seed ${i % 4}`,
    optimizer: { type: 'SGD', lr: 0.01 * (1 + (i >> 2)) },
    seed: i % 4,
  })),
};

/** Figures of one scene; `rate`: how often the first curve was drawn anew, a second. */
async function measure(browser, page, act) {
  await page.evaluate(() => {
    window.redraws = 0;
    window.watching = new MutationObserver(() => window.redraws++);
    const curve = document.querySelector('section[aria-label="Loss"] path[data-key$="/line"]');
    if (curve) window.watching.observe(curve, { attributes: true, attributeFilter: ['d'] });
  });
  const figures = await traced(browser, page, act, { thorough: options.where });
  const redraws = await page.evaluate(() => {
    window.watching.disconnect();
    return window.redraws;
  });
  return { ...figures, rate: redraws / figures.seconds };
}

/** A page with every point there and more arriving. */
async function open(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.route(/train\.worker.*\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body: `(${fakeWorker})(${LIVE})` }));
  await page.goto(url);
  await page.evaluate((loaded) => window.playground.load(loaded), experiment);
  await page.evaluate((n) => window.playground.step(n), POINTS);
  await page.waitForTimeout(3000);
  await page.evaluate(() => window.playground.start());
  return page;
}

/** Adds a round's figures to `worst`: kind → name → the largest so far. */
async function round(browser, url, worst) {
  const page = await open(browser, url);
  for (const { kind, what, before, act, after, settle } of await scenesOf(page)) {
    const found = await before?.();
    const drawn = async () => {
      await act(found);
      await page.waitForTimeout(settle);
    };
    const now = new RegExp(options.only).test(`${kind} ${what}`) ? await measure(browser, page, drawn) : await act(found);
    await after?.();
    if (!now) continue;
    const { longest, computed, long, share, rate, where } = now;
    console.log(
      [
        kind.padEnd(12),
        what.padEnd(44),
        `${computed.toFixed(0)} ms`.padStart(6),
        `${longest.toFixed(0)} ms`.padStart(6),
        long,
        rate.toFixed(1),
        `${share.toFixed(0)} %`,
      ].join('  '),
    );
    if (where) console.log(where.join('\n'));
    const known = worst.get(kind) ?? { longest: 0, computed: 0, long: 0, share: 0, rate: 0 };
    worst.set(kind, Object.fromEntries(Object.keys(known).map((key) => [key, Math.max(known[key], now[key])])));
  }
  await page.close();
}

const server = await serve({ folder: resolve(options.folder), port: 0 });
const browser = await chromium.launch(launchOptions());
try {
  const worst = new Map();
  for (let i = 0; i < Number(options.rounds); i++) await round(browser, server.url, worst);
  const head = ['what', 'longest task, computing:', 'with waiting:', 'over 50 ms with waiting:', 'redraws a second:', 'of the main thread:'];
  const rows = [...worst].map(([kind, { computed, longest, long, rate, share }]) => [
    kind,
    `${computed.toFixed(0)} ms`,
    `${longest.toFixed(0)} ms`,
    String(long),
    rate.toFixed(1),
    `${share.toFixed(0)} %`,
  ]);
  const rounds = options.rounds === '1' ? '' : `, the worst of ${options.rounds} rounds`;
  const where = `${new Date().toISOString().slice(0, 10)}, ${RUNS} runs × ${POINTS} points and ${10 * LIVE} steps/s${rounds}, Chromium ${browser.version()}, ${os.availableParallelism()} cores (load ${os.loadavg()[0].toFixed(1)}).`;
  const text = `${table(head, rows)}\n\n${where}`;
  console.log(text);
  if (!options.where && options.only === '') writeSection('charts', text);
} finally {
  await browser.close();
  await server.close();
}
