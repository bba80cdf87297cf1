/**
 * npm run bench:peers: training steps a second of this engine and of the libraries a browser user would pick instead, the same networks,
 * weights and batches, in one browser on one adapter, measured in turn. Options and method: README.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fail, run } from '../scripts/run.mjs';
import { Browser, within } from './lib/browser.mjs';
import { bundleDriver, bundleOurs, bundlePeers, peerPages, serve } from './lib/pages.mjs';
import { peerTables } from './lib/peers.mjs';
import { median, writeSection } from './lib/report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: args } = parseArgs({
  options: {
    only: { type: 'string' },
    workloads: { type: 'string', default: 'W1,W2,W3,W4' },
    optimizers: { type: 'string', default: 'adam' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    'check-seconds': { type: 'string', default: '30' },
    timeout: { type: 'string', default: '180' },
    'dry-run': { type: 'boolean', default: false },
  },
});
const list = (text) =>
  text
    ?.split(',')
    .map((x) => x.trim())
    .filter(Boolean);
const only = list(args.only);
const wanted = (library) => !only || library.startsWith('descent') || only.some((o) => (o.includes('/') ? library === o : library.startsWith(o)));

/** Steps whose losses are compared. */
const CHECK = [1, 5, 10, 20, 30];
const RESULTS = here('results.json');
const PACKAGES = ['@tensorflow/tfjs', '@jax-js/jax', 'convnetjs'];

function ensurePeers() {
  const missing = PACKAGES.some((name) => !existsSync(here(`node_modules/${name}/package.json`)));
  if (!missing) return;
  console.log('Installing the peers (npm ci in bench) …');
  if (run(`npm ci --prefix "${here('.')}" --include=dev --ignore-scripts --no-audit --no-fund`) !== 0)
    fail('npm ci failed in bench/: the peers cannot be measured.');
}

const version = (name) => JSON.parse(readFileSync(here(name), 'utf8')).version;

/** Cases of one workload and optimizer in turn: all are prepared, then every round gives each a slice of time. */
async function measureGroup(browser, libraries, workload, optimizer) {
  const cases = [];
  for (const { url, library } of libraries) {
    const row = { library };
    const { page, errors } = await browser.open(url, '__bench');
    try {
      const options = { check: CHECK, seconds: +args['check-seconds'] };
      const prepared = page.evaluate(([l, w, o, opts]) => window.__peer.prepare(l, w, o, opts), [library, workload, optimizer, options]);
      Object.assign(row, await within(prepared, +args.timeout));
      cases.push({ row, page, slices: [] });
      console.log(`${workload} ${optimizer} ${library}: losses ${row.losses.map((x) => x.toFixed(4)).join(' ')}`);
    } catch (error) {
      row.error = String(error.message)
        .split('\n')[0]
        .replace(/^page\.evaluate: (Error: )?/, '');
      if (/timed out/.test(row.error)) throw new Error(`${library} on ${workload}: ${row.error}; leave it out with --only`);
      cases.push({ row });
      await page.close();
      console.log(`${workload} ${optimizer} ${library}: ${row.error}`);
    }
    if (errors.length) row.complaints = [...new Set(errors)].slice(0, 3).map((e) => e.slice(0, 200));
  }
  const live = cases.filter((c) => c.slices);
  for (let round = 0; round < +args.rounds; round++) {
    for (const c of live)
      c.slices.push(
        await within(
          c.page.evaluate((s) => window.__peer.slice(s), +args.seconds),
          +args.timeout,
        ),
      );
    console.log(
      `round ${round + 1}: ${live.map((c) => `${c.row.library} ${(c.slices[round].ms / c.slices[round].steps).toFixed(2)}`).join(', ')} ms a step`,
    );
  }
  for (const { row, page, slices } of live) {
    const each = slices.map(({ ms, steps }) => ms / steps);
    const steps = slices.reduce((sum, s) => sum + s.steps, 0);
    Object.assign(row, {
      ms: median(each),
      least: Math.min(...each),
      most: Math.max(...each),
      steps,
      rounds: each,
      perStep: slices[slices.length - 1].perStep,
    });
    await page.close();
  }
  return cases.map((c) => c.row);
}

async function main() {
  ensurePeers();
  const server = await serve(new Map([...(await bundlePeers()), ...(await bundleOurs('descent'))]));
  const browser = new Browser(await bundleDriver());
  try {
    const libraries = [];
    let environment;
    for (const name of ['descent.html', ...peerPages]) {
      const url = `${server.origin}/${name}`;
      const { page } = await browser.open(url, '__bench');
      environment ??= await page.evaluate(() => window.__peer.environment());
      for (const library of await page.evaluate(() => Object.keys(window.__bench.libraries))) if (wanted(library)) libraries.push({ url, library });
      await page.close();
    }
    const versions = {
      descent: version('../package.json'),
      ...Object.fromEntries(PACKAGES.map((name) => [name, version(`node_modules/${name}/package.json`)])),
      chromium: await browser.version(),
    };
    for (const workload of list(args.workloads)) {
      for (const optimizer of list(args.optimizers)) {
        const load = os.loadavg()[0];
        const rows = await measureGroup(browser, libraries, workload, optimizer);
        const group = {
          workload,
          optimizer,
          date: new Date().toISOString().slice(0, 10),
          ...environment,
          cores: os.availableParallelism(),
          load,
          versions,
          rows,
        };
        const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
        results[`${workload} ${optimizer}`] = group;
        console.log(`\n${peerTables({ group })}\n`);
        if (args['dry-run']) continue;
        writeFileSync(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
        writeSection('peers', peerTables(results));
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
}

await main();
