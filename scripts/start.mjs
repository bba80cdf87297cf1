/** npm start: installs what is missing, builds the site and serves it. */
import { ensureDeps } from './ensure-deps.mjs';
import { fail, run } from './run.mjs';
import { serveForever } from './serve.mjs';

const port = Number(process.env.PORT || 4173);
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`PORT must be a number from 0 to 65535, not "${process.env.PORT}".`);

ensureDeps();
if (run('vite build --logLevel warn') !== 0) fail('The build failed.');
const { url } = await serveForever({ port });
console.log(`\n  Descent runs at ${url}\n\n  WebGPU is needed: Chrome or Edge 113+, Safari 26+, Firefox 141+. Ctrl+C stops the server.\n`);
