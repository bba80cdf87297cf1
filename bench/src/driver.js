// Injected into every measured page before its own scripts: WebGPU counters and the measuring loop. A case is one library on one
// workload with one optimizer: `prepare` checks that it learns what the others learn, then `slice` is called in turn with other cases'.
import { OPTIMIZERS, workload } from './workloads.js';

const counts = { dispatches: 0, submits: 0, writeBuffers: 0, maps: 0 };
function count(proto, method, key) {
  const original = proto?.[method];
  if (!original) return;
  proto[method] = function (...args) {
    counts[key]++;
    return original.apply(this, args);
  };
}
count(globalThis.GPUComputePassEncoder?.prototype, 'dispatchWorkgroups', 'dispatches');
count(globalThis.GPUComputePassEncoder?.prototype, 'dispatchWorkgroupsIndirect', 'dispatches');
count(globalThis.GPUQueue?.prototype, 'submit', 'submits');
count(globalThis.GPUQueue?.prototype, 'writeBuffer', 'writeBuffers');
count(globalThis.GPUBuffer?.prototype, 'mapAsync', 'maps');

async function environment() {
  const adapter = await navigator.gpu?.requestAdapter();
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
  return { adapter: adapter && { vendor, architecture, device, description, isFallbackAdapter }, hardwareConcurrency: navigator.hardwareConcurrency };
}

let trainer;
let msPerStep;

async function timed(n) {
  const start = performance.now();
  const loss = await trainer.step(n);
  const ms = performance.now() - start;
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  return { ms, loss };
}

/**
 * Losses on one fixed batch at the given steps (each the loss before its update), as far as `seconds` reach; then a new trainer with
 * eight batches whose label noise keeps the loss, and the gradients, away from zero, warmed up.
 */
async function prepare(library, workloadId, optimizer, { check, seconds }) {
  const create = window.__bench.libraries[library];
  const settings = OPTIMIZERS[optimizer];
  const began = performance.now();
  trainer = await create(workload(workloadId), settings);
  const losses = [(await timed(1)).loss];
  const firstStepMs = performance.now() - began; // set-up, compilation and one step
  msPerStep = (await timed(1)).ms;
  let done = 2;
  for (const step of check.slice(1)) {
    if ((step - done) * msPerStep > 1000 * seconds - (performance.now() - began)) break;
    const { ms, loss } = await timed(step - done);
    msPerStep = ms / (step - done);
    losses.push(loss);
    done = step;
  }
  await trainer.dispose();
  trainer = await create(workload(workloadId, { batches: 8, labelNoise: 0.1 }), settings);
  await timed(2);
  const n = Math.max(1, Math.ceil(1000 / msPerStep));
  msPerStep = (await timed(n)).ms / n;
  return { losses, firstStepMs };
}

/** Trains for about so long, ended by reading the last loss back. */
async function slice(seconds) {
  const n = Math.max(1, Math.round((1000 * seconds) / msPerStep));
  const before = { ...counts };
  const { ms } = await timed(n);
  msPerStep = ms / n;
  return { ms, steps: n, perStep: Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, (value - before[key]) / n])) };
}

window.__peer = { environment, prepare, slice };
