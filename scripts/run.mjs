/** Small helpers that every script shares. Only node: modules. */
import { spawn, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
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
  const result = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: quiet ? 'ignore' : 'inherit',
    timeout,
    killSignal: 'SIGKILL',
    env: environment(env),
  });
  return result.status ?? 1;
}

/**
 * The same beside others: what several print at once is mixed by whole lines.
 * @param {string} command
 * @param {Record<string, string>} env
 * @returns {Promise<number>}
 */
export function runBeside(command, env) {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment({ ...colour, ...env }) });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => console.log(line));
  return new Promise((done) => child.on('close', (code) => done(code ?? 1)));
}

function environment(more) {
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`, ...more };
}

/** Ends the script with plain lines on what to do. */
export function fail(...lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

/** @param {string} url import.meta.url */
export const isMain = (url) => process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
