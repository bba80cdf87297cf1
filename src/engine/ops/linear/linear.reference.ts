/**
 * Linear in float64.
 *
 *   y[n, j] = bias[j] + Σ_i x[n, i] · weight[j, i]
 *
 * input [N, in_features], weight [out_features, in_features], bias [out_features], output [N, out_features].
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
import { flag, num } from '../../../model/fields.ts';
import type { Reference, Tensor } from '../../reference.ts';
import { tensor } from '../../reference.ts';

export const linearReference: Reference = {
  forward(args, [input], params) {
    const [N, I] = input.shape;
    const J = num(args, 'out_features');
    const output = tensor([N, J]);
    for (let n = 0; n < N; n++)
      for (let j = 0; j < J; j++) {
        let sum = flag(args, 'bias') ? params.bias.data[j] : 0;
        for (let i = 0; i < I; i++) sum += input.data[n * I + i] * params.weight.data[j * I + i];
        output.data[n * J + j] = sum;
      }
    return { output };
  },

  backward(args, [input], params, grad_output) {
    const [N, I] = input.shape;
    const J = num(args, 'out_features');
    const grad_input = tensor([N, I]);
    const weight = tensor([J, I]);
    const bias = tensor([J]);
    for (let n = 0; n < N; n++)
      for (let j = 0; j < J; j++) {
        const g = grad_output.data[n * J + j];
        bias.data[j] += g;
        for (let i = 0; i < I; i++) {
          grad_input.data[n * I + i] += g * params.weight.data[j * I + i];
          weight.data[j * I + i] += g * input.data[n * I + i];
        }
      }
    const grad_params: Record<string, Tensor> = flag(args, 'bias') ? { weight, bias } : { weight };
    return { grad_inputs: [grad_input], grad_params };
  },
};
