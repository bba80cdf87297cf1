/**
 * A small static server for the built site, with the headers a careful host would send.
 * node scripts/serve.mjs [folder] [--port 4173] [--base /any/path/]
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { CSP } from './csp.mjs';
import { fail, isMain, root } from './run.mjs';

const MIME = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wgsl': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const SECURITY = {
  'Content-Security-Policy': CSP,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** The file under `folder` that a request path names, or null. Dot files and everything outside the folder do not exist. */
async function lookUp(folder, path) {
  if (path.includes('\0') || path.includes('\\') || path.split('/').some((part) => part.startsWith('.'))) return null;
  try {
    let file = await realpath(join(folder, path));
    if ((await stat(file)).isDirectory()) {
      if (!path.endsWith('/')) return null;
      file = await realpath(join(file, 'index.html'));
    }
    const info = await stat(file);
    return file.startsWith(folder + sep) && info.isFile() ? { file, size: info.size } : null;
  } catch {
    return null;
  }
}

/** Path inside the site, decoded; null for a path that is malformed or outside `base`. */
function pathOf(url, base) {
  try {
    const path = decodeURIComponent((url ?? '/').replace(/[?#].*$/s, ''));
    return path.startsWith(base) ? `/${path.slice(base.length)}` : null;
  } catch {
    return null;
  }
}

async function answer(request, response, folder, base) {
  const end = (status, headers = {}) =>
    response.writeHead(status, { ...SECURITY, 'Content-Type': MIME['.txt'], ...headers }).end(request.method === 'HEAD' ? undefined : `${status}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(405, { Allow: 'GET, HEAD' });
  const path = pathOf(request.url, base);
  const found = path === null ? null : await lookUp(folder, path);
  if (!found) return end(404);
  response.writeHead(200, {
    ...SECURITY,
    'Content-Type': MIME[extname(found.file)] ?? 'application/octet-stream',
    'Content-Length': found.size,
    // Names under assets/ carry a hash of their content.
    'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') return response.end();
  return createReadStream(found.file)
    .on('error', () => response.destroy())
    .pipe(response);
}

/**
 * @param {{ folder?: string, port?: number, host?: string, base?: string }} [options]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} rejects with EADDRINUSE when the port is taken
 */
export async function serve({ folder = join(root, 'dist'), port = 4173, host = '127.0.0.1', base = '/' } = {}) {
  const real = await realpath(resolve(folder));
  const server = createServer((request, response) => {
    answer(request, response, real, base).catch(() => response.destroy());
  });
  await new Promise((done, failed) => server.once('error', failed).listen(port, host, done));
  return {
    url: `http://${host}:${server.address().port}${base}`,
    close: () => new Promise((done) => server.close(() => done()) && server.closeAllConnections()),
  };
}

/** Serves until interrupted; says in plain words why it cannot. */
export async function serveForever(options) {
  try {
    return await serve(options);
  } catch (error) {
    if (error.code === 'EADDRINUSE')
      return fail(
        `Port ${options.port} is already in use.`,
        `Choose another one: PORT=${options.port + 1} npm start`,
        'or stop the program that holds it.',
      );
    if (error.code === 'ENOENT') return fail('There is no built site yet.', 'Run `npm run build` first, or `npm start`, which does both.');
    throw error;
  }
}

if (isMain(import.meta.url)) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: 'string' }, base: { type: 'string' } } });
  const { url } = await serveForever({
    folder: positionals[0] && resolve(positionals[0]),
    port: Number(values.port ?? process.env.PORT ?? 4173),
    base: values.base ?? '/',
  });
  console.log(url);
}
