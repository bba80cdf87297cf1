/**
 * Conv2d in float64: cross-correlation with zero padding.
 *
 *   y[n, co, oy, ox] = bias[co] + Σ_{ci, ky, kx} x[n, ci, oy·stride − padding + ky·dilation, …] · weight[co, ci, ky, kx]
 *
 * input [N, C_in, H, W], weight [C_out, C_in / groups, KH, KW], bias [C_out], output [N, C_out, OH, OW];
 * OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1. Output channel co reads the input channels of its own group only.
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
import { flag, num, pair } from '../../../model/fields.ts';
import type { Args } from '../../../model/types.ts';
import type { Reference, Tensor } from '../../reference.ts';
import { tensor } from '../../reference.ts';

function outputShape(args: Args, [N, , H, W]: readonly number[]): [number, number, number, number] {
  const [KH, KW] = pair(args, 'kernel_size');
  const [strideH, strideW] = pair(args, 'stride');
  const [padH, padW] = pair(args, 'padding');
  const [dilationH, dilationW] = pair(args, 'dilation');
  const OH = Math.floor((H + 2 * padH - dilationH * (KH - 1) - 1) / strideH) + 1;
  const OW = Math.floor((W + 2 * padW - dilationW * (KW - 1) - 1) / strideW) + 1;
  return [N, num(args, 'out_channels'), OH, OW];
}

/**
 * Visits every multiply-add of the convolution, y[o] += x[i] · weight[k], as flat indices (o, i, k). Forward and both gradients are
 * this one list read in three directions.
 */
function eachProduct(args: Args, inputShape: readonly number[], visit: (o: number, i: number, k: number) => void): void {
  const [N, C_in, H, W] = inputShape;
  const [, C_out, OH, OW] = outputShape(args, inputShape);
  const [KH, KW] = pair(args, 'kernel_size');
  const [strideH, strideW] = pair(args, 'stride');
  const [padH, padW] = pair(args, 'padding');
  const [dilationH, dilationW] = pair(args, 'dilation');
  const groups = num(args, 'groups');
  const groupIn = C_in / groups;
  const groupOut = C_out / groups;

  for (let n = 0; n < N; n++)
    for (let co = 0; co < C_out; co++)
      for (let oy = 0; oy < OH; oy++)
        for (let ox = 0; ox < OW; ox++)
          for (let c = 0; c < groupIn; c++)
            for (let ky = 0; ky < KH; ky++)
              for (let kx = 0; kx < KW; kx++) {
                const ci = Math.floor(co / groupOut) * groupIn + c;
                const iy = oy * strideH - padH + ky * dilationH;
                const ix = ox * strideW - padW + kx * dilationW;
                if (iy < 0 || iy >= H || ix < 0 || ix >= W) continue;
                visit(((n * C_out + co) * OH + oy) * OW + ox, ((n * C_in + ci) * H + iy) * W + ix, ((co * groupIn + c) * KH + ky) * KW + kx);
              }
}

/** Output channel of a flat output index. */
const channelOf = (o: number, [, C_out, OH, OW]: readonly number[]) => Math.floor(o / (OH * OW)) % C_out;

export const conv2dReference: Reference = {
  forward(args, [input], params) {
    const output = tensor(outputShape(args, input.shape));
    if (flag(args, 'bias')) output.data.set(output.data.map((_, o) => params.bias.data[channelOf(o, output.shape)]));
    eachProduct(args, input.shape, (o, i, k) => {
      output.data[o] += input.data[i] * params.weight.data[k];
    });
    return { output };
  },

  backward(args, [input], params, grad_output) {
    const grad_input = tensor(input.shape);
    const grad_params: Record<string, Tensor> = { weight: tensor(params.weight.shape) };
    eachProduct(args, input.shape, (o, i, k) => {
      grad_input.data[i] += grad_output.data[o] * params.weight.data[k];
      grad_params.weight.data[k] += grad_output.data[o] * input.data[i];
    });
    if (flag(args, 'bias')) {
      grad_params.bias = tensor(params.bias.shape);
      for (let o = 0; o < grad_output.data.length; o++) grad_params.bias.data[channelOf(o, grad_output.shape)] += grad_output.data[o];
    }
    return { grad_inputs: [grad_input], grad_params };
  },
};
