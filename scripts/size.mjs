/** What a visitor downloads before the first training step, gzipped, against the budget. Run after the build. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fail, root } from './run.mjs';

const KB = 1024;
const BUDGET = { js: 350 * KB, css: 15 * KB };

const assets = join(root, 'dist', 'assets');
const read = (name) => readFileSync(join(assets, name));
const names = (text, pattern) => [...text.matchAll(pattern)].map((match) => basename(match[1]));

/** The files and everything they import statically. */
function closure(start) {
  const found = new Set(start);
  for (const name of found) {
    for (const other of names(read(name).toString(), /(?:\bfrom|\bimport)\s*["'](\.\/[^"']+\.js)["']/g)) found.add(other);
  }
  return found;
}

let html;
try {
  html = readFileSync(join(root, 'dist', 'index.html'), 'utf8');
} catch {
  fail('There is no built site to measure.', 'Run `npm run build` first.');
}

const files = readdirSync(assets);
const page = closure(names(html, /<(?:script|link)[^>]*(?:src|href)="([^"]+\.js)"/g));
const charts = closure(files.filter((name) => /^charts-.*\.js$/.test(name)));
// The lab's worker belongs to the self-test and benchmark pages.
const worker = closure(files.filter((name) => /^(train|data)\.worker.*\.js$/.test(name)));
const css = names(html, /<link[^>]*href="([^"]+\.css)"/g);

const rows = files
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => {
    const bytes = read(name);
    const part = page.has(name) ? 'page' : charts.has(name) ? 'charts' : worker.has(name) ? 'worker' : css.includes(name) ? 'css' : 'lazy';
    return { name, part, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  })
  .sort((a, b) => a.part.localeCompare(b.part) || b.gzip - a.gzip);

const kB = (bytes) => (bytes / KB).toFixed(1).padStart(8);
const sum = (...parts) => rows.reduce((total, row) => total + (parts.includes(row.part) ? row.gzip : 0), 0);

console.log(`${'file'.padEnd(44)} ${'part'.padEnd(7)} ${'kB'.padStart(8)} ${'gzip kB'.padStart(8)}`);
for (const { name, part, raw, gzip } of rows) console.log(`${name.padEnd(44)} ${part.padEnd(7)} ${kB(raw)} ${kB(gzip)}`);
const js = sum('page', 'charts', 'worker');
console.log(`initial JavaScript (page, charts and worker): ${kB(js).trim()} of ${kB(BUDGET.js).trim()} kB gzipped`);
console.log(`initial CSS: ${kB(sum('css')).trim()} of ${kB(BUDGET.css).trim()} kB gzipped`);
if (js > BUDGET.js || sum('css') > BUDGET.css) fail('The site is over its budget.');
