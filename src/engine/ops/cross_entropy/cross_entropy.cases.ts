/**
 * CrossEntropyLoss: logits up to ±1e4, equal logits, and class counts on either side of a workgroup. Limits are absolute:
 * loss 2e-6 · (1 + max |logit|), gradient · N 2e-6; `tolerance` holds that 2e-6.
 */
import { random } from '../../../model/random.ts';
import type { Case, Cases, Tensor } from '../../reference.ts';
import { choose, integer, tensor } from '../../reference.ts';

const loss = (N: number, C: number, label_smoothing = 0, more: Partial<Case> = {}): Case => ({
  type: 'CrossEntropyLoss',
  args: { label_smoothing },
  inputs: [[N, C]],
  ...more,
});

export const crossEntropyCases: Cases = {
  tolerance: 2e-6,
  cases: [
    loss(1, 2),
    loss(1, 10),
    loss(6, 5),
    loss(6, 5, 0.1),
    loss(64, 10),
    loss(65, 3),
    loss(3, 65, 0.2),
    loss(2, 257),
    loss(7, 1), // one class: loss 0
    loss(5, 10, 0, { scale: 0 }), // equal logits: loss ln C
    loss(5, 10, 0.1, { scale: 0, mean: 7 }),
    loss(9, 10, 0, { scale: 1e4 }),
    loss(9, 10, 0.1, { scale: 1e4 }),
    loss(9, 4, 0, { scale: 20 }),
    loss(9, 10, 0, { mean: -1e4 }),
    loss(9, 10, 0, { scale: 1e-3 }),
    loss(300, 4, 0.1),
  ],
  random: (uniform) =>
    loss(integer(uniform, 1, 80), integer(uniform, 2, 80), choose(uniform, [0, 0, 0.1, 0.3, 0.9]), {
      scale: choose(uniform, [0.1, 1, 5, 50]),
      mean: choose(uniform, [0, 10, -100]),
    }),
};

/** Logits [N, C], exact in float32, and labels [N]. */
export function drawCrossEntropy({ inputs: [[N, C]], mean = 0, scale = 1 }: Case, seed: number): { logits: Tensor; labels: number[] } {
  const values = random(seed, 0);
  const classes = random(seed, 1);
  const logits = tensor([N, C]);
  for (let i = 0; i < N * C; i++) logits.data[i] = Math.fround(mean + scale * values.normal());
  return { logits, labels: Array.from({ length: N }, () => classes.below(C)) };
}
