/** Installs the pinned dependencies when they are missing or differ from package-lock.json. Only node: modules. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, isMain, root, run } from './run.mjs';

const packages = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;

/** True when node_modules holds every package of the lock file in its locked version. Packages for other platforms are optional. */
function installed() {
  try {
    const there = packages('node_modules/.package-lock.json');
    return Object.entries(packages('package-lock.json')).every(([path, locked]) => {
      if (path === '' || (locked.optional && !there[path])) return true;
      return there[path]?.version === locked.version && there[path]?.integrity === locked.integrity;
    });
  } catch {
    return false;
  }
}

export function ensureDeps() {
  if (installed()) return;
  console.log('Installing the dependencies (npm ci) …');
  // No package needs its install script here: everything native comes as a prebuilt file.
  if (run('npm ci --include=dev --ignore-scripts --no-audit --no-fund') === 0) return;
  fail(
    'npm ci failed, so nothing else can run.',
    'Node 20.19 or newer and access to an npm registry are needed.',
    'Run `npm ci` by hand to see the details.',
  );
}

if (isMain(import.meta.url)) ensureDeps();
