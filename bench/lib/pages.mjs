/** The pages to measure, bundled in memory, and a server for them. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/run.mjs';

const bench = fileURLToPath(new URL('..', import.meta.url));
const WASM = `${bench}node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const PEERS = ['tfjs', 'jaxjs', 'convnet'];

/** The peers' adapters, by esbuild. @returns {Promise<Map<string, string>>} */
export async function bundlePeers() {
  const { build } = await import('esbuild');
  const entryPoints = PEERS.map((name) => `src/${name}.js`);
  const common = { bundle: true, absWorkingDir: bench, logLevel: 'error', target: 'esnext', format: 'esm' };
  const { outputFiles } = await build({ ...common, entryPoints, splitting: true, outdir: 'dist', write: false });
  return new Map(outputFiles.map((file) => [file.path.split(/[\\/]/).pop(), file.text]));
}

/** Our pages, by Vite: the shaders are found with import.meta.glob. @returns {Promise<Map<string, string>>} */
export async function bundleOurs(...names) {
  const { build } = await import('vite');
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    base: './',
    build: {
      write: false,
      target: 'esnext',
      modulePreload: false,
      rolldownOptions: {
        input: Object.fromEntries(names.map((name) => [name, `${bench}src/${name}.ts`])),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  return new Map(output.filter((chunk) => chunk.type === 'chunk').map((chunk) => [chunk.fileName, chunk.code]));
}

/** What is injected into every measured page before its own scripts. */
export async function bundleDriver() {
  const { build } = await import('vite');
  const input = `${bench}src/driver.js`;
  const options = { write: false, target: 'esnext', modulePreload: false, rolldownOptions: { input, output: { format: 'iife', name: 'driver' } } };
  const { output } = await build({ root, configFile: false, logLevel: 'error', build: options });
  return output[0].code;
}

export const peerPages = PEERS.map((name) => `${name}.html`);

/**
 * Serves `files` cross-origin isolated: wasm threads need it, and clocks are finer. `x.html` is a page with the script `x.js`.
 * @param {Map<string, string>} files
 */
export async function serve(files) {
  const answer = async (path) => {
    const name = path.split('/').pop();
    if (name.endsWith('.html'))
      return ['text/html', `<!doctype html><meta charset=utf-8><script type=module src=/${name.replace('.html', '.js')}></script>`];
    if (name === 'favicon.ico') return ['image/x-icon', ''];
    if (name.endsWith('.wasm')) return ['application/wasm', await readFile(WASM + name)];
    if (path.startsWith('/wasm/')) return ['text/javascript', await readFile(WASM + name)];
    return ['text/javascript', files.get(name)];
  };
  const respond = async (request, response) => {
    const [type, body] = await answer(new URL(request.url, 'http://x').pathname).catch(() => ['', undefined]);
    if (body === undefined) return response.writeHead(404).end();
    const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
    response.writeHead(200, { ...isolated, 'Content-Type': type }).end(body);
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
