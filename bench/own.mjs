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
    script: { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
    halves: { type: 'boolean', default: false },
    optimizers: { type: 'boolean', default: false },
    landscape: { type: 'boolean', default: false },
    sweep: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** Milliseconds of one submit in the profile: long against the clocks, short against what else the machine does. */
const BATCH = 60;

/**
 * Every dispatch in batches of itself, in turn; the least of the rounds, since other processes only ever add. `cpu`, where the clock can
 * be had: processor time of a software adapter, which hardly depends on what else is running.
 */
async function measure(page, items, cpu) {
  const least = items.map(() => ({ ms: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY }));
  for (let round = -1; round < +args.rounds; round++) {
    for (const [i, best] of least.entries()) {
      const count = round < 0 ? 3 : Math.max(2, Math.min(2000, Math.ceil(BATCH / best.ms)));
      const before = cpu?.();
      best.ms = Math.min(best.ms, await page.evaluate(([k, n]) => window.__own.time(k, n), [i, count]));
      if (cpu && round >= 0) best.cpu = Math.min(best.cpu, (cpu() - before) / count);
    }
  }
  return items.map((item, i) => ({ ...item, ...least[i] }));
}

async function profile(page, browser, name) {
  const lanes = +(args.lanes ?? 1);
  const items = await page.evaluate(([n, l]) => window.__own.inspect(n, l), [name, lanes]);
  const cpu = await browser.gpuClock();
  const rows = await measure(page, items, cpu);
  const step = rows.pop();
  const total = rows.reduce((sum, row) => ({ ms: sum.ms + row.ms, cpu: sum.cpu + row.cpu }), { ms: 0, cpu: 0 });
  const share = ({ ms, cpu: c }) => (cpu ? c / total.cpu : ms / total.ms);
  const gflops = ({ macs, ms }) => (macs ? ((2 * macs) / (1e6 * ms)).toFixed(2) : '–');
  const clocks = (row) => [row.ms.toFixed(3), ...(cpu ? [row.cpu.toFixed(2)] : [])];
  const cells = rows.map((row) => [row.label, ...clocks(row), gflops(row), `${(100 * share(row)).toFixed(1)} %`]);
  cells.push(['sum', ...clocks(total), '', ''], [step.label, ...clocks(step), gflops(step), '']);
  console.log(`${name}, ${lanes} lane${lanes > 1 ? 's' : ''}: least of ${args.rounds} rounds\n`);
  console.log(table(['dispatch', 'ms:', ...(cpu ? ['CPU ms:'] : []), 'GFLOP/s:', 'share:'], cells));
}

async function made(page, browser) {
  const { vendor, architecture } = await page.evaluate(() => window.__own.environment());
  const when = new Date().toISOString().slice(0, 10);
  return `${when}, ${vendor}/${architecture}, Chromium ${await browser.version()}, ${os.availableParallelism()} cores`;
}

function write(section, text) {
  console.log(`\n${text}`);
  if (!args['dry-run']) writeSection(section, text);
}

async function speeds(page, browser, nets = args.nets, many = '1,2,4,8', section = 'own') {
  const lanes = (args.lanes ?? many).split(',').map(Number);
  const load = os.loadavg()[0];
  const cells = [];
  for (const name of nets.split(',')) {
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
  const text = [
    table(['network', 'lanes:', 'steps/s:', 'lane steps/s:', 'ms/step:', `against ${lanes[0]} lane:`, 'dispatches/step:'], cells),
    `${await made(page, browser)} (load ${num(load)} before). Medians of ${args.rounds} interleaved rounds.`,
  ].join('\n\n');
  write(section, text);
}

/** Steps of a submit in the measurement of JavaScript. */
const STEPS = 64;

/** JavaScript of the thread that drives training. */
async function script(page) {
  const cells = [];
  for (const name of ['lenet-mnist', 'resnet8-cifar']) {
    for (const lanes of [1, 8]) {
      const { dispatches, send, decode } = await page.evaluate(
        ([n, l, k, r]) => window.__own.script(n, l, k, r),
        [name, lanes, STEPS, 4 * +args.rounds],
      );
      cells.push([name, lanes, dispatches, send.toFixed(1), decode.toFixed(1), (send + decode).toFixed(1)]);
      console.log(cells[cells.length - 1].join('  '));
    }
  }
  return table(['network', 'lanes:', 'dispatches/step:', 'send, µs/step:', 'decode, µs/step:', 'JavaScript, µs/step:'], cells);
}

/** Convolutions against our own matrix product, and that against its other tiles. */
async function kernels(page) {
  const names = await page.evaluate(() => window.__own.kernelNames());
  const rates = names.map(() => []);
  for (let round = 0; round < +args.rounds; round++) {
    for (const [i, name] of names.entries()) {
      rates[i].push(await page.evaluate((k) => window.__own.kernel(k), i));
      console.log(`${name}: ${rates[i].at(-1).toFixed(2)} GFLOP/s`);
    }
  }
  const gemm = median(rates[0]);
  const cells = names.map((name, i) => [name, median(rates[i]).toFixed(2), `${((100 * median(rates[i])) / gemm).toFixed(0)} %`]);
  const tiles = (await page.evaluate((n) => window.__own.tiles(n), +args.rounds)).map(({ name, ms }) => ({ name, ms: median(ms) }));
  const best = Math.min(...tiles.map(({ ms }) => ms));
  const others = tiles.map(({ name, ms }, i) => [i === 0 ? `${name} (taken)` : name, ms.toFixed(1), `${((100 * best) / ms).toFixed(0)} %`]);
  return [
    table(['kernel', 'GFLOP/s:', 'of the matrix product:'], cells),
    'The matrix product, by tile (samples × outputs of a thread):',
    table(['tile', 'ms:', 'of the best:'], others),
  ].join('\n\n');
}

const ACCURACY_STEPS = 400;

/** What storing activations in 16 bits costs in accuracy. */
async function halves(page) {
  const cells = [];
  for (const seed of [1, 2, 3]) {
    for (const half of [false, true]) {
      const { accuracy, loss, ms } = await page.evaluate(([h, s, n]) => window.__own.accuracy(h, s, n), [half, seed, ACCURACY_STEPS]);
      cells.push([half ? 'float16' : 'float32', seed, `${(100 * accuracy).toFixed(1)} %`, loss.toFixed(6), num(ms)]);
      console.log(cells.at(-1).join('  '));
    }
  }
  return table(['activation_dtype', 'seed:', 'validation accuracy:', 'validation loss:', 'ms/step:'], cells);
}

const SGD = { type: 'SGD', lr: 1e-4 };
/** Eight that work element by element, one lane each. */
const EIGHT = ['SGD', 'Adagrad', 'RMSprop', 'Adadelta', 'Adam', 'AdamW', 'NAdam', 'Lion'].map((type) => ({ type, lr: 1e-4 }));

/** What eight different optimizers cost against eight times the plainest, and the share of a large step that is the optimizer's. */
async function optimizers(page) {
  const races = [];
  for (const name of args.nets.split(',')) {
    const kinds = [[SGD], EIGHT];
    for (const kind of kinds) await page.evaluate(([n, o]) => window.__own.prepare(n, 8, o), [name, kind]);
    const times = kinds.map(() => []);
    for (let round = 0; round < +args.rounds; round++) {
      for (const [i, kind] of kinds.entries())
        times[i].push(await page.evaluate(([n, s, o]) => window.__own.slice(n, 8, s, o), [name, +args.seconds, kind]));
    }
    const [alike, mixed] = times.map(median);
    races.push([name, num(alike), num(mixed), `${(mixed / alike).toFixed(3)} ×`]);
    console.log(races.at(-1).join('  '));
  }
  const shares = [];
  for (const type of [...EIGHT.map((o) => o.type), 'Muon']) {
    const { update, step, dispatches } = await page.evaluate(
      ([t, r]) => window.__own.updateTime('resnet-20', { type: t, lr: 1e-4 }, r),
      [type, +args.rounds],
    );
    shares.push([type, dispatches, num(update), num(step), `${((100 * update) / step).toFixed(1)} %`]);
    console.log(shares.at(-1).join('  '));
  }
  return [
    table(['network, 8 runs', '8 × SGD, ms/step:', '8 different, ms/step:', 'ratio:'], races),
    'The optimizer’s part of a step of ResNet-20, batch 128, one run:',
    table(['optimizer', 'dispatches:', 'update, ms:', 'step, ms:', 'share:'], shares),
  ].join('\n\n');
}

/** The loss on a plane through the weights of LeNet-5; processor time of the adapter beside the clock, as in the profile. */
async function landscape(page, browser) {
  const cells = [];
  const cpu = await browser.gpuClock();
  for (const [size, samples] of [
    [11, 512],
    [21, 512],
  ]) {
    const before = cpu?.();
    const { lanes, first, all, stop } = await page.evaluate(([n, k]) => window.__own.landscape(n, k), [size, samples]);
    const worked = cpu ? `${((cpu() - before) / 1000).toFixed(1)} s` : '–';
    cells.push([`${size} × ${size}`, samples, lanes, `${first.toFixed(2)} s`, `${all.toFixed(1)} s`, worked, `${(1000 * stop).toFixed(0)} ms`]);
    console.log(cells.at(-1).join('  '));
  }
  return table(
    [
      'points',
      'samples:',
      'lanes:',
      'until the first points:',
      'until all:',
      'processor time, training and the cancelled one included:',
      'a stop is answered after:',
    ],
    cells,
  );
}

const server = await serve(await bundleOurs('own'));
const browser = new Browser();
try {
  const { page, errors } = await browser.open(`${server.origin}/own.html`, '__own');
  if (args.profile) await profile(page, browser, args.profile);
  else if (args.script)
    write('script', `${await script(page)}\n\n${await made(page, browser)}. Medians of ${4 * +args.rounds} submits of ${STEPS} steps.`);
  else if (args.kernels) write('kernels', `${await kernels(page)}\n\n${await made(page, browser)}. Medians of ${args.rounds} rounds.`);
  else if (args.landscape) write('landscape', `${await landscape(page, browser)}\n\n${await made(page, browser)} (load ${num(os.loadavg()[0])}).`);
  else if (args.halves) write('halves', `${await halves(page)}\n\n${await made(page, browser)}.`);
  else if (args.optimizers) write('optimizers', `${await optimizers(page)}\n\n${await made(page, browser)}. ${args.rounds} rounds.`);
  else if (args.sweep) await speeds(page, browser, 'mlp-2d', '1,32', 'sweep');
  else await speeds(page, browser);
  for (const error of new Set(errors)) console.error(error);
} finally {
  await browser.close();
  server.close();
}
