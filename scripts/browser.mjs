/**
 * The one place that knows which browser runs the tests and with which flags. Used by vitest, Playwright, doctor and the test script.
 * Imports only node: modules, so that it works before the dependencies are installed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const ELSEWHERE = {
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter(Boolean)
    .map((base) => join(base, 'Google/Chrome/Application/chrome.exe')),
}[process.platform];

/** Chromium of Playwright's own download, when there is one. */
function playwrightChromium() {
  try {
    const path = createRequire(import.meta.url)('playwright').chromium.executablePath();
    return existsSync(path) ? [path] : [];
  } catch {
    return [];
  }
}

/**
 * "Chromium 156.0.1" or null. Starting the program is the point: Ubuntu's /usr/bin/chromium-browser may be a stub, and a downloaded
 * Chromium may lack system libraries.
 * @param {string} path
 * @returns {string | null}
 */
export function browserVersion(path) {
  if (!existsSync(path)) return null;
  if (process.platform === 'win32') return 'Chrome'; // chrome.exe --version opens a window there
  try {
    const text = execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return /chrom/i.test(text) ? text : null;
  } catch {
    return null;
  }
}

/** Set once a browser was found, so that child processes need not search again. */
const RESOLVED = 'DESCENT_BROWSER';

/**
 * Path of a browser that starts, or null. A path given by CHROME_BIN or PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH is the only candidate.
 * @returns {string | null}
 */
export function findBrowser() {
  const given = process.env.CHROME_BIN || process.env.PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH;
  if (given) return browserVersion(given) ? given : null;
  const known = process.env[RESOLVED];
  if (known && existsSync(known)) return known;
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = [...onPath, ...(ELSEWHERE ?? []), ...playwrightChromium()].find(browserVersion) ?? null;
  if (found) process.env[RESOLVED] = found;
  return found;
}

/**
 * Flags under which WebGPU works without a display: a conformant software adapter, or this machine's own with GPU=1.
 * @returns {string[]}
 */
export function browserArgs() {
  const args = ['--enable-unsafe-webgpu'];
  if (process.env.GPU !== '1') args.push('--use-webgpu-adapter=swiftshader');
  else if (process.platform === 'linux')
    args.push('--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface', '--ignore-gpu-blocklist');
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return args;
}

/** Playwright's launch options: for `launchOptions` of vitest and Playwright, and for `chromium.launch()`. */
export function launchOptions() {
  return { executablePath: findBrowser() ?? undefined, args: browserArgs() };
}
