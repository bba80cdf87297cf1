import { createServer } from 'node:net';
import { defineConfig } from '@playwright/test';
import { launchOptions } from './scripts/browser.mjs';

/** A free port, the same one in the test processes, which read this file again. */
async function freePort(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((done) => server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port)));
  await new Promise((done) => server.close(done));
  return String(port);
}

process.env.E2E_PORT ??= await freePort();
const url = `http://127.0.0.1:${process.env.E2E_PORT}/`;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  timeout: 90_000,
  // On a busy machine a story may run out of time; one that passes only at the second try is named in the summary.
  retries: 1,
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  reporter: 'list',
  outputDir: 'test-results',
  // A trace of every story would be a quarter of the work.
  use: { baseURL: url, trace: 'on-first-retry', launchOptions: launchOptions() },
  projects: [{ name: 'chromium', use: { browserName: 'chromium', viewport: { width: 1440, height: 900 } } }],
  webServer: { command: `node scripts/serve.mjs dist --port ${process.env.E2E_PORT}`, url, reuseExistingServer: false },
});
