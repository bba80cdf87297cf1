/** The comparison with other libraries as Markdown: the faster variant of each, ours first. */
import { num, table } from './report.mjs';

const NAMES = { W1: 'lenet-mnist, batch 64', W2: 'bn-cifar, batch 64', W3: 'resnet8-cifar, batch 32', W4: 'mlp-2d, batch 128' };
const OPTIMIZERS = { adam: 'Adam', sgd: 'SGD with momentum' };
const family = (library) => library.split('/')[0];

/** The faster variant of every library. */
function fastest(rows) {
  const best = new Map();
  for (const row of rows) {
    const old = best.get(family(row.library));
    if (!old || (row.ms ?? Number.POSITIVE_INFINITY) < (old.ms ?? Number.POSITIVE_INFINITY)) best.set(family(row.library), row);
  }
  return [...best.values()].sort((a, b) => (a.ms ?? Number.POSITIVE_INFINITY) - (b.ms ?? Number.POSITIVE_INFINITY));
}

/** Largest relative difference to our losses on the steps that both have. */
function difference(row, ours) {
  const both = Math.min(row.losses.length, ours.losses.length);
  const worst = Math.max(...row.losses.slice(0, both).map((loss, i) => Math.abs(loss - ours.losses[i]) / ours.losses[i]));
  return row === ours ? '–' : worst.toExponential(0);
}

function groupTable({ workload, optimizer, date, adapter, cores, load, versions, rows }) {
  const best = fastest(rows);
  const ours = best.find((row) => family(row.library) === 'descent');
  const cells = best
    .filter((row) => row.ms !== undefined)
    .map((row) => [
      row.library,
      num(1000 / row.ms),
      num(row.ms),
      `${num(row.least)}–${num(row.most)}`,
      row === ours ? '1' : `${num(row.ms / ours.ms)} ×`,
      row.perStep.dispatches ? num(row.perStep.dispatches) : '–',
      row.perStep.dispatches ? num(row.perStep.submits) : '–',
      difference(row, ours),
      num(row.firstStepMs / 1000),
    ]);
  const failed = best.filter((row) => row.ms === undefined).map((row) => `${row.library}: ${row.error}.`);
  const head = [
    'library',
    'steps/s:',
    'ms/step:',
    'least–most:',
    'ours is faster:',
    'dispatches/step:',
    'submits/step:',
    'loss differs by:',
    'first step, s:',
  ];
  const where = `${adapter ? `${adapter.vendor}/${adapter.architecture}` : 'no adapter'}, Chromium ${versions.chromium}, ${cores} cores (load ${num(load)} before)`;
  const what = Object.entries(versions)
    .filter(([name]) => name !== 'chromium')
    .map(([name, version]) => `${name} ${version}`);
  return [
    `#### ${workload} ${NAMES[workload]}, ${OPTIMIZERS[optimizer]}`,
    table(head, cells),
    `${date}, ${where}; ${what.join(', ')}. ${failed.join(' ')}`.trim(),
  ].join('\n\n');
}

function summary(groups) {
  const rows = groups.map(({ workload, optimizer, rows }) => {
    const best = fastest(rows).filter((row) => row.ms !== undefined);
    const ours = best.find((row) => family(row.library) === 'descent');
    const peers = best.filter((row) => row !== ours);
    const tfjs = peers.find((row) => family(row.library) === 'tfjs-webgpu');
    const ratio = (row) => (row ? `${num(row.ms / ours.ms)} ×` : '–');
    return [`${workload} ${NAMES[workload]}, ${OPTIMIZERS[optimizer]}`, num(1000 / ours.ms), ratio(tfjs), ratio(peers[0]), peers[0]?.library ?? '–'];
  });
  return table(['workload', 'steps/s:', 'against tfjs-webgpu:', 'against the best peer:', 'which is'], rows);
}

/** @param {Record<string, object>} results by workload and optimizer */
export function peerTables(results) {
  const groups = Object.entries(results)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([, group]) => group);
  return [summary(groups), ...groups.map(groupTable)].join('\n\n');
}
