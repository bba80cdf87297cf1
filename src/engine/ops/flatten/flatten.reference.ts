/**
 * Flatten in float64: [N, C, H, W] becomes [N, C·H·W], channels outermost (PyTorch's start_dim = 1). The data do not move.
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 */
import type { Reference } from '../../reference.ts';
import { tensor } from '../../reference.ts';

export const flattenReference: Reference = {
  forward: (_args, [input]) => ({ output: tensor([input.shape[0], input.data.length / input.shape[0]], input.data.slice()) }),
  backward: (_args, [input], _params, grad_output) => ({ grad_inputs: [tensor(input.shape, grad_output.data.slice())], grad_params: {} }),
};
