/**
 * CrossEntropyLoss in float64 with class indices, label smoothing and the mean over the batch.
 *
 *   lossₙ = Σ_c q[c] · (logsumexp(zₙ) − zₙ[c]),   q[c] = (1 − s) · [c = labelₙ] + s / C,   s = label_smoothing
 *   logsumexp(z) = max(z) + ln Σ_c e^(z[c] − max(z))
 *   ∂loss/∂zₙ[c] = (softmax(zₙ)[c] − q[c]) / N
 *
 * logits [N, C], labels [N]. Source: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html;
 * Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016 (label smoothing).
 */
import type { Tensor } from '../../reference.ts';
import { tensor } from '../../reference.ts';

export interface CrossEntropy {
  loss: number;
  /** [N]; `loss` is their mean. */
  losses: Tensor;
  /** [N, C]. */
  grad_logits: Tensor;
}

export function crossEntropy(logits: Tensor, labels: readonly number[], label_smoothing = 0): CrossEntropy {
  const [N, C] = logits.shape;
  const losses = tensor([N]);
  const grad_logits = tensor([N, C]);
  for (let n = 0; n < N; n++) {
    const z = logits.data.subarray(n * C, (n + 1) * C);
    const max = Math.max(...z);
    const logsumexp = max + Math.log(z.reduce((sum, v) => sum + Math.exp(v - max), 0));
    for (let c = 0; c < C; c++) {
      const target = (c === labels[n] ? 1 - label_smoothing : 0) + label_smoothing / C;
      losses.data[n] += target * (logsumexp - z[c]);
      grad_logits.data[n * C + c] = (Math.exp(z[c] - logsumexp) - target) / N;
    }
  }
  return { loss: losses.data.reduce((a, b) => a + b, 0) / N, losses, grad_logits };
}
