/**
 * Activations inside: [N][H·W][Cs] with channels last and padded to whole vec4s (Cs = 4·⌈C/4⌉). Padding channels of every activation
 * and gradient are zero; each kernel keeps it so. After Flatten only the shape in words changes: the memory stays, and PyTorch's
 * feature c·H·W + hw stands at hw·Cs + c.
 */
import type { Shape } from '../model/types.ts';
import { VEC } from './plan.ts';

export interface Tensor {
  /** Unique within a graph. */
  id: string;
  C: number;
  H: number;
  W: number;
  /** Channel stride. */
  Cs: number;
  /** Set by Flatten and Linear: PyTorch sees [N, F]. */
  flat: boolean;
  /** Words of one lane: N·H·W·Cs. */
  size: number;
}

export const padded = (channels: number): number => VEC * Math.ceil(channels / VEC);

/** A tensor for PyTorch's per-sample shape ([C, H, W] or [F]) and batch N. */
export function makeTensor(id: string, shape: Shape, N: number): Tensor {
  const [C, H = 1, W = 1] = shape as [number, number?, number?];
  const Cs = padded(C);
  return { id, C, H, W, Cs, flat: shape.length === 1, size: N * H * W * Cs };
}

/** Where PyTorch's element (of one sample, row-major index within [C, H, W] or [F]) stands inside. */
export function position(t: Tensor, index: number): number {
  const HW = t.H * t.W;
  return (index % HW) * t.Cs + Math.floor(index / HW);
}

/** Number of PyTorch elements of one sample. */
export const features = (t: Tensor): number => t.C * t.H * t.W;

/** PyTorch [N, …] → inside. `out` is one lane. */
export function packTensor(t: Tensor, N: number, data: ArrayLike<number>, out: Float32Array): void {
  const F = features(t);
  const stride = t.H * t.W * t.Cs;
  for (let f = 0; f < F; f++) {
    const p = position(t, f);
    for (let n = 0; n < N; n++) out[n * stride + p] = data[n * F + f];
  }
}

/** Inside → PyTorch [N, …]. */
export function unpackTensor(t: Tensor, N: number, lane: Float32Array): Float32Array {
  const F = features(t);
  const stride = t.H * t.W * t.Cs;
  const out = new Float32Array(N * F);
  for (let f = 0; f < F; f++) {
    const p = position(t, f);
    for (let n = 0; n < N; n++) out[n * F + f] = lane[n * stride + p];
  }
  return out;
}
