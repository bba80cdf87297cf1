/** What an optimizer is to the engine: one kernel for all layers and lanes, and the few numbers that change from step to step. */
import type { Args } from '../model/types.ts';

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
}
