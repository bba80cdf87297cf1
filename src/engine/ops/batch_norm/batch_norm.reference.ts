/**
 * BatchNorm2d on [N, C, H, W] and BatchNorm1d on [N, C], in float64. Everything happens per channel over its M = N·H·W values.
 *
 *   y = x̂ · weight + bias,   x̂ = (x − mean) / √(var + eps)
 *
 * Training: mean and var are the batch's, var biased (Σ(x − mean)² / M), and the running statistics move by `momentum`,
 * running ← (1 − momentum) · running + momentum · batch, with the *unbiased* variance (Σ(x − mean)² / (M − 1)).
 * Evaluation: mean and var are the running ones, constants for the gradient.
 *
 * Backward in training, with μ(·) the mean over the channel: dx = weight / √(var + eps) · (dy − μ(dy) − x̂ · μ(dy · x̂)).
 * weight, bias, running_mean, running_var [C]. Source: https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html;
 * Ioffe and Szegedy, "Batch Normalization", ICML 2015.
 */
import { num } from '../../../model/fields.ts';
import type { Args } from '../../../model/types.ts';
import type { Mode, Reference, Tensor } from '../../reference.ts';
import { tensor } from '../../reference.ts';

interface Statistics {
  mean: number;
  /** Biased in training. */
  variance: number;
  /** Flat indices of the channel's values. */
  indices: readonly number[];
}

function channelIndices([N, C, H = 1, W = 1]: readonly number[], c: number): number[] {
  const indices: number[] = [];
  for (let n = 0; n < N; n++) for (let i = 0; i < H * W; i++) indices.push((n * C + c) * H * W + i);
  return indices;
}

function statistics(input: Tensor, c: number, params: Readonly<Record<string, Tensor>>, mode: Mode): Statistics {
  const indices = channelIndices(input.shape, c);
  if (!mode.train) return { mean: params.running_mean.data[c], variance: params.running_var.data[c], indices };
  const M = indices.length;
  const mean = indices.reduce((sum, i) => sum + input.data[i], 0) / M;
  const variance = indices.reduce((sum, i) => sum + (input.data[i] - mean) ** 2, 0) / M;
  return { mean, variance, indices };
}

function runningStatistics(args: Args, input: Tensor, params: Readonly<Record<string, Tensor>>, mode: Mode): Record<string, Tensor> {
  const C = input.shape[1];
  const running_mean = tensor([C], params.running_mean.data.slice());
  const running_var = tensor([C], params.running_var.data.slice());
  if (mode.train) {
    const momentum = num(args, 'momentum');
    for (let c = 0; c < C; c++) {
      const { mean, variance, indices } = statistics(input, c, params, mode);
      const M = indices.length;
      running_mean.data[c] = (1 - momentum) * running_mean.data[c] + momentum * mean;
      running_var.data[c] = (1 - momentum) * running_var.data[c] + (momentum * variance * M) / (M - 1);
    }
  }
  return { running_mean, running_var };
}

export const batchNormReference: Reference = {
  forward(args, [input], params, mode) {
    const output = tensor(input.shape);
    for (let c = 0; c < input.shape[1]; c++) {
      const { mean, variance, indices } = statistics(input, c, params, mode);
      for (const i of indices) {
        const normalised = (input.data[i] - mean) / Math.sqrt(variance + num(args, 'eps'));
        output.data[i] = normalised * params.weight.data[c] + params.bias.data[c];
      }
    }
    return { output, buffers: runningStatistics(args, input, params, mode) };
  },

  backward(args, [input], params, grad_output, mode) {
    const C = input.shape[1];
    const grad_input = tensor(input.shape);
    const weight = tensor([C]);
    const bias = tensor([C]);
    for (let c = 0; c < C; c++) {
      const { mean, variance, indices } = statistics(input, c, params, mode);
      const M = indices.length;
      const std = Math.sqrt(variance + num(args, 'eps'));
      for (const i of indices) {
        bias.data[c] += grad_output.data[i];
        weight.data[c] += (grad_output.data[i] * (input.data[i] - mean)) / std;
      }
      for (const i of indices) {
        const normalised = (input.data[i] - mean) / std;
        const throughStatistics = mode.train ? bias.data[c] / M + (normalised * weight.data[c]) / M : 0;
        grad_input.data[i] = (params.weight.data[c] / std) * (grad_output.data[i] - throughStatistics);
      }
    }
    return { grad_inputs: [grad_input], grad_params: { weight, bias } };
  },
};
