/** One browser for a whole benchmark; opened again when a case has hung it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { launchOptions } from '../../scripts/browser.mjs';
import { root } from '../../scripts/run.mjs';

/** playwright-core of this folder, or, for our own figures, of the root (peers need not be installed for those). */
function playwright() {
  const here = createRequire(import.meta.url);
  try {
    return here('playwright-core').chromium;
  } catch {
    return createRequire(`${root}/package.json`)('playwright').chromium;
  }
}

export class Browser {
  #launched = null;
  #driver;

  /** @param {string} [driver] script injected into every page */
  constructor(driver) {
    this.#driver = driver;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void this.close().finally(() => process.exit(1)));
  }

  async #browser() {
    const handle = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    this.#launched ??= await playwright().launch({ ...launchOptions(), headless: true, ...handle });
    return this.#launched;
  }

  async version() {
    return (await this.#browser()).version();
  }

  /** Opens a page and waits until `window[name]` is there. `errors` fills with what the page complains about. */
  async open(url, name) {
    const page = await (await this.#browser()).newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (m) => (m.type() === 'error' || (m.type() === 'warning' && /GPU/.test(m.text()))) && errors.push(m.text()));
    if (this.#driver) await page.addInitScript(this.#driver);
    await page.goto(url);
    await page.waitForFunction((key) => key in window, name, { timeout: 60_000 });
    return { page, errors };
  }

  /** A clock of the processor time, in ms, that the browser's GPU process has used: on Linux, with a software adapter; else null. */
  async gpuClock() {
    if (process.platform !== 'linux' || process.env.GPU === '1') return null;
    const session = await (await this.#browser()).newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const tasks = `/proc/${processInfo.find(({ type }) => type === 'GPU')?.id}/task`;
    const ofThread = (id) => {
      try {
        return Number(readFileSync(`${tasks}/${id}/schedstat`, 'utf8').split(' ')[0]);
      } catch {
        return 0; // the thread has just ended
      }
    };
    return existsSync(tasks) ? () => readdirSync(tasks).reduce((sum, id) => sum + ofThread(id), 0) / 1e6 : null;
  }

  async close() {
    const launched = this.#launched;
    this.#launched = null;
    await launched?.close().catch(() => {});
  }
}

/** Rejects after so many seconds. */
export function within(promise, seconds) {
  promise.catch(() => {}); // a late rejection has no other listener
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
