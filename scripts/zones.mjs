/**
 * Who may import whom (docs/architecture.md): the table behind biome.zones.json. Biome's patterns see an import as it is written, so that
 * each zone needs one override for each depth of folders. `node scripts/zones.mjs` rewrites the file; tests/zones.test.ts plants breaches.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, root } from './run.mjs';

const REACT = ['react', 'react/**', 'react-dom', 'react-dom/**', 'react-error-boundary', 'zustand', 'zustand/**', 'recharts', 'lucide-react'];
const REFERENCES = ['**/*.reference.ts', '**/*.cases.ts'];

/** What the page may know of the workers: the laws, and the clients. */
const PAGE_END = ['client', 'protocol', 'inspection', 'lab', 'lab_client', 'surface', 'surface_client'].map((name) => `worker/${name}.ts`);

/**
 * zone: a folder of src. files: which files of it (default: all). may: what it may import from outside the folder.
 * not: what it may not import inside it. A later row wins over an earlier one.
 */
const ZONES = [
  { zone: 'ui', depth: 3, may: ['store', 'model'], react: true },
  { zone: 'store', depth: 2, may: [...PAGE_END, 'model'], react: true },
  { zone: 'worker', depth: 1, may: ['train', 'data', 'model'] },
  { zone: 'worker', files: 'lab.worker.ts', depth: 1, may: ['bench', 'gpu', 'train'] },
  { zone: 'worker', files: 'surface.worker.ts', depth: 1, may: ['gpu', 'train', 'model'] },
  {
    zone: 'worker',
    files: '{client,protocol,inspection,lab,lab_client,surface,surface_client}.ts',
    depth: 1,
    may: ['data/types.ts', 'model'],
    not: ['./*.worker.ts'],
  },
  { zone: 'bench', depth: 1, may: ['train', 'engine', 'gpu', 'model', 'worker/lab.ts'] },
  { zone: 'train', depth: 2, may: ['engine', 'gpu', 'data', 'model', 'worker/protocol.ts', 'worker/inspection.ts'] },
  { zone: 'engine', depth: 3, may: ['model'] },
  { zone: 'gpu', depth: 2, may: ['engine/plan.ts', 'engine/shader.ts', 'model'] },
  { zone: 'data', depth: 2, may: ['model'] },
  { zone: 'model', depth: 2, may: [], packages: false },
  { zone: 'engine', files: '*.{reference,cases}.ts', depth: 3, may: ['model'], references: true },
  { zone: 'gpu', files: 'selftest*.ts', depth: 1, may: ['engine', 'model'], references: true },
];

const imports = (includes, patterns) => ({
  includes: [includes],
  linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
});

const shared = ({ react, references }) => [
  ...(react ? [] : [{ group: REACT, message: 'Only src/ui and src/store know React.' }]),
  ...(references ? [] : [{ group: REFERENCES, message: 'References and cases are for tests, the self-test and the benchmark.' }]),
];

/** The override of one zone for files that lie `depth` folders below src. */
function override(row, depth) {
  const { zone, files = '*.{ts,tsx}', may, not = [], packages = true } = row;
  const up = '../'.repeat(depth);
  const inside = Array.from({ length: depth }, (_, i) => (i === 0 ? '!./**' : `!${'../'.repeat(i)}**`));
  const group = [
    ...(packages ? [] : ['**', ...inside]),
    `${up}**`,
    ...may.map((name) => `!${up}${name.includes('.') ? name : `${name}/**`}`),
    ...not,
  ];
  const names = may.map((name) => `src/${name}`).join(', ') || 'nothing outside itself';
  const message = `src/${zone} may import ${names}${may.length ? ' and nothing else outside itself' : ''} (scripts/zones.mjs).`;
  return imports(`src/${zone}/${'*/'.repeat(depth - 1)}${files}`, [{ group, message }, ...shared(row)]);
}

const device = { GPUDevice: { message: 'GPUDevice appears only in src/gpu and in tests.' } };

const overrides = [
  ...ZONES.flatMap((row) => Array.from({ length: row.depth }, (_, i) => override(row, i + 1))),
  ...['main', 'bench', 'selftest', 'surfaces'].map((name) =>
    imports(`src/${name}.tsx`, [{ group: ['./**', '!./ui/**', '!./store/**'], message: `src/${name}.tsx may import src/ui and src/store only.` }]),
  ),
  imports('src/index.ts', [{ group: ['./ui/**', './store/**'], message: 'The public library knows no interface.' }, ...shared({})]),
  {
    includes: ['src/**', '!src/gpu/**', '!src/index.ts'],
    linter: { rules: { style: { noRestrictedTypes: { level: 'error', options: { types: device } } } } },
  },
];

/** Content of biome.zones.json, one override a line. */
export const zones = `{ "root": false, "overrides": [\n${overrides.map((row) => JSON.stringify(row)).join(',\n')}\n] }\n`;

if (isMain(import.meta.url)) writeFileSync(join(root, 'biome.zones.json'), zones);
