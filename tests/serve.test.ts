import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CSP } from '../scripts/csp.mjs';
import { serve } from '../scripts/serve.mjs';

const folder = mkdtempSync(join(tmpdir(), 'descent-serve-'));
let site: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  mkdirSync(join(folder, 'dist/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'dist/index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'dist/.env'), 'secret');
  writeFileSync(join(folder, 'dist/assets/a-1234.js'), 'export {};');
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'dist/link.txt'));
  site = await serve({ folder: join(folder, 'dist'), port: 0, base: '/any/where/' });
});

afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

/** fetch() would tidy the path up; this sends it as it is. */
const get = (path: string, method = 'GET') =>
  new Promise<{ status?: number; body: string }>((done, failed) => {
    request(new URL(site.url), { path, method }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk)).on('end', () => done({ status: response.statusCode, body }));
    })
      .on('error', failed)
      .end();
  });

it('serves the page from any sub-path with the security headers, also for a worker', async () => {
  for (const path of ['', 'index.html', 'assets/a-1234.js']) {
    const { status, headers } = await fetch(site.url + path);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toBe(CSP);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-type')).toBe(path.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
  }
});

it.each([
  '/any/where/../../secret.txt',
  '/any/where/..%2f..%2fsecret.txt',
  '/any/where/%2e%2e/secret.txt',
  '/any/where/..\\secret.txt',
  '/any/where//etc/passwd',
  '/any/where/link.txt',
  '/any/where/.env',
  '/any/where/%00',
  '/any/where/%zz',
  '/any/where/assets',
  '/any/where/assets/',
  '/',
])('gives nothing for %s', async (path) => {
  expect(await get(path)).toEqual({ status: 404, body: '404\n' });
});

it('only reads', async () => {
  expect((await get('/any/where/', 'POST')).status).toBe(405);
  expect(await get('/any/where/', 'HEAD')).toEqual({ status: 200, body: '' });
});

it('says that a port is taken', async () => {
  await expect(serve({ folder: join(folder, 'dist'), port: Number(new URL(site.url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
