/**
 * AdaptiveAvgPool2d in float64: output row oy averages the input rows ⌊oy·H / OH⌋ … ⌈(oy + 1)·H / OH⌉ − 1; columns likewise.
 * Windows differ in size and may overlap; the output may be larger than the input.
 *
 * input [N, C, H, W], output [N, C, OH, OW] with [OH, OW] = output_size.
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
import { pair } from '../../../model/fields.ts';
import type { Args } from '../../../model/types.ts';
import type { Reference } from '../../reference.ts';
import { tensor } from '../../reference.ts';

/** First input index of output index `o`, and one past its last. */
const windowStart = (o: number, input: number, output: number) => Math.floor((o * input) / output);
const windowEnd = (o: number, input: number, output: number) => Math.ceil(((o + 1) * input) / output);

/** Visits every contribution y[o] += share · x[i]. */
function eachShare(args: Args, [N, C, H, W]: readonly number[], visit: (o: number, i: number, share: number) => void): void {
  const [OH, OW] = pair(args, 'output_size');
  for (let plane = 0; plane < N * C; plane++)
    for (let oy = 0; oy < OH; oy++)
      for (let ox = 0; ox < OW; ox++) {
        const [top, bottom] = [windowStart(oy, H, OH), windowEnd(oy, H, OH)];
        const [left, right] = [windowStart(ox, W, OW), windowEnd(ox, W, OW)];
        const share = 1 / ((bottom - top) * (right - left));
        for (let iy = top; iy < bottom; iy++)
          for (let ix = left; ix < right; ix++) visit((plane * OH + oy) * OW + ox, (plane * H + iy) * W + ix, share);
      }
}

export const adaptiveAvgPool2dReference: Reference = {
  forward(args, [input]) {
    const [N, C] = input.shape;
    const output = tensor([N, C, ...pair(args, 'output_size')]);
    eachShare(args, input.shape, (o, i, share) => (output.data[o] += share * input.data[i]));
    return { output };
  },
  backward(args, [input], _params, grad_output) {
    const grad_input = tensor(input.shape);
    eachShare(args, input.shape, (o, i, share) => (grad_input.data[i] += share * grad_output.data[o]));
    return { grad_inputs: [grad_input], grad_params: {} };
  },
};
