/** What the page is told about an experiment that is ready. */

import { fingerprint } from '../data/fingerprint.ts';
import { thumbnails } from '../data/thumbnails.ts';
import type { Dataset } from '../data/types.ts';
import { reportPlan } from '../engine/report.ts';
import { isSoftware } from '../gpu/device.ts';
import { hash2, hash3 } from '../model/random.ts';
import type { Experiment } from '../model/types.ts';
import type { DataSummary, PlanSummary, RunSummary, Thumbnails } from '../worker/protocol.ts';
import { type Lane, orderKey, weightsOf } from './lane.ts';
import type { Trainer } from './trainer.ts';

const hex = (word: number): string => word.toString(16).padStart(8, '0');

/** Number of pictures in the data panel. */
const THUMBNAILS = 16;

/** One array a picture, as the page paints them. */
function pictures(data: Dataset): Thumbnails {
  const found = thumbnails(data, THUMBNAILS);
  if (found.kind === 'points') return { kind: 'points', x: found.x, y: found.y, labels: Uint8Array.from(found.labels) };
  const { width, height, rgba } = found;
  const labels = [...found.labels];
  const size = 4 * width * height;
  return { kind: 'images', width, height, rgba: labels.map((_, k) => rgba.slice(k * size, (k + 1) * size)), labels };
}

export function summariseData(data: Dataset): DataSummary {
  return {
    name: data.name,
    shape: data.shape,
    classes: data.classes,
    train: data.train,
    validation: data.labels.length - data.train,
    fingerprint: hex(fingerprint(data)),
    thumbnails: pictures(data),
  };
}

/** Hash of the bits of all initial weights, in the order of the layers. */
function weightsHash(lane: Lane): number {
  let h = 0;
  for (const data of weightsOf(lane).values()) {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < words.length; i++) h = (Math.imul(h ^ words[i], 0x01000193) + 0x9e3779b9) >>> 0;
  }
  return hash2(h, 0);
}

/** Fingerprints for the fairness badge: two runs with equal ones start from the same weights and see the same batches. */
export function summariseRun(lane: Lane, experiment: Experiment, dataFingerprint: string): RunSummary {
  const batches = hash3(Number.parseInt(dataFingerprint, 16), orderKey(lane), experiment.batch_size);
  return { run: lane.id, weights: hex(weightsHash(lane)), batches: hex(batches) };
}

export function summarisePlan(trainer: Trainer, lanes: readonly Lane[]): PlanSummary {
  const { group, l } = trainer.groupOf(lanes[0].id);
  const { dispatches, flops, bytes, activations, memory } = reportPlan(group.compiled, group.lanes[l].optimizer);
  return {
    lanes: lanes.length,
    dispatches_per_step: trainer.dispatchesPerStep,
    parameters: lanes[0].info.parameters,
    memory: trainer.bytes,
    step: { dispatches: dispatches.map((d) => ({ label: d.label, flops: d.flops, bytes: d.bytes })), flops, bytes, activations, memory },
  };
}

export function summariseAdapter(
  info: GPUAdapterInfo,
  limits: GPUSupportedLimits,
): {
  name: string;
  vendor: string;
  architecture: string;
  description: string;
  software: boolean;
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number };
} {
  const software = isSoftware(info);
  const words = [info.description || info.device, info.vendor, info.architecture].filter(Boolean);
  const plain = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || words[0] || 'GPU';
  const name = software ? `${/swiftshader/i.test(words.join(' ')) ? 'SwiftShader' : plain} (software)` : plain;
  return {
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    description: info.description,
    software,
    limits: { maxBufferSize: limits.maxBufferSize, maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize },
  };
}
