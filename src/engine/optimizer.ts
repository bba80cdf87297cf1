/** What an optimizer is to the engine: one kernel for all layers and lanes, and the few numbers that change from step to step. */
import type { Args } from '../model/types.ts';
import type { ParamLayout } from './params.ts';
import type { Binding, BufferPlan, Dispatch, Fill } from './plan.ts';

export interface OptimizerKernel {
  /** PyTorch's class name. */
  type: string;
  /** File in shaders/ with an entry point `update`. Flags travel as scalars, so one pipeline serves all lanes of a type. */
  shader: string;
  /** PyTorch's names of the state arrays that these arguments need, in the order they are stored. */
  states(args: Args): readonly string[];
  /** Where a state array starts, if not at zero. The padding starts there too. */
  initial?(args: Args): Readonly<Record<string, number>>;
  /**
   * At most 16 numbers for step `t` (from 1), lr first: computed in float64, so that no power or difference from 1 is taken in float32.
   * `logMomenta`: Σ ln of the momentum of steps 1 … t, where a schedule moves it; `args` hold that of this step.
   */
  scalars(args: Args, lr: number, t: number, logMomenta?: number): number[];
  /** For optimizers that look at more than one weight at a time: what runs before `update`. No lane's result may depend on the others'. */
  prepare?(of: Preparing, lanes: readonly Args[]): Preparation;
  /** What `prepare` goes by: the plan is made anew when it changes. */
  planned?(args: Args): string;
}

export interface Preparing {
  params: ParamLayout;
  /** Threads of one lane that keep the device busy (Emit.fill). */
  fill: number | undefined;
  /** Of the lanes, for names of buffers. */
  kind: string;
}

/** What an update binds, in the order of lib/update.wgsl. */
type UpdateBinding = 'partials' | 'tables' | 'params' | 'state' | 'bad' | 'step_loss' | 'report';

/** A dispatch before the update, over the same list of lanes. It has the update's constants, and its row of the step table. */
export interface Prepared extends Pick<Dispatch, 'label' | 'shader' | 'entry' | 'constants' | 'conditions' | 'macs' | 'stateWords'> {
  /** Which of the update's bindings it uses; `state` is writable, all others are read. */
  uses: readonly UpdateBinding[];
  /** A binding of its own, at position 7. */
  own?: Binding;
  /** Workgroups of one lane. */
  groups: number;
}

export interface Preparation {
  dispatches: readonly Prepared[];
  /** Words a lane behind all states in the buffer `state`; the z of the lane's entry in `tables` says where (vec4s). */
  scratch: number;
  /** Whole vec4s behind the lanes' entries in `tables`, whose w says where. Lanes share them. */
  table: Uint32Array<ArrayBuffer>;
  /** Buffers of its own, and what stands in them. */
  buffers: readonly BufferPlan[];
  fills: readonly Fill[];
}
