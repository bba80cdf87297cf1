/**
 * npm run bench:page: the page as a visitor has it. Time until it can train, from Start to the first loss point, tasks on the main thread
 * while the optimizer race trains, redraws of the charts, size of the JavaScript. Writes a section of docs/benchmarks.md. Needs a build.
 */

import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { median, table, writeSection } from '../bench/lib/report.mjs';
import { launchOptions } from './browser.mjs';
import { root } from './run.mjs';
import { serve } from './serve.mjs';

const SECONDS = 15;
/** Of the cost of charts and feature maps: milliseconds of a slice, and pairs of slices. */
const SLICE = 2000;
const ROUNDS = 12;

/** What size.mjs says of the scripts that a visitor downloads before the first step. */
function scripts() {
  const told = execFileSync(process.execPath, [join(root, 'scripts/size.mjs')], { encoding: 'utf8' });
  return /initial JavaScript[^:]*: ([\d.]+)/.exec(told)?.[1];
}

async function measure(page, address) {
  const opened = Date.now();
  await page.goto(address);
  await page.evaluate(() => window.playground.ready);
  const ready = Date.now() - opened;
  const first = await page.evaluate(async () => {
    const started = performance.now();
    const point = new Promise((resolve) => {
      const off = window.playground.on('points', () => {
        off();
        resolve(performance.now() - started);
      });
    });
    [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Start')?.click();
    return point;
  });
  const tasks = await page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const long = [];
        let redraws = 0;
        const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
        observer.observe({ entryTypes: ['longtask'] });
        const chart = document.querySelector('section[aria-label="Loss"] path[data-key$="/line"]');
        const drawn = new MutationObserver(() => redraws++);
        if (chart) drawn.observe(chart, { attributes: true, attributeFilter: ['d'] });
        setTimeout(() => resolve({ long, redraws: (1000 * redraws) / ms }), ms);
      }),
    1000 * SECONDS,
  );
  const steps = await page.evaluate(() => Math.max(...window.playground.curves().map((curve) => curve.step.at(-1) ?? 0)));
  return { ready, first, steps, ...tasks };
}

/** Steps a second from one word of the worker to another, each of which comes when what is in flight has landed. */
const rate = (page, ms) =>
  page.evaluate(
    (least) =>
      new Promise((resolve) => {
        let first = null;
        const off = window.playground.on('status', ({ step }) => {
          const now = performance.now();
          first ??= { now, step };
          if (now - first.now < least || step === first.step) return;
          off();
          resolve((1000 * (step - first.step)) / (now - first.now));
        });
      }),
    ms,
  );

/**
 * The share of its steps a second that an experiment loses to charts and feature maps. Without a size nothing is drawn and no map is asked
 * for; with and without in turn, and the ratio of neighbours. Sorted, in per cent.
 */
async function costOfLooking(page, address, preset) {
  await page.goto(`${address}#v=1&preset=${preset}`);
  await page.evaluate(() => window.playground.ready);
  // Their column; what tells the step and the runs' losses stays.
  const show = (on) =>
    page.evaluate((shown) => {
      const column = document.querySelector('section[aria-label="Loss"]').parentElement;
      column.style.setProperty('display', shown ? '' : 'none');
    }, on);
  await page.evaluate(() => window.playground.start());
  await rate(page, SLICE);
  const ratios = [];
  for (let round = 0; round < ROUNDS; round++) {
    const rates = {};
    for (const on of round % 2 ? [true, false] : [false, true]) {
      await show(on);
      // What was begun before belongs to nobody.
      await rate(page, 500);
      rates[on] = await rate(page, SLICE);
    }
    ratios.push(rates.true / rates.false);
  }
  await page.evaluate(() => window.playground.pause());
  return ratios.map((ratio) => 100 * (1 - ratio)).sort((a, b) => a - b);
}

const server = await serve({ port: 0 });
const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const result = await measure(page, server.url);
  await page.close();
  const costs = [];
  for (const preset of ['optimizer-race', 'spiral-mlp']) {
    const other = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const cost = await costOfLooking(other, server.url, preset);
    const [low, high] = [cost[ROUNDS >> 2], cost[ROUNDS - 1 - (ROUNDS >> 2)]].map((percent) => percent.toFixed(1));
    const what = `share of its steps/s that charts and feature maps cost ${preset}: median (half of ${ROUNDS} pairs)`;
    costs.push([what, `${median(cost).toFixed(1)} % (${low} to ${high})`, '5 %']);
    await other.close();
  }
  const longest = result.long.length ? `${Math.max(...result.long).toFixed(0)} ms` : 'none over 50 ms';
  const rows = [
    ['from opening the page until it can train', `${(result.ready / 1000).toFixed(1)} s`, '–'],
    ['from Start to the first loss point', `${(result.first / 1000).toFixed(2)} s`, '3 s'],
    [`longest task on the main thread in ${SECONDS} s of the optimizer race (${result.steps} steps)`, longest, '50 ms'],
    ['redraws of a curve a second', result.redraws.toFixed(1), '10'],
    ...costs,
    ['JavaScript, gzipped, workers included', `${scripts()} kB`, '350 kB'],
  ];
  const where = `${new Date().toISOString().slice(0, 10)}, software adapter, Chromium ${browser.version()}, ${os.availableParallelism()} cores (load ${os.loadavg()[0].toFixed(1)}).`;
  const text = `${table(['what', 'measured:', 'at most:'], rows)}\n\n${where}`;
  console.log(text);
  writeSection('page', text);
} finally {
  await browser.close();
  await server.close();
}
