/**
 * The contract of the float64 specifications (`*.reference.ts`) and of the cases that check every kernel against them (`*.cases.ts`).
 * Layouts are PyTorch's: [N, C, H, W] or [N, F], row-major. Imported by tests, the self-test and benchmarks only.
 */
import type { Args } from '../model/types.ts';

export interface Tensor {
  shape: readonly number[];
  data: Float64Array;
}

/** What a layer may need beside its arguments. */
export interface Mode {
  train: boolean;
  /** Key of the dropout stream. */
  seed?: number;
}

export interface Reference {
  /** `params` by state-dict name without the layer's prefix (`weight`, `running_mean` …). `buffers`: running statistics after the pass. */
  forward(
    args: Args,
    inputs: readonly Tensor[],
    params: Readonly<Record<string, Tensor>>,
    mode: Mode,
  ): { output: Tensor; buffers?: Record<string, Tensor> };
  /** Gradients of Σ output · grad_output. */
  backward(
    args: Args,
    inputs: readonly Tensor[],
    params: Readonly<Record<string, Tensor>>,
    grad_output: Tensor,
    mode: Mode,
  ): { grad_inputs: Tensor[]; grad_params: Record<string, Tensor> };
}

/** One check: a layer on inputs of these shapes ([N, C, H, W] or [N, F]). */
export interface Case {
  /** PyTorch's class name: one folder may hold several layers (activations). */
  type: string;
  /** PyTorch arguments as a visitor would write them (inferred ones left out). */
  args: Args;
  inputs: readonly (readonly number[])[];
  /** Default true. */
  train?: boolean;
  /** Inputs are drawn as mean + scale · N(0, 1); default 0 and 1. */
  mean?: number;
  scale?: number;
  /** How the inputs are drawn, where it differs from the operation's own. */
  draw?: Draw;
  /** Largest relative L2 error of any result, where it differs from the operation's own. */
  tolerance?: number;
  /** Element-wise absolute limit, where it differs from the operation's own. */
  absolute?: number;
}

/**
 * How inputs are drawn (see `drawCase`):
 * - `normal`: mean + scale · N(0, 1);
 * - `away_from_kinks`: the same, but no value within 1e-3 of 0, so that a derivative exists wherever it is asked for;
 * - `distinct`: a shuffled ramp over mean ± 2 · scale whose values differ by at least 1e-3, so that a window has one maximum;
 * - `ties`: integers from −2 to 2, so that almost every window has several (never compared with finite differences).
 */
export type Draw = 'normal' | 'away_from_kinks' | 'distinct' | 'ties';

/**
 * What every `*.cases.ts` exports. A result passes if its relative L2 error is within `tolerance` or all its elements are within
 * `absolute`; where `per_term` is given it must pass that limit too.
 */
export interface Cases {
  /** Awkward sizes by hand: one sample, one channel, stride beyond the kernel, not a multiple of anything. */
  cases: readonly Case[];
  /** One seeded random legal case; `uniform()` is in [0, 1). */
  random(uniform: () => number): Case;
  /** Relative L2 limit of forward and gradients in float32; 0 means bit-exact. */
  tolerance: number;
  /** Element-wise absolute limit where a relative one makes no sense (tanh). */
  absolute?: number;
  /**
   * For sums of products: largest |result − reference| / Σ|aₖ·bₖ| of any element. The sum of magnitudes is the reference itself, run
   * on the absolute values of everything it reads.
   */
  per_term?: number;
  /** Default `normal`. */
  draw?: Draw;
}

/** State arrays of one parameter by PyTorch's names (`momentum_buffer`, `exp_avg` …). */
export type OptimizerState = Readonly<Record<string, Float64Array>>;

/** What every `optim/*.reference.ts` exports. Arguments are complete; `lr` comes from the schedule instead. */
export interface OptimizerReference {
  /** Names of the state arrays that these arguments need, in the order the engine stores them. */
  states(args: Args): readonly string[];
  /** State before the first step of a parameter of `size` scalars. */
  init(args: Args, size: number): OptimizerState;
  /**
   * One step, in place; `t` counts from 1. `beta1`: of steps 1 … t, where a schedule moves it; `args` hold that of this step. `matrix`: rows
   * and columns of a parameter that is orthogonalised as a whole (Muon).
   */
  step(
    args: Args,
    state: OptimizerState,
    param: Float64Array,
    grad: Float64Array,
    lr: number,
    t: number,
    beta1?: (i: number) => number,
    matrix?: readonly [number, number],
  ): void;
}

export const tensor = (shape: readonly number[], data?: Float64Array): Tensor => ({
  shape,
  data: data ?? new Float64Array(shape.reduce((a, b) => a * b, 1)),
});

/** State arrays that all start at 0. */
export const zeros = (names: readonly string[], size: number): OptimizerState =>
  Object.fromEntries(names.map((name) => [name, new Float64Array(size)]));

/** An integer from `low` to `high`, both included. */
export const integer = (uniform: () => number, low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1));

export const choose = <T>(uniform: () => number, options: readonly T[]): T => options[Math.floor(uniform() * options.length)] as T;
