/** Buffers of a program: sizes checked against the device before anything is allocated, guard words behind each one in tests. */
import type { BufferPlan } from '../engine/plan.ts';
import { LimitError } from './device.ts';

/** Words behind every buffer when `guard` is on, and what stands in them. */
export const GUARD_WORDS = 1024;
export const GUARD = 0xdeadbeef;

/** The named constants exist only where WebGPU does; their values are fixed by the specification. */
const STORAGE = 0x80;
const COPY_SRC = 0x4;
export const COPY_DST = 0x8;
export const MAP_READ = 0x1;

const megabytes = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`);

export const bytesOf = (plan: BufferPlan, lanes: number): number => 4 * plan.laneSize * (plan.shared ? 1 : lanes);

/** Throws LimitError, with the figures, when a buffer is larger than the device allows. */
export function checkLimits(plans: readonly BufferPlan[], lanes: number, limits: GPUSupportedLimits): void {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  for (const plan of plans) {
    const bytes = bytesOf(plan, lanes);
    if (bytes > most) {
      const what = plan.layer ? `${plan.layer}: one tensor of this layer` : 'One tensor of this experiment';
      throw new LimitError(
        `${what} needs ${megabytes(bytes)} for ${lanes} run${lanes > 1 ? 's' : ''}; this GPU allows ${megabytes(most)}. A smaller batch, fewer channels or fewer runs would fit.`,
        plan.layer,
      );
    }
  }
}

export interface Allocation {
  buffers: Map<string, GPUBuffer>;
  bytes: number;
}

/** Allocates every buffer; all start at zero. */
export function allocate(device: GPUDevice, plans: readonly BufferPlan[], lanes: number, guard: boolean): Allocation {
  const buffers = new Map<string, GPUBuffer>();
  let bytes = 0;
  for (const plan of plans) {
    const size = Math.max(16, bytesOf(plan, lanes));
    const buffer = device.createBuffer({ label: plan.id, size: size + (guard ? 4 * GUARD_WORDS : 0), usage: STORAGE | COPY_SRC | COPY_DST });
    if (guard) device.queue.writeBuffer(buffer, size, new Uint32Array(GUARD_WORDS).fill(GUARD));
    buffers.set(plan.id, buffer);
    bytes += size;
  }
  return { buffers, bytes };
}

/** As `allocate`; throws LimitError with the figure when the GPU has no room, and leaves nothing behind. */
export async function allocateOrThrow(device: GPUDevice, plans: readonly BufferPlan[], lanes: number, guard: boolean): Promise<Allocation> {
  device.pushErrorScope('out-of-memory');
  const allocation = allocate(device, plans, lanes, guard);
  if ((await device.popErrorScope()) === null) return allocation;
  for (const buffer of allocation.buffers.values()) buffer.destroy();
  throw new LimitError(
    `This experiment needs ${megabytes(allocation.bytes)} on the GPU, more than it has free. A smaller batch, fewer channels or fewer runs would fit.`,
  );
}

interface Part {
  buffer: GPUBuffer;
  /** In words. */
  offset: number;
  words: number;
}

/** Copies parts of buffers into mapped memory in one submit and returns them. Rejects when the device is lost. */
export async function readParts(device: GPUDevice, parts: readonly Part[]): Promise<Uint32Array<ArrayBuffer>[]> {
  const staging = device.createBuffer({
    label: 'read back',
    size: 4 * parts.reduce((sum, { words }) => sum + words, 0),
    usage: MAP_READ | COPY_DST,
  });
  try {
    const encoder = device.createCommandEncoder();
    let at = 0;
    for (const { buffer, offset, words } of parts) {
      encoder.copyBufferToBuffer(buffer, 4 * offset, staging, at, 4 * words);
      at += 4 * words;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ);
    const all = new Uint32Array(staging.getMappedRange().slice(0));
    at = 0;
    return parts.map(({ words }) => {
      at += words;
      return all.subarray(at - words, at);
    });
  } finally {
    staging.destroy();
  }
}

/** Copies part of a buffer into mapped memory and returns it. Rejects when the device is lost. */
export async function readWords(device: GPUDevice, buffer: GPUBuffer, offset: number, words: number): Promise<Uint32Array<ArrayBuffer>> {
  const [read] = await readParts(device, [{ buffer, offset, words }]);
  return read;
}
