/** Makes sure that a Chromium is there for the GPU and end-to-end tests. Only node: modules. */
import { browserVersion, findBrowser } from './browser.mjs';
import { fail, isMain, run } from './run.mjs';

const MINUTES = 60_000;

const INSTALLERS = [
  {
    name: 'npx playwright install chromium',
    command: 'playwright install chromium',
    // A machine that cannot reach the download host should find out soon.
    options: { timeout: 5 * MINUTES, env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' } },
    possible: () => true,
  },
  {
    name: 'apt-get install -y chromium',
    command: 'apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-liberation',
    options: { timeout: 8 * MINUTES, env: { DEBIAN_FRONTEND: 'noninteractive' } },
    possible: () => process.getuid?.() === 0 && run('command -v apt-get', { quiet: true }) === 0,
  },
];

/** Path of a browser that starts; ends the script when none can be had. */
export function ensureBrowser() {
  const given = process.env.CHROME_BIN || process.env.PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH;
  if (given && !browserVersion(given)) fail(`The browser named by the environment does not start: ${given}`);
  for (const { name, command, options, possible } of INSTALLERS) {
    if (findBrowser()) break;
    if (!possible()) continue;
    console.log(`No Chromium found: ${name} …`);
    if (run(command, options) !== 0) console.log(`${name} did not succeed.`);
  }
  const path = findBrowser();
  if (path) return path;
  return fail(
    'No Chromium was found and none could be installed. The GPU and end-to-end tests need one. Do one of these:',
    '  npx playwright install --with-deps chromium',
    '  sudo apt-get install -y chromium        (Debian)',
    '  CHROME_BIN=/path/to/chrome npm test     (a Chrome or Chromium that is already there)',
  );
}

if (isMain(import.meta.url)) console.log(ensureBrowser());
