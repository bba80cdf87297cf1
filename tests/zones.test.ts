import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../scripts/run.mjs';
import { zones } from '../scripts/zones.mjs';

/** [file, line, rule that must report it]. The zones are worth nothing if a slip in a pattern can switch them off unseen. */
const BREACHES: [file: string, line: string, rule: string][] = [
  ['src/model/a.ts', "import '../engine/x.ts';", 'noRestrictedImports'],
  ['src/model/b.ts', "import 'react';", 'noRestrictedImports'],
  ['src/model/layers/c.ts', "import '../../data/x.ts';", 'noRestrictedImports'],
  ['src/data/a.ts', "import '../gpu/x.ts';", 'noRestrictedImports'],
  ['src/engine/a.ts', "import '../gpu/x.ts';", 'noRestrictedImports'],
  ['src/engine/b.ts', "import 'zustand/vanilla';", 'noRestrictedImports'],
  ['src/engine/c.ts', "export * from './ops/relu/relu.reference.ts';", 'noRestrictedImports'],
  ['src/engine/ops/relu/relu.ts', "import './relu.cases.ts';", 'noRestrictedImports'],
  ['src/engine/ops/relu/other.ts', "await import('../../../gpu/x.ts');", 'noRestrictedImports'],
  ['src/engine/ops/relu/relu.reference.ts', "import '../../../train/x.ts';", 'noRestrictedImports'],
  ['src/gpu/a.ts', "import '../engine/compile.ts';", 'noRestrictedImports'],
  ['src/gpu/b.ts', "import '../data/x.ts';", 'noRestrictedImports'],
  ['src/gpu/selftest.ts', "import '../train/x.ts';", 'noRestrictedImports'],
  ['src/train/a.ts', "import '../worker/client.ts';", 'noRestrictedImports'],
  ['src/train/b.ts', 'export type D = GPUDevice;', 'noRestrictedTypes'],
  ['src/worker/train.worker.ts', "import '../gpu/x.ts';", 'noRestrictedImports'],
  ['src/worker/protocol.ts', "import '../train/x.ts';", 'noRestrictedImports'],
  ['src/worker/inspection.ts', "import '../train/x.ts';", 'noRestrictedImports'],
  ['src/worker/client.ts', "import './train.worker.ts';", 'noRestrictedImports'],
  ['src/store/a.ts', "import '../worker/train.worker.ts';", 'noRestrictedImports'],
  ['src/store/c.ts', "import '../worker/surface.worker.ts';", 'noRestrictedImports'],
  ['src/store/b.ts', "import type { X } from '../engine/x.ts';", 'noRestrictedImports'],
  ['src/ui/a.tsx', "import '../worker/client.ts';", 'noRestrictedImports'],
  ['src/ui/data/Panel.tsx', "import '../../data/x.ts';", 'noRestrictedImports'],
  ['src/ui/charts/axis/a.ts', "import '../../../gpu/x.ts';", 'noRestrictedImports'],
  ['src/main.tsx', "import './engine/x.ts';", 'noRestrictedImports'],
  ['src/index.ts', "import './ui/App.tsx';", 'noRestrictedImports'],
  ['src/train/cycle-a.ts', "export * from './cycle-b.ts';", 'noImportCycles'],
  ['src/train/cycle-b.ts', "export * from './cycle-a.ts';", 'noImportCycles'],
  ['src/train/barrel.ts', "export { x } from './x.ts';", 'noBarrelFile'],
  ['src/data/any.ts', 'export const x: any = 1;', 'noExplicitAny'],
];

const ALLOWED: [file: string, line: string][] = [
  ['src/model/layers/fine.ts', "import '../types.ts';"],
  ['src/engine/fine.ts', "import '../model/x.ts';"],
  ['src/engine/ops/relu/relu.cases.ts', "import './relu.reference.ts';"],
  ['src/gpu/fine.ts', "import type { P } from '../engine/plan.ts';\nexport type D = [P, GPUDevice];"],
  ['src/gpu/selftest-page.ts', "await import('../engine/ops/relu/relu.reference.ts');"],
  ['src/train/fine.ts', "import '../engine/x.ts';\nimport '../gpu/x.ts';\nimport '../data/x.ts';"],
  ['src/worker/other.worker.ts', "import '../train/x.ts';\nimport './protocol.ts';"],
  ['src/store/fine.ts', "import '../worker/client.ts';\nimport '../worker/surface_client.ts';\nimport 'zustand';"],
  ['src/ui/fine.tsx', "import './data/Panel.tsx';\nimport 'react';"],
  ['src/ui/charts/fine.tsx', "import '../data/Panel.tsx';\nimport '../../store/run.ts';"],
  ['src/engine/ops/index.ts', "export { x } from './relu/relu.ts';"],
  ['tests/fine.ts', "import '../src/engine/ops/relu/relu.reference.ts';"],
];

/** Rules that Biome reports, by file, in a small tree with our configuration. */
function lint(files: readonly (readonly [file: string, line: string, rule?: string])[]): Map<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'descent-zones-'));
  try {
    for (const name of ['biome.json', 'biome.zones.json']) cpSync(join(root, name), join(folder, name));
    for (const [file, line] of files) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `${line}\n`);
    }
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none'], { cwd: folder, encoding: 'utf8' });
    const reported = new Map<string, string[]>();
    for (const { category, location } of JSON.parse(stdout).diagnostics) {
      const file = String(location.path).replaceAll('\\', '/');
      reported.set(file, [...(reported.get(file) ?? []), String(category).split('/').at(-1)!]);
    }
    return reported;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const reported = lint([...BREACHES, ...ALLOWED]);

it.each(BREACHES)('%s: %s breaks %s', (file, _line, rule) => {
  expect(reported.get(file) ?? []).toContain(rule);
});

it.each(ALLOWED)('%s: %s is allowed', (file) => {
  expect(reported.get(file) ?? []).toEqual([]);
});

it('has biome.zones.json as the table in scripts/zones.mjs says (otherwise run `node scripts/zones.mjs`)', () => {
  expect(readFileSync(join(root, 'biome.zones.json'), 'utf8')).toBe(zones);
});
