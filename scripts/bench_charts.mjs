/**
 * npm run bench:charts: what 32 runs × 20,000 points cost the page. The training worker is replaced by one that only sends points (made-up
 * losses, as many as a fast GPU would send), so that nothing but the page is measured. Longest task of the main thread and redraws a second,
 * from a trace. Writes a section of docs/benchmarks.md. Needs a build.
 */
import os from 'node:os';
import { chromium } from 'playwright';
import { table, writeSection } from '../bench/lib/report.mjs';
import { launchOptions } from './browser.mjs';
import { serve } from './serve.mjs';

const RUNS = 32;
const POINTS = 20_000;
/** Steps that arrive while it is measured, ten times a second. */
const LIVE = 20;
const SECONDS = 8;

/** Answers as the training worker does, without training. `history`: points a run at once, in messages of 500. */
function fakeWorker(LIVE) {
  let load = 0;
  let runs = [];
  let step = 0;
  const noise = (a) => {
    const x = Math.sin(a * 12.9898) * 43758.5453;
    return x - Math.floor(x);
  };
  const loss = (r, s) => (2.3 / (1 + s / (200 + 40 * (r % 8)))) * (0.8 + 0.4 * noise(r * 7919 + s)) + 0.02;
  const say = (event) => self.postMessage(event);
  const send = (n) => {
    const steps = Uint32Array.from({ length: n }, (_, i) => step + i + 1);
    const of = (f) => Float32Array.from(steps, f);
    const train = runs.map((run, r) => ({
      run,
      step: steps,
      train_loss: of((s) => loss(r, s)),
      train_accuracy: of(() => 0.5),
      lr: of(() => 0.01 * (1 + (r >> 2))),
      grad_norm: of((s) => 3 * loss(r + 50, s)),
      update_ratio: of((s) => 1e-3 * (1 + noise(r + s))),
      time: of((s) => s / 200),
    }));
    const validation = [];
    for (const s of steps)
      if (s % 100 === 0)
        for (const [r, run] of runs.entries())
          validation.push({ run, step: s, val_loss: loss(r, s) * 1.1, val_accuracy: 1 - 0.8 / (1 + s / 900) - 0.01 * noise(r + s) });
    step += n;
    say({ type: 'points', load, train, validation });
    say({ type: 'status', load, state: 'running', step, epoch: step / 100, steps_per_second: 200 });
  };
  let timer;
  self.onmessage = ({ data }) => {
    if (data.type === 'load') {
      ({ load, runs } = data);
      step = 0;
      say({
        type: 'adapter',
        adapter: {
          name: 'none',
          vendor: '',
          architecture: '',
          description: '',
          software: false,
          limits: { maxBufferSize: 0, maxStorageBufferBindingSize: 0 },
        },
      });
      const thumbnails = { kind: 'points', x: new Float32Array(1), y: new Float32Array(1), labels: new Uint8Array(1) };
      const ready = { name: 'x', shape: [1, 28, 28], classes: ['0', '1'], train: 1600, validation: 64, fingerprint: '0', thumbnails };
      const plan = {
        lanes: runs.length,
        dispatches_per_step: 1,
        parameters: 1,
        memory: 1,
        step: { dispatches: [], flops: 1, bytes: 1, activations: 1, memory: 1 },
      };
      say({ type: 'ready', load, data: ready, runs: runs.map((run) => ({ run, weights: '0', batches: '0' })), plan });
    }
    if (data.type === 'step') {
      for (let left = data.n; left > 0; left -= 500) send(Math.min(500, left));
      say({ type: 'done', request: data.request });
    }
    if (data.type === 'start') timer ??= setInterval(() => send(LIVE), 100);
    if (data.type === 'pause') timer = clearInterval(timer);
  };
}

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

/** Durations in ms of what the page's main thread did, and how often the first curve was drawn anew, while `act` runs. */
async function trace(browser, page, act) {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await page.evaluate(() => {
    const curve = document.querySelector('section[aria-label="Loss"] path[data-key$="/line"]');
    window.redraws = 0;
    window.watching = new MutationObserver(() => window.redraws++);
    window.watching.observe(curve, { attributes: true, attributeFilter: ['d'] });
    window.began = performance.now();
  });
  await act();
  const { rate, seconds } = await page.evaluate(() => {
    window.watching.disconnect();
    const seconds = (performance.now() - window.began) / 1000;
    return { rate: window.redraws / seconds, seconds };
  });
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const pids = traceEvents.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid}/${e.tid}`);
  const tasks = traceEvents.filter((e) => e.dur && e.name === 'ThreadControllerImpl::RunTask' && pids.includes(`${e.pid}/${e.tid}`));
  const wall = tasks.map((e) => e.dur / 1000);
  // What the thread itself computed: without waiting for the compositor, or for a core that somebody else has.
  const own = tasks.map((e) => (e.tdur ?? e.dur) / 1000);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);
  const share = (100 * own.reduce((a, b) => a + b, 0)) / seconds / 1000;
  return { longest: most(wall), computed: most(own), long: wall.filter((ms) => ms > 50).length, share, rate };
}

const server = await serve({ port: 0 });
const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.route(/train\.worker.*\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body: `(${fakeWorker})(${LIVE})` }));
  await page.goto(server.url);
  await page.evaluate((loaded) => window.playground.load(loaded), experiment);
  const wait = (ms) => page.waitForTimeout(ms);
  const options = async (act) => {
    await page.getByRole('button', { name: 'Chart options' }).click();
    await act();
    await page.keyboard.press('Escape');
  };
  const box = await page.locator('[data-chart="Loss"]').boundingBox();
  const sweep = async () => {
    for (let i = 0; i < 40; i++) {
      await page.mouse.move(box.x + 80 + i * 12, box.y + 60 + (i % 9) * 12);
      await wait(30);
    }
    await page.mouse.move(2, 2);
  };
  const rows = [];
  const measure = async (what, act) => {
    const { longest, computed, long, share, rate } = await trace(browser, page, act);
    rows.push([what, `${computed.toFixed(0)} ms`, `${longest.toFixed(0)} ms`, String(long), rate.toFixed(1), `${share.toFixed(0)} %`]);
    console.log(rows.at(-1).join(' | '));
  };
  await page.evaluate((n) => window.playground.step(n), POINTS);
  await wait(3000);
  await page.evaluate(() => window.playground.start());
  await measure(`${SECONDS} s live, a line a run`, () => wait(1000 * SECONDS));
  await measure('the pointer over the curves', sweep);
  await measure('smoothing from 0.60 to 0.95', async () => {
    await page.getByRole('slider', { name: 'smoothing', exact: true }).fill('0.95');
    await wait(1500);
  });
  await measure('grouped by everything but the seed', () => options(() => page.getByLabel('Group by').selectOption('seeds')).then(() => wait(1500)));
  await measure(`${SECONDS} s live, 8 means with bands`, () => wait(1000 * SECONDS));
  await measure('the pointer over the means', sweep);
  await measure('zoom into a quarter', async () => {
    await page.mouse.move(box.x + 300, box.y + 90);
    await page.mouse.down();
    await page.mouse.move(box.x + 480, box.y + 90, { steps: 4 });
    await page.mouse.up();
    await wait(1500);
  });
  await measure('a logarithmic horizontal axis', () => options(() => page.getByLabel('Logarithmic horizontal axis').check()).then(() => wait(1500)));
  const head = ['what', 'longest task, computing:', 'with waiting:', 'over 50 ms with waiting:', 'redraws a second:', 'of the main thread:'];
  const where = `${new Date().toISOString().slice(0, 10)}, ${RUNS} runs × ${POINTS} points and ${10 * LIVE} steps/s, Chromium ${browser.version()}, ${os.availableParallelism()} cores (load ${os.loadavg()[0].toFixed(1)}).`;
  const text = `${table(head, rows)}\n\n${where}`;
  console.log(text);
  writeSection('charts', text);
} finally {
  await browser.close();
  await server.close();
}
