/** Collects the dispatches of one pass while operations describe them; `finish` plans memory and resolves the bindings. */
import type { LayerInfo } from '../model/types.ts';
import type { Graph } from './graph.ts';
import { assignSlots, type Use } from './memory.ts';
import { type Again, type Bound, type Call, type Emit, type FusedPool, NO_ACTIVATION, type Node, type Target, type Variant } from './op.ts';
import { emitAddGradient } from './ops/add/add.ts';
import { blockSize, type ParamBlock, type ParamLayout } from './params.ts';
import type { Binding, Dispatch, Tuning } from './plan.ts';
import type { Tensor } from './tensors.ts';

const WORKGROUP = 64;
const MAX_GROUPS = 65535;

/** Slabs of a layer's gradient: where they start in `partials` (words of a lane) and how many. */
export interface PartialRange {
  offset: number;
  slabs: number;
}

export interface PassOptions {
  train: boolean;
  /** Threads of one lane that keep the device busy; default 2048. */
  fill?: number;
  /** Give the model's input a gradient too (tests; pictures of gradients). */
  inputGradient?: boolean;
  /** Tensors that must still stand after the pass. */
  keep?: readonly string[];
  /** Store activations as halves. */
  halves?: boolean;
  /** Key of a kernel and shape → name of the variant to take. */
  choices?: ReadonlyMap<string, string>;
  /** Tests: the kernel whose first variant is made to compute something else. */
  wrongTile?: string;
  /** Every tensor a buffer of its own (tests: poison and guards). */
  share?: boolean;
}

const grid = (groups: number): [number, number] => [Math.min(groups, MAX_GROUPS), Math.ceil(groups / MAX_GROUPS)];

export class PassEmitter implements Emit {
  readonly train: boolean;
  readonly fill: number;
  private readonly calls: Call[] = [];
  private readonly sizes = new Map<string, number>();
  private readonly written = new Set<string>();
  /** Tensor id → a gradient that is its own, too, and has not been copied. */
  private readonly passed = new Map<string, Tensor>();
  readonly partialRanges = new Map<string, PartialRange>();
  /** Words of one lane. */
  partialWords = 0;

  constructor(
    private readonly graph: Graph,
    private readonly params: ParamLayout,
    private readonly buffers: ParamLayout,
    private readonly options: PassOptions,
  ) {
    this.train = options.train;
    this.fill = options.fill ?? 2048;
  }

  run(call: Call): void {
    this.calls.push(call);
  }

  private tensor(name: string, t: Tensor, access: Bound['access']): Bound {
    const half = this.isHalf(t);
    const size = half ? t.size / 2 : t.size;
    this.sizes.set(t.id, size);
    return { name, buffer: `tensor:${t.id}`, offset: 0, size, lane: size, access, ...(half && { half }) };
  }

  /** Activations between layers. Not what the loss reads, nor gradients, which underflow; nor what narrow convolutions read by the float. */
  private isHalf(t: Tensor): boolean {
    return this.options.halves === true && t.C >= 4 && t.id !== 'input' && t.id !== this.graph.output.id && !/^(grad|scratch):/.test(t.id);
  }

  read(name: string, t: Tensor): Bound {
    return this.tensor(name, t, 'read');
  }

  write(name: string, t: Tensor): Bound {
    return this.tensor(name, t, 'read_write');
  }

  /** A buffer outside the memory plan. `lane` 0: shared by all lanes. */
  named(name: string, buffer: string, size: number, lane: number, access: Bound['access'] = 'read'): Bound {
    return { name, buffer, offset: 0, size, lane, access };
  }

  private block(layout: ParamLayout, layer: LayerInfo): ParamBlock {
    const block = layout.blocks.get(layer.id);
    if (!block) throw new Error(`layer ${layer.id} has no block of parameters`);
    return block;
  }

  param(name: string, layer: LayerInfo): Bound {
    const block = this.block(this.params, layer);
    return { name, buffer: 'params', offset: block.offset, size: blockSize(block), lane: this.params.size, access: 'read' };
  }

  buffer(name: string, layer: LayerInfo, access: Bound['access']): Bound {
    const block = this.block(this.buffers, layer);
    return { name, buffer: 'buffers', offset: block.offset, size: blockSize(block), lane: this.buffers.size, access };
  }

  frozen(name: string): Bound {
    return this.named(name, 'bad', 1, 1);
  }

  partials(name: string, layer: LayerInfo, slabs: number): Bound {
    const words = slabs * blockSize(this.block(this.params, layer));
    const range = { offset: this.partialWords, slabs };
    this.partialRanges.set(layer.id, range);
    this.partialWords += 64 * Math.ceil(words / 64);
    // The lane stride is known only when all layers have asked; finish() fills it in.
    return { name, buffer: 'partials', offset: range.offset, size: words, lane: -1, access: 'read_write' };
  }

  scratch(id: string, words: number): Tensor {
    const size = 4 * Math.ceil(words / 4);
    return { id: `scratch:${id}`, C: size, H: 1, W: 1, Cs: size, flat: true, size };
  }

  again(input: Tensor): Again | null {
    const node = this.graph.again.get(input.id);
    return node?.operation.again?.(node, this) ?? null;
  }

  average(input: Tensor): FusedPool | null {
    return this.graph.averages.get(input.id) ?? null;
  }

  gradient(t: Tensor): Tensor {
    return this.passed.get(t.id) ?? { ...t, id: `grad:${t.id}` };
  }

  passOn(node: Node, input: Tensor): void {
    if (input.id === 'input' && !this.options.inputGradient) return;
    const gradient = this.gradient(node.output);
    if (this.passed.has(input.id) || this.written.has(`grad:${input.id}`)) emitAddGradient(gradient, input, this.targetOf(input), this);
    else this.passed.set(input.id, gradient);
  }

  /** Call before the backward kernels of what made `t`: a passed gradient stays where it is unless an activation has to be seen to. */
  settle(t: Tensor): void {
    if (this.graph.activations.has(t.id) || this.options.keep?.includes(`grad:${t.id}`)) this.copyPassed(t);
  }

  private copyPassed(t: Tensor): void {
    const from = this.passed.get(t.id);
    if (!from) return;
    this.passed.delete(t.id);
    emitAddGradient(from, t, this.targetOf(t), this);
  }

  target(node: Node, i: number, takesPlus = false): Target | null {
    const input = node.inputs[i];
    if (input.id === 'input' && !this.options.inputGradient) return null;
    return this.targetOf(input, takesPlus);
  }

  targetOf(input: Tensor, takesPlus = false): Target {
    const plus = takesPlus ? this.passed.get(input.id) : undefined;
    if (plus) this.passed.delete(input.id);
    this.copyPassed(input);
    const gradient = this.gradient(input);
    const accumulate = this.written.has(gradient.id);
    this.written.add(gradient.id);
    return { gradient, accumulate, ...(plus && { plus }), activation: this.graph.activations.get(input.id) ?? NO_ACTIVATION };
  }

  private uses(): Use[] {
    const uses = new Map<string, Use>();
    const last = this.calls.length;
    this.calls.forEach((call, at) => {
      for (const b of call.bindings) {
        if (!b?.buffer.startsWith('tensor:')) continue;
        const tensor = b.buffer.slice(7);
        const use = uses.get(tensor) ?? { tensor, size: this.sizes.get(tensor) ?? 0, first: at, last: at };
        use.last = this.options.keep?.includes(tensor) ? last : at;
        uses.set(tensor, use);
      }
    });
    return [...uses.values()];
  }

  /** Plans memory into `slots` (words of one lane each; shared with other passes) and returns the dispatches and where tensors stand. */
  finish(slots: number[]): { dispatches: Dispatch[]; placed: Map<string, string> } {
    const uses = this.uses();
    const planned = this.options.share === false ? this.apart(uses, slots) : assignSlots(uses, slots);
    const placed = new Map([...planned].map(([tensor, slot]) => [tensor, `slot${slot}`]));
    const resolve = (b: Bound): Binding => {
      const lane = b.buffer === 'partials' ? this.partialWords : b.lane;
      const buffer = b.buffer.startsWith('tensor:') ? (placed.get(b.buffer.slice(7)) as string) : b.buffer;
      return { name: b.name, buffer, offset: b.offset, size: b.size, lane, access: b.access, ...(b.half && { half: true }) };
    };
    const dispatches = this.calls.map((call) => {
      const bindings = call.bindings.map((b) => (b ? resolve(b) : null));
      const lanes = Object.fromEntries(bindings.flatMap((b) => (b ? [[`${b.name.toUpperCase()}_LANE`, Math.ceil(b.lane / (b.half ? 2 : 4))]] : [])));
      const only: Variant = { name: '', constants: {}, threads: call.threads, groups: call.groups };
      const ways = (call.variants ?? [only]).map((way) => {
        const threads = way.threads ?? 0;
        const groups = way.groups ?? Math.ceil(threads / WORKGROUP);
        const constants = { THREADS: threads, GROUPS: groups, ...lanes, ...call.constants, ...way.constants };
        return { name: way.name, constants, conditions: { ...call.conditions, ...way.conditions }, grid: grid(groups) };
      });
      const tuning = call.variants && this.tuning(call, ways);
      const { constants, conditions, grid: size } = ways.find((way) => way.name === tuning?.chosen) ?? ways[0];
      return {
        label: call.label,
        shader: call.shader,
        entry: call.entry,
        constants,
        conditions,
        bindings,
        step: call.step ?? false,
        grid: size,
        macs: call.macs ?? 0,
        ...(tuning && { tuning }),
      };
    });
    return { dispatches, placed };
  }

  private tuning({ shader, entry, conditions = {}, constants = {} }: Call, variants: Tuning['variants'][number][]): Tuning {
    const kernel = `${shader} ${entry}`;
    // Wrong and yet valid for every shape: another activation, or another phase of the gradient's sum.
    if (this.options.wrongTile === kernel) variants[0] = { ...variants[0], constants: { ...variants[0].constants, ACT: 4, IN_ACT: 4 } };
    const key = JSON.stringify([kernel, Object.entries(conditions).sort(), Object.entries(constants).sort()]);
    const wish = this.options.choices?.get(key);
    const chosen = variants.find(({ name }) => name === wish) ?? variants[0];
    return { key, kernel, chosen: chosen.name, variants };
  }

  private apart(uses: readonly Use[], slots: number[]): Map<string, number> {
    return new Map(uses.map((use) => [use.tensor, slots.push(use.size) - 1]));
  }
}
