/**
 * npm run bench:page: the page as a visitor has it. Time until it can train, from Start to the first loss point, tasks on the main thread
 * while the optimizer race trains, redraws of the charts, size of the JavaScript. Writes a section of docs/benchmarks.md. Needs a build.
 */

import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright';
import { table, writeSection } from '../bench/lib/report.mjs';
import { launchOptions } from './browser.mjs';
import { root } from './run.mjs';
import { serve } from './serve.mjs';

const SECONDS = 15;

/** gzipped bytes of every script of the build, the workers included. */
function scripts() {
  const folder = join(root, 'dist/assets');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
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

const server = await serve({ port: 0 });
const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const result = await measure(page, server.url);
  const longest = result.long.length ? `${Math.max(...result.long).toFixed(0)} ms` : 'none over 50 ms';
  const rows = [
    ['from opening the page until it can train', `${(result.ready / 1000).toFixed(1)} s`, '–'],
    ['from Start to the first loss point', `${(result.first / 1000).toFixed(2)} s`, '3 s'],
    [`longest task on the main thread in ${SECONDS} s of the optimizer race (${result.steps} steps)`, longest, '50 ms'],
    ['redraws of a curve a second', result.redraws.toFixed(1), '10'],
    ['JavaScript, gzipped, workers included', `${Math.round(scripts() / 1024)} kB`, '350 kB'],
  ];
  const where = `${new Date().toISOString().slice(0, 10)}, software adapter, Chromium ${browser.version()}, ${os.availableParallelism()} cores (load ${os.loadavg()[0].toFixed(1)}).`;
  const text = `${table(['what', 'measured:', 'at most:'], rows)}\n\n${where}`;
  console.log(text);
  writeSection('page', text);
} finally {
  await browser.close();
  await server.close();
}
