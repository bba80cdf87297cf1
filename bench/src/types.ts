/** What the harness hands to an adapter (workloads.js) and gets from one (driver.js). */

export interface Values {
  shape: readonly number[];
  data: Float32Array;
}

export type Layer =
  | { op: 'conv'; filters: number; kernel: number; pad: number; stride: number; bias: boolean; params: { w: Values; b?: Values } }
  | { op: 'bn'; params: { gamma: Values; beta: Values } }
  | { op: 'dense'; units: number; params: { w: Values; b: Values } }
  | { op: 'maxpool'; size: number; stride: number }
  | { op: 'relu' | 'tanh' | 'flatten' | 'gap' }
  | { op: 'residual'; body: readonly Layer[]; shortcut: readonly Layer[] };

export interface Workload {
  id: string;
  batch: number;
  /** [C, H, W] or [n]. */
  input: readonly number[];
  classes: number;
  /** running = momentum · running + (1 − momentum) · batch. */
  bn: { eps: number; momentum: number };
  layers: readonly Layer[];
  batches: readonly { x: Float32Array; y: Int32Array }[];
}

export type Optimizer = { kind: 'sgd'; lr: number; momentum: number } | { kind: 'adam'; lr: number; beta1: number; beta2: number; eps: number };

export interface Case {
  /** Trains n steps, cycling through the batches; the loss of the last one, before its update, really read back. */
  step(n: number): Promise<number>;
  dispose(): void;
}
