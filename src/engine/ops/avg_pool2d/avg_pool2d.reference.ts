/**
 * AvgPool2d in float64.
 *
 *   y[n, c, oy, ox] = 1/D · Σ_{ky, kx} x[n, c, oy·stride − padding + ky, ox·stride − padding + kx], zeroes outside the map
 *
 * D = KH·KW if count_include_pad, else the number of taps inside the map.
 * input [N, C, H, W], output [N, C, OH, OW], OH = ⌊(H + 2·padding − KH) / stride⌋ + 1.
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
import { flag, pair } from '../../../model/fields.ts';
import type { Args } from '../../../model/types.ts';
import type { Reference } from '../../reference.ts';
import { tensor } from '../../reference.ts';

function outputShape(args: Args, [N, C, H, W]: readonly number[]): number[] {
  const [KH, KW] = pair(args, 'kernel_size');
  const [strideH, strideW] = pair(args, 'stride');
  const [padH, padW] = pair(args, 'padding');
  return [N, C, Math.floor((H + 2 * padH - KH) / strideH) + 1, Math.floor((W + 2 * padW - KW) / strideW) + 1];
}

/** Visits every contribution y[o] += share · x[i]. */
function eachShare(args: Args, inputShape: readonly number[], visit: (o: number, i: number, share: number) => void): void {
  const [, , H, W] = inputShape;
  const [N, C, OH, OW] = outputShape(args, inputShape);
  const [KH, KW] = pair(args, 'kernel_size');
  const [strideH, strideW] = pair(args, 'stride');
  const [padH, padW] = pair(args, 'padding');

  for (let plane = 0; plane < N * C; plane++)
    for (let oy = 0; oy < OH; oy++)
      for (let ox = 0; ox < OW; ox++) {
        const inside: number[] = [];
        for (let ky = 0; ky < KH; ky++)
          for (let kx = 0; kx < KW; kx++) {
            const iy = oy * strideH - padH + ky;
            const ix = ox * strideW - padW + kx;
            if (iy >= 0 && iy < H && ix >= 0 && ix < W) inside.push((plane * H + iy) * W + ix);
          }
        const divisor = flag(args, 'count_include_pad') ? KH * KW : inside.length;
        for (const i of inside) visit((plane * OH + oy) * OW + ox, i, 1 / divisor);
      }
}

export const avgPool2dReference: Reference = {
  forward(args, [input]) {
    const output = tensor(outputShape(args, input.shape));
    eachShare(args, input.shape, (o, i, share) => (output.data[o] += share * input.data[i]));
    return { output };
  },
  backward(args, [input], _params, grad_output) {
    const grad_input = tensor(input.shape);
    eachShare(args, input.shape, (o, i, share) => (grad_input.data[i] += share * grad_output.data[o]));
    return { grad_inputs: [grad_input], grad_params: {} };
  },
};
