import type { Definition } from '../types.ts';

/** Logits [N, C] and labels [N] to the mean over N. */
export const CrossEntropyLoss: Definition = {
  type: 'CrossEntropyLoss',
  label: 'Cross-entropy',
  summary: 'Minus the logarithm of the probability (softmax) that the network gives to the right class.',
  formula: 'L = -\\sum_c q_c \\log \\frac{e^{z_c}}{\\sum_k e^{z_k}}, \\quad q_c = (1 - \\varepsilon)\\,[c = y] + \\frac{\\varepsilon}{C}',
  source: {
    title: 'PyTorch: CrossEntropyLoss',
    url: 'https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html',
  },
  fields: [
    {
      name: 'label_smoothing',
      kind: 'float',
      default: 0,
      min: 0,
      max: 1,
      exclusiveMax: true,
      slider: [0, 0.5],
      help: 'Share of the target that is spread evenly over all classes.',
    },
  ],
};
