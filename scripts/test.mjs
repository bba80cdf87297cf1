/**
 * npm test: everything, in order, until the first failing stage. `node scripts/test.mjs unit gpu` runs the named stages only.
 * A stage may be several commands, which then run side by side.
 * Ends with one plain line, "N passed, N failed", over all tests; a stage that fails without a failing test counts as one.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './ensure-browser.mjs';
import { ensureDeps } from './ensure-deps.mjs';
import { fail, root, run, runBeside } from './run.mjs';
import { shares } from './shares.mjs';

const reports = mkdtempSync(join(tmpdir(), 'descent-test-'));
const vitest = (name, args) => `vitest run ${args} --reporter=default --reporter=json --outputFile.json="${join(reports, `${name}.json`)}"`;

const STAGES = {
  types: { title: 'Types', command: 'npm run --silent typecheck' },
  lint: { title: 'Lint and dead code', command: 'npm run --silent lint' },
  unit: { title: 'Unit tests (Node)', command: vitest('unit', '--project unit') },
  shaders: { title: 'Shader validation (Node, no GPU)', command: vitest('shaders', '--project shaders') },
  gpu: { title: 'GPU tests (browser)', command: gpuShares, browser: true },
  golden: {
    title: 'Golden values',
    command: () => vitest('golden', `--project unit --project gpu ${quoted(testFiles(/golden[^/]*\.test\.tsx?$/))}`),
    browser: true,
    extra: true,
  },
  build: { title: 'Build and size', command: 'npm run --silent build && npm run --silent check:size' },
  e2e: { title: 'End-to-end tests (browser, built site)', command: 'playwright test --reporter=list,json', browser: true },
};

/** Quoted, for a command. */
const quoted = (files) => files.map((file) => `"${file}"`).join(' ');

/** Files below tests/ whose path ends so. */
function testFiles(pattern) {
  const paths = readdirSync(join(root, 'tests'), { recursive: true }).map((path) => `tests/${path.replaceAll('\\', '/')}`);
  return paths.filter((path) => pattern.test(path)).sort();
}

/**
 * A browser compiles shaders, which is most of the work, on one core: up to three go side by side, and one core is left to the rest.
 * Each has a cache of its own, so that none finds one that another is writing.
 */
function gpuShares() {
  const count = Math.min(3, Math.max(1, availableParallelism() - 1));
  return shares(testFiles(/^tests\/gpu\/.*\.test\.tsx?$/), count).map((files, i) => ({
    report: `gpu-${i}`,
    command: vitest(`gpu-${i}`, `--project gpu ${quoted(files)}`),
    env: { VITE_CACHE: `node_modules/.vite/gpu-${i}` },
  }));
}

/** What failed without a failing test counts as one. */
function totalsOf(name, ok) {
  const { failed, ...others } = read(name);
  return { ...others, failed: !ok && failed === 0 ? 1 : failed };
}

/** Totals of a vitest or Playwright report: { passed, failed, skipped: names, retried: names }. What has no tests has none. */
function read(name) {
  let report;
  try {
    report = JSON.parse(readFileSync(join(reports, `${name}.json`), 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: [], retried: [] };
  }
  if (report.stats) {
    const specs = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)];
    const all = report.suites.flatMap(specs);
    const named = (status) => all.filter((spec) => spec.tests.some((test) => test.status === status)).map((spec) => spec.title);
    const { expected, flaky, unexpected } = report.stats;
    return { passed: expected + flaky, failed: unexpected, skipped: named('skipped'), retried: named('flaky') };
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter((test) => !['passed', 'failed'].includes(test.status));
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: skipped.map((test) => test.fullName), retried: [] };
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** The commands of a stage, each with the name of its report. */
function partsOf(name) {
  const { command } = STAGES[name];
  const made = typeof command === 'function' ? command() : command;
  return typeof made === 'string' ? [{ report: name, command: made, env: {} }] : made;
}

async function runStage(name) {
  console.log(`\n━━━ ${STAGES[name].title} ━━━\n`);
  const began = performance.now();
  const parts = partsOf(name).map((part) => ({ ...part, env: { ...part.env, PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, `${part.report}.json`) } }));
  const codes =
    parts.length > 1
      ? await Promise.all(parts.map(({ command, env }) => runBeside(command, env)))
      : parts.map(({ command, env }) => run(command, { env }));
  const found = parts.map(({ report }, i) => totalsOf(report, codes[i] === 0));
  const sum = (key) => found.reduce((total, part) => total + part[key], 0);
  const all = (key) => found.flatMap((part) => part[key]);
  const ok = codes.every((code) => code === 0);
  return { name, ok, passed: sum('passed'), failed: sum('failed'), skipped: all('skipped'), retried: all('retried'), time: seconds(began) };
}

function summary(names, results, began) {
  console.log('\n━━━ Summary ━━━\n');
  for (const name of names) {
    const result = results.find((each) => each.name === name);
    const state = !result ? 'not run' : result.ok ? 'ok' : 'FAILED';
    const counts = result && result.passed + result.failed > 0 ? `${result.passed} passed, ${result.failed} failed` : '';
    console.log(`${STAGES[name].title.padEnd(40)} ${state.padEnd(8)} ${(result?.time ?? '').padStart(8)}  ${counts}`);
    for (const title of result?.skipped ?? []) console.log(`    skipped: ${title}`);
    for (const title of result?.retried ?? []) console.log(`    passed only at the second try: ${title}`);
  }
  const sum = (key) => results.reduce((total, result) => total + (result[key].length ?? result[key]), 0);
  const skipped = sum('skipped');
  console.log(`\nTotal time ${seconds(began)}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
}

const began = performance.now();
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !STAGES[name]);
if (unknown) fail(`There is no stage "${unknown}".`, `Stages: ${Object.keys(STAGES).join(', ')}`);
const names = asked.length ? asked : Object.keys(STAGES).filter((name) => !STAGES[name].extra);

ensureDeps();
if (names.some((name) => STAGES[name].browser)) console.log(`Browser: ${ensureBrowser()}`);

const results = [];
for (const name of names) {
  results.push(await runStage(name));
  if (!results.at(-1).ok) break;
}
summary(names, results, began);
rmSync(reports, { recursive: true, force: true });
process.exit(results.every((result) => result.ok) ? 0 : 1);
