/** One dispatch on scratch memory, in any of its variants (engine/op.ts `Variant`): what it gives, bit for bit, and how long it takes. */
import type { Binding, Dispatch, Tuning } from '../engine/plan.ts';
import { random } from '../model/random.ts';
import { COPY_DST, MAP_READ } from './buffers.ts';
import { pipelineFor } from './pipelines.ts';

/** A dispatch that has a choice. */
export type Tunable = Dispatch & { tuning: Tuning };
export type Variant = Tuning['variants'][number];

export const isTunable = (dispatch: Dispatch): dispatch is Tunable => dispatch.tuning !== undefined;

const STORAGE_COPY = 0x80 | COPY_DST | 0x4;
const NAN = 0x7fc00000;

/** Contents that no variant stumbles over: floats in −1 … 1, halves in 0.5 … 1, taps below 4. What is only written holds NaN. */
function contents(b: Binding, seed: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.max(b.size, 4));
  const { below, uniform } = random(seed, 9);
  if (b.name === 'taps' || b.name === 'kept') return words.map(() => below(0x1000000) & 0x03030303);
  if (b.access === 'read_write' && b.name !== 'gx') return words.fill(NAN);
  if (b.half) return words.map(() => 0x38003800 | below(1024) | (below(1024) << 16));
  const floats = new Float32Array(words.buffer);
  for (let i = 0; i < floats.length; i++) floats[i] = 2 * uniform() - 1;
  return words;
}

interface Slot {
  binding: Binding;
  buffer: GPUBuffer;
  words: Uint32Array<ArrayBuffer>;
}

export class Rig {
  private readonly slots: (Slot | null)[];

  /** Allocates one lane of everything that the dispatch is bound to. */
  constructor(
    private readonly device: GPUDevice,
    private readonly dispatch: Tunable,
  ) {
    this.slots = dispatch.bindings.map((binding, i) => {
      if (!binding) return null;
      const words = contents(binding, i);
      return { binding, words, buffer: device.createBuffer({ label: `variants ${binding.name}`, size: words.byteLength, usage: STORAGE_COPY }) };
    });
  }

  private async encode(variant: Variant, count: number, encoder: GPUCommandEncoder): Promise<void> {
    const { device } = this;
    const { pipeline, layout } = await pipelineFor(device, { ...this.dispatch, ...variant });
    const entries = this.slots.flatMap((slot, binding): GPUBindGroupEntry[] => (slot ? [{ binding, resource: { buffer: slot.buffer } }] : []));
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    for (let i = 0; i < count; i++) pass.dispatchWorkgroups(variant.grid[0], variant.grid[1], 1);
    pass.end();
  }

  private async finish(encoder: GPUCommandEncoder, sources: readonly GPUBuffer[], bytes: (buffer: GPUBuffer) => number): Promise<Uint32Array> {
    const { device } = this;
    const total = sources.reduce((sum, buffer) => sum + bytes(buffer), 0);
    const staging = device.createBuffer({ size: total, usage: MAP_READ | COPY_DST });
    let at = 0;
    for (const buffer of sources) {
      encoder.copyBufferToBuffer(buffer, 0, staging, at, bytes(buffer));
      at += bytes(buffer);
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ);
    const words = new Uint32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return words;
  }

  private get written(): GPUBuffer[] {
    return this.slots.flatMap((slot) => (slot?.binding.access === 'read_write' ? [slot.buffer] : []));
  }

  /** All that the variant writes, from the same inputs each time. */
  async output(variant: Variant): Promise<Uint32Array> {
    const encoder = this.device.createCommandEncoder();
    await this.encode(variant, 1, encoder);
    for (const slot of this.slots) if (slot) this.device.queue.writeBuffer(slot.buffer, 0, slot.words);
    return this.finish(encoder, this.written, (buffer) => buffer.size);
  }

  /** Milliseconds of `count` runs in one pass, ended by a read-back. */
  async time(variant: Variant, count: number): Promise<number> {
    const encoder = this.device.createCommandEncoder();
    await this.encode(variant, count, encoder);
    const began = performance.now();
    await this.finish(encoder, this.written.slice(0, 1), () => 16);
    return performance.now() - began;
  }

  destroy(): void {
    for (const slot of this.slots) slot?.buffer.destroy();
  }
}

const equal = (a: Uint32Array, b: Uint32Array): boolean => a.length === b.length && a.every((word, i) => word === b[i]);

/** Names of the variants whose output is not what most of them give. */
export async function oddOnes(rig: Rig, variants: readonly Variant[]): Promise<Set<string>> {
  const kinds: { output: Uint32Array; names: string[] }[] = [];
  for (const variant of variants) {
    const output = await rig.output(variant);
    const kind = kinds.find((k) => equal(k.output, output));
    if (kind) kind.names.push(variant.name);
    else kinds.push({ output, names: [variant.name] });
  }
  // In doubt the plainest, which comes last, is right.
  kinds.sort((a, b) => b.names.length - a.names.length || kinds.indexOf(b) - kinds.indexOf(a));
  return new Set(kinds.slice(1).flatMap((kind) => kind.names));
}
