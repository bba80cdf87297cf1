/** What an operation is to the compiler. Everything that is known about one stands in its folder; nothing switches on its name. */
import type { LayerInfo } from '../model/types.ts';
import type { Tensor } from './tensors.ts';

/** Activations that a kernel can apply while it stores and whose derivative follows from the output. shaders/lib/activation.wgsl has the twin. */
export const ACTIVATION = { none: 0, ReLU: 1, LeakyReLU: 2, Sigmoid: 3, Tanh: 4 } as const;

export interface Activation {
  kind: number;
  /** Bits of LeakyReLU's negative_slope; 0 otherwise. */
  slope: number;
}

export const NO_ACTIVATION: Activation = { kind: ACTIVATION.none, slope: 0 };

/** A pooling that another layer's kernel does while it stores: windows side by side, no padding. */
export interface FusedPool {
  kind: 'max' | 'avg';
  layer: LayerInfo;
  KH: number;
  KW: number;
  /** What the layer itself gives: stored only for the derivative of an activation before a mean. */
  full: Tensor;
}

/** A layer in the graph. */
export interface Node {
  layer: LayerInfo;
  /** Position among the model's layers: keys the dropout stream. */
  index: number;
  inputs: readonly Tensor[];
  output: Tensor;
  /** Applied to the output while it is stored. */
  activation: Activation;
  /** Added to the result before the activation: the other side of a fused Add. Lies in memory like the output. */
  residual: Tensor | null;
  /** The batch norm that made the residual is done by this node: `residual` is what that one reads. */
  partner: Node | null;
  /** Another node does the last part of this one; its own output is never stored. */
  deferred: boolean;
  /** Applied last: `output` is what it gives. */
  pool: FusedPool | null;
  N: number;
}

/** One binding; `lane` is the distance between lanes in words (0 = shared). Kernels get it in vec4s as the constant `<NAME>_LANE`. */
export interface Bound {
  name: string;
  buffer: string;
  offset: number;
  size: number;
  lane: number;
  access: 'read' | 'read_write';
  /** Stored as halves, two to a word (halves.ts); the kernel's text does not know. */
  half?: boolean;
}

/**
 * One way to do a call: constants of its tile and how many threads that takes. All ways of a call add up in the same order, so that no bit
 * of any result depends on which is taken.
 */
export interface Variant {
  /** The same for the same tile on every shape: "4×7×8". */
  name: string;
  constants: Readonly<Record<string, number>>;
  /** Beside those of the call. */
  conditions?: Readonly<Record<string, boolean>>;
  threads?: number;
  groups?: number;
}

export interface Call {
  label: string;
  shader: string;
  entry: string;
  constants?: Readonly<Record<string, number>>;
  conditions?: Readonly<Record<string, boolean>>;
  /** Position = @binding number. */
  bindings: readonly (Bound | null)[];
  /** Threads a lane; workgroups hold 64 (constant THREADS bounds them, shaders/lib/grid.wgsl numbers them). */
  threads?: number;
  /** Or workgroups a lane, for kernels that share work inside one (constant GROUPS). */
  groups?: number;
  /** The first is taken unless the autotuner found a better one; the last is the plainest, which the others are checked against. */
  variants?: readonly Variant[];
  step?: boolean;
  macs?: number;
}

/** Where the gradient of an input goes. */
export interface Target {
  /** Gradient tensor: same layout as the input. */
  gradient: Tensor;
  /** Add to what another consumer has left there. */
  accumulate: boolean;
  /** Add this gradient, too: that of a sum which reads the input (only for kernels that ask for it). */
  plus?: Tensor;
  /** The input is the output of this fused activation: multiply by its derivative (from the input's own values) before storing. */
  activation: Activation;
}

/**
 * How backward kernels get an input that was not kept: act((x − mean) · (rstd · γ) + β) of every channel, as the batch norm before them
 * made it in forward.
 */
export interface Again {
  /** What the batch norm read. */
  x: Tensor;
  /** Mean and rstd, rows of vec4s, from constant SAVED_AT on. */
  saved: Bound;
  /** Rows γ, β. */
  norm: Bound;
  /** SAVED_AT, X_ACT, X_SLOPE. */
  constants: Readonly<Record<string, number>>;
}

/** What an operation writes its kernels with. */
export interface Emit {
  /** Training: statistics of the batch, dropout, everything kept that backward needs. */
  train: boolean;
  /** Threads of one lane that keep the device busy: tiles shrink until a kernel has so many. */
  fill: number;
  run(call: Call): void;
  read(name: string, tensor: Tensor): Bound;
  write(name: string, tensor: Tensor): Bound;
  /** The layer's block of parameters: rows × cols floats (params.ts). */
  param(name: string, layer: LayerInfo): Bound;
  /** The layer's block of running statistics. */
  buffer(name: string, layer: LayerInfo, access: 'read' | 'read_write'): Bound;
  /** One word a lane: 0xffffffff as long as the lane learns. */
  frozen(name: string): Bound;
  /** Where a layer's gradient goes: `slabs` matrices of the block's rows × cols, summed in fixed order before the update. */
  partials(name: string, layer: LayerInfo, slabs: number): Bound;
  /** Words that live from forward to backward (or within one of them), per lane; created at first use. */
  scratch(id: string, words: number): Tensor;
  /** Null when this input of a backward kernel stands in memory; else how to compute it again. */
  again(input: Tensor): Again | null;
  /** Null when this input of a backward kernel stands in memory; else the pooling whose values it is the mean of. */
  average(input: Tensor): FusedPool | null;
  /** Gradient of a layer's output, complete when its backward runs. */
  gradient(tensor: Tensor): Tensor;
  /** Where to put the gradient of input `i`; null when nothing needs it (the model's input). */
  target(node: Node, i: number, takesPlus?: boolean): Target | null;
  /** The gradient of a node's output is that of `input`, too, which lies in memory like it: no kernel runs where it can be read there. */
  passOn(node: Node, input: Tensor): void;
}

export interface Operation {
  /** Folder in ops/ and name in error messages. */
  name: string;
  /** Can apply an activation while storing. */
  fusesActivation: boolean;
  /** Can add another tensor before the activation. */
  fusesResidual?: boolean;
  /** Can do the last part of another node of its kind while it adds that one's output. */
  takesPartner?(node: Node, partner: Node): boolean;
  /** Can do this pooling of what it gives. */
  fusesPool?(node: Node, pool: FusedPool): boolean;
  /** Works word by word: the output lies in memory like the first input (a flattened image stays in image order). */
  elementwise?: boolean;
  /** The output is the input's memory under another shape (Flatten; Dropout in evaluation). */
  isView?(node: Node, train: boolean): boolean;
  /** The output can be computed again element by element, so that it need not be kept for the backward kernels that read it. */
  again?(node: Node, emit: Emit): Again;
  /** Its backward kernels can compute their input again. */
  takesAgain?(node: Node): boolean;
  /** They can take an input that is a mean anew from what it is the mean of. */
  takesAverage?: boolean;
  forward(node: Node, emit: Emit): void;
  backward(node: Node, emit: Emit): void;
}

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** Largest of `options` that divides n; options end with 1. */
export const divisor = (n: number, options: readonly number[]): number => options.find((d) => n % d === 0) ?? 1;

/** Constants that describe a tensor: name X gives XC, XH, XW, XC4 (vec4s of channels). */
export function dims(name: string, t: Tensor): Record<string, number> {
  return { [`${name}C`]: t.C, [`${name}H`]: t.H, [`${name}W`]: t.W, [`${name}C4`]: t.Cs / 4 };
}

/** Constants of the gradient epilogue: ACCUMULATE, IN_ACT, IN_SLOPE. */
export function epilogue(target: Target | null): Record<string, number> {
  return {
    ACCUMULATE: target?.accumulate ? 1 : 0,
    IN_ACT: target?.activation.kind ?? 0,
    IN_SLOPE: target?.activation.slope ?? 0,
  };
}
