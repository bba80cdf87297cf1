/** Tables in docs/benchmarks.md, each between a pair of markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';

const DOCUMENT = join(root, 'docs/benchmarks.md');

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Three significant digits; a dash for what is not a number. */
export const num = (x) => (!Number.isFinite(x) ? '–' : x >= 1000 ? Math.round(x).toString() : x.toPrecision(3).replace(/e.*$/, ''));

/** @param {readonly string[]} head a column whose heading ends with ':' is aligned right */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((title) => (title.endsWith(':') ? '--:' : '---'));
  return [line(head.map((title) => title.replace(/:$/, ''))), line(rule), ...rows.map(line)].join('\n');
}

/** Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`. */
export function writeSection(name, text) {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no section ${name}`);
  writeFileSync(DOCUMENT, `${document.slice(0, from + begin.length)}\n${text.trim()}\n${document.slice(to)}`);
}
