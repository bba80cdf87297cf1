/**
 * Add in float64: the sum of a residual connection, y = a + b, two tensors of one shape.
 * Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, equation 1.
 */
import type { Reference } from '../../reference.ts';
import { tensor } from '../../reference.ts';

export const addReference: Reference = {
  forward: (_args, [a, b]) => ({
    output: tensor(
      a.shape,
      a.data.map((value, i) => value + b.data[i]),
    ),
  }),
  backward: (_args, [a, b], _params, grad_output) => ({
    grad_inputs: [tensor(a.shape, grad_output.data.slice()), tensor(b.shape, grad_output.data.slice())],
    grad_params: {},
  }),
};
