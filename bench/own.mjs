/**
 * npm run bench: our own figures. Steps a second with 1, 2, 4 and 8 lanes, written to docs/benchmarks.md; with `--profile lenet-mnist`
 * the time of every dispatch of a step, printed. Method: README.md.
 */
import os from 'node:os';
import { parseArgs } from 'node:util';
import { Browser } from './lib/browser.mjs';
import { bundleOurs, serve } from './lib/pages.mjs';
import { median, num, table, writeSection } from './lib/report.mjs';

const { values: args } = parseArgs({
  options: {
    profile: { type: 'string' },
    nets: { type: 'string', default: 'lenet-mnist,bn-cifar,optimizer-race' },
    lanes: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    'dry-run': { type: 'boolean', default: false },
  },
});

async function profile(page, name) {
  const lanes = +(args.lanes ?? 1);
  const rows = await page.evaluate(([n, l, r]) => window.__own.profile(n, l, r, 60), [name, lanes, +args.rounds]);
  const step = rows.pop();
  const sum = rows.reduce((total, row) => total + row.ms, 0);
  const cells = rows.map((row) => [row.label, row.ms.toFixed(3), row.gflops ? row.gflops.toFixed(2) : '–', `${((100 * row.ms) / sum).toFixed(1)} %`]);
  cells.push(['sum', sum.toFixed(3), '', ''], [step.label, step.ms.toFixed(3), step.gflops.toFixed(2), '']);
  console.log(`${name}, ${lanes} lane${lanes > 1 ? 's' : ''}: least of ${args.rounds} rounds\n`);
  console.log(table(['dispatch', 'ms:', 'GFLOP/s:', 'share:'], cells));
}

async function speeds(page, browser) {
  const lanes = (args.lanes ?? '1,2,4,8').split(',').map(Number);
  const load = os.loadavg()[0];
  const cells = [];
  for (const name of args.nets.split(',')) {
    const dispatches = [];
    for (const l of lanes) dispatches.push(await page.evaluate(([n, k]) => window.__own.prepare(n, k), [name, l]));
    const times = lanes.map(() => []);
    for (let round = 0; round < +args.rounds; round++) {
      for (const [i, l] of lanes.entries()) times[i].push(await page.evaluate(([n, k, s]) => window.__own.slice(n, k, s), [name, l, +args.seconds]));
    }
    const one = median(times[0]);
    for (const [i, l] of lanes.entries()) {
      const ms = median(times[i]);
      cells.push([name, l, num(1000 / ms), num((1000 * l) / ms), num(ms), `${num(ms / one)} ×`, dispatches[i]]);
      console.log(cells[cells.length - 1].join('  '));
    }
  }
  const { vendor, architecture } = await page.evaluate(() => window.__own.environment());
  const text = [
    table(['network', 'lanes:', 'steps/s:', 'lane steps/s:', 'ms/step:', `against ${lanes[0]} lane:`, 'dispatches/step:'], cells),
    `${new Date().toISOString().slice(0, 10)}, ${vendor}/${architecture}, Chromium ${await browser.version()}, ${os.availableParallelism()} cores (load ${num(load)} before). Medians of ${args.rounds} interleaved rounds.`,
  ].join('\n\n');
  console.log(`\n${text}`);
  if (!args['dry-run']) writeSection('own', text);
}

const server = await serve(await bundleOurs('own'));
const browser = new Browser();
try {
  const { page, errors } = await browser.open(`${server.origin}/own.html`, '__own');
  if (args.profile) await profile(page, args.profile);
  else await speeds(page, browser);
  for (const error of new Set(errors)) console.error(error);
} finally {
  await browser.close();
  server.close();
}
