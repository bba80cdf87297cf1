import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { launchOptions } from './scripts/browser.mjs';
import { root } from './scripts/run.mjs';

/** Expected values: `import optimizers from 'golden/optimizers.json'` reads GOLDEN_DIR, or the fixtures of this repository. */
const golden = resolve(root, process.env.GOLDEN_DIR || 'tests/fixtures/golden');

/** Real data sets (mnist/, cifar10/ with the published files); optional. */
const data = resolve(root, process.env.DATA_DIR || '../shared/data');

/** Serves the data files to browser tests under /@data/, byte for byte. */
function dataFiles(): Plugin {
  return {
    name: 'data-files',
    configureServer(server) {
      server.middlewares.use('/@data/', (request, response) => {
        const file = join(data, decodeURIComponent((request.url ?? '').replace(/[?#].*$/s, '')));
        const missing = () => response.writeHead(404).end();
        if (!file.startsWith(data + sep)) return missing();
        readFile(file).then((bytes) => response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(bytes), missing);
      });
    },
  };
}

export default defineConfig({
  cacheDir: process.env.VITE_CACHE || 'node_modules/.vite',
  plugins: [dataFiles()],
  resolve: { alias: [{ find: /^golden\//, replacement: `${golden}/` }] },
  define: {
    __DATA_DIR__: JSON.stringify(data),
    __DATA_DIR_PRESENT__: JSON.stringify(existsSync(join(data, 'mnist'))),
  },
  server: { fs: { allow: [root, golden] } },
  // Found late, a dependency would be bundled in the middle of a run and reload the page under a test.
  optimizeDeps: { include: ['wesl', 'fast-check', 'idb-keyval'] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: ['tests/gpu/**', 'tests/shaders/**'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'shaders', environment: 'node', include: ['tests/shaders/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'gpu',
          include: ['tests/gpu/**/*.test.{ts,tsx}'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // One process of a browser compiles the shaders of all its pages: side by side they would only wait for each other.
          // scripts/test.mjs starts several browsers.
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: launchOptions() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
