/** Small helpers that every script shares. Only node: modules. */
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Runs a shell command in the root with node_modules/.bin on PATH, its output going to ours. Returns the exit code.
 * @param {string} command
 * @param {{ env?: Record<string, string>, timeout?: number, quiet?: boolean }} [options]
 * @returns {number}
 */
export function run(command, { env = {}, timeout, quiet } = {}) {
  const PATH = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;
  const result = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: quiet ? 'ignore' : 'inherit',
    timeout,
    killSignal: 'SIGKILL',
    env: { ...process.env, PATH, ...env },
  });
  return result.status ?? 1;
}

/** Ends the script with plain lines on what to do. */
export function fail(...lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

/** @param {string} url import.meta.url */
export const isMain = (url) => process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
