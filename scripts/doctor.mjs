/** npm run doctor: what this machine offers. The first lines of every bug report. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { browserArgs, browserVersion, findBrowser, launchOptions } from './browser.mjs';
import { ensureDeps } from './ensure-deps.mjs';
import { root } from './run.mjs';

const say = (name, value) => console.log(`${`${name}:`.padEnd(12)} ${value}`);

/** Runs in the page. */
async function inspect() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return null;
  const { vendor, architecture, device, description } = adapter.info;
  const limits = {};
  for (const name in adapter.limits) limits[name] = adapter.limits[name];
  return { info: { vendor, architecture, device, description }, features: [...adapter.features].sort(), limits };
}

async function adapter() {
  const { chromium } = await import('playwright');
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage();
    // WebGPU wants a secure context: any page of localhost is one.
    await page.route('**', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto('http://localhost/');
    return await page.evaluate(inspect);
  } finally {
    await browser.close();
  }
}

function sayAdapter(found) {
  if (!found) {
    say('Adapter', 'none. `npm run test:gpu` and `npm run test:e2e` would fail here.');
    process.exitCode = 1;
    return;
  }
  const { info, features, limits } = found;
  say(
    'Adapter',
    Object.entries(info)
      .map(([name, value]) => `${name} "${value}"`)
      .join(', '),
  );
  say('shader-f16', features.includes('shader-f16') ? 'yes' : 'no');
  say('Features', features.join(' '));
  say('Limits', '');
  for (const [name, value] of Object.entries(limits)) console.log(`  ${name.padEnd(44)} ${value}`);
}

ensureDeps();
say('Node', `${process.version} on ${process.platform} ${process.arch}`);
say(
  'Real data',
  existsSync(resolve(root, process.env.DATA_DIR || '../shared/data', 'mnist'))
    ? 'MNIST found'
    : 'none (DATA_DIR): tests that need MNIST are skipped by name',
);
say('Built site', existsSync(join(root, 'dist/index.html')) ? 'dist/' : 'none yet (npm run build)');
const path = findBrowser();
say('Browser', path ? `${path} (${browserVersion(path)})` : 'none. Run `node scripts/ensure-browser.mjs`, or set CHROME_BIN.');
if (path) {
  say('Flags', browserArgs().join(' '));
  sayAdapter(await adapter());
} else {
  process.exitCode = 1;
}
