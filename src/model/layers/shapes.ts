/** Shape rules that several layers share. Errors carry the argument's name as path; `inferModel` adds the layer. */

import { formatPair, formatShape, formatSize } from '../format.ts';
import type { ParamSpec, Shape } from '../types.ts';
import { ModelError } from '../types.ts';

export const PYTORCH = (name: string) => ({
  title: `PyTorch: ${name}`,
  url: `https://docs.pytorch.org/docs/stable/generated/torch.nn.${name}.html`,
});

/** @returns [C, H, W]. @throws ModelError when the input is flat. */
export function image(type: string, input: Shape): readonly [number, number, number] {
  if (input.length === 3) return input as readonly [number, number, number];
  throw new ModelError(
    `${type} needs an input with channels, height and width, gets ${formatShape(input)} flat values: move it before Flatten`,
    'inputs',
  );
}

/** @returns F. @throws ModelError when the input still has height and width. */
export function flat(type: string, input: Shape): number {
  if (input.length === 1) return input[0]!;
  throw new ModelError(`${type} needs a flat input, gets ${formatShape(input)}: add Flatten before it`, 'inputs');
}

type Pair = readonly [number, number];
const ONE: Pair = [1, 1];

/**
 * Output height and width of a sliding window: ⌊(in + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 (PyTorch, ceil_mode false).
 * @throws ModelError when the window does not fit once.
 */
export function windowed(type: string, input: Shape, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair = ONE): Pair {
  const [, height, width] = image(type, input);
  const span = [0, 1].map((axis) => dilation[axis]! * (kernel[axis]! - 1) + 1);
  const size = [height, width];
  const out = [0, 1].map((axis) => Math.floor((size[axis]! + 2 * padding[axis]! - span[axis]!) / stride[axis]!) + 1);
  if (out[0]! >= 1 && out[1]! >= 1) return [out[0]!, out[1]!];
  const least = [0, 1].map((axis) => Math.max(1, span[axis]! - 2 * padding[axis]!));
  const how = [
    dilation[0] > 1 || dilation[1] > 1 ? `dilation ${formatPair(dilation)}` : '',
    padding[0] > 0 || padding[1] > 0 ? `padding ${formatPair(padding)}` : '',
  ].filter(Boolean);
  const what = `${type} ${formatSize(kernel)}${how.length ? ` with ${how.join(' and ')}` : ''}`;
  throw new ModelError(`${what} needs an input of at least ${formatSize(least)}, gets ${formatSize(size)}`, 'kernel_size');
}

/** Pooling must not see windows that lie wholly in the padding. @throws ModelError */
export function checkPoolPadding(type: string, kernel: Pair, padding: Pair): void {
  if (padding[0] * 2 <= kernel[0] && padding[1] * 2 <= kernel[1]) return;
  throw new ModelError(`${type} ${formatSize(kernel)} allows padding up to half its kernel, gets ${formatPair(padding)}`, 'padding');
}

/** "2×2, stride 1, padding 1" without what is usual. */
export function describeWindow(kernel: Pair, stride: Pair, usualStride: Pair, padding: Pair): string[] {
  const parts = [formatSize(kernel)];
  if (stride[0] !== usualStride[0] || stride[1] !== usualStride[1]) parts.push(`stride ${formatPair(stride)}`);
  if (padding[0] > 0 || padding[1] > 0) parts.push(`padding ${formatPair(padding)}`);
  return parts;
}

/** Scale, shift and running statistics of a batch normalisation over C channels or features. */
export function normalisationParams(features: number): ParamSpec[] {
  const shape = [features];
  const fans = { fan_in: 0, fan_out: 0 };
  return [
    { name: 'weight', shape, kind: 'parameter', init: 'ones', ...fans },
    { name: 'bias', shape, kind: 'parameter', init: 'zeros', ...fans },
    { name: 'running_mean', shape, kind: 'buffer', init: 'zeros', ...fans },
    { name: 'running_var', shape, kind: 'buffer', init: 'ones', ...fans },
  ];
}
