/**
 * MaxPool2d in float64. Padding counts as −∞, so it is never chosen; of equal maxima the first in row-major order gets the gradient.
 *
 *   y[n, c, oy, ox] = max_{ky, kx} x[n, c, oy·stride − padding + ky, ox·stride − padding + kx]
 *
 * input [N, C, H, W], output [N, C, OH, OW], OH = ⌊(H + 2·padding − KH) / stride⌋ + 1. Windows may overlap: gradients add up.
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
import { pair } from '../../../model/fields.ts';
import type { Args } from '../../../model/types.ts';
import type { Reference, Tensor } from '../../reference.ts';
import { tensor } from '../../reference.ts';

/** Shape of the output and, for each of its elements, the flat index of the input element it takes. */
function argmax(args: Args, input: Tensor): { shape: number[]; indices: number[] } {
  const [N, C, H, W] = input.shape;
  const [KH, KW] = pair(args, 'kernel_size');
  const [strideH, strideW] = pair(args, 'stride');
  const [padH, padW] = pair(args, 'padding');
  const OH = Math.floor((H + 2 * padH - KH) / strideH) + 1;
  const OW = Math.floor((W + 2 * padW - KW) / strideW) + 1;

  const indices: number[] = [];
  for (let plane = 0; plane < N * C; plane++)
    for (let oy = 0; oy < OH; oy++)
      for (let ox = 0; ox < OW; ox++) {
        let best = -1;
        for (let ky = 0; ky < KH; ky++)
          for (let kx = 0; kx < KW; kx++) {
            const iy = oy * strideH - padH + ky;
            const ix = ox * strideW - padW + kx;
            if (iy < 0 || iy >= H || ix < 0 || ix >= W) continue;
            const i = (plane * H + iy) * W + ix;
            if (best < 0 || input.data[i] > input.data[best]) best = i;
          }
        indices.push(best);
      }
  return { shape: [N, C, OH, OW], indices };
}

export const maxPool2dReference: Reference = {
  forward(args, [input]) {
    const { shape, indices } = argmax(args, input);
    return {
      output: tensor(
        shape,
        Float64Array.from(indices, (i) => input.data[i]),
      ),
    };
  },
  backward(args, [input], _params, grad_output) {
    const grad_input = tensor(input.shape);
    argmax(args, input).indices.forEach((i, o) => {
      grad_input.data[i] += grad_output.data[o];
    });
    return { grad_inputs: [grad_input], grad_params: {} };
  },
};
