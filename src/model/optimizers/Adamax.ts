import type { OptimizerDefinition } from './definition.ts';
import { betas, epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: exp_avg, exp_inf. */
export const Adamax: OptimizerDefinition = {
  type: 'Adamax',
  label: 'AdaMax',
  summary: 'Adam with a decaying maximum in place of the root mean square: no step is longer than lr, and rare gradients count in full.',
  formula:
    'm \\leftarrow \\beta_1 m + (1 - \\beta_1)\\, g, \\quad u \\leftarrow \\max(\\beta_2 u, |g| + \\epsilon), \\quad w \\leftarrow w - \\frac{\\eta}{1 - \\beta_1^t} \\cdot \\frac{m}{u}',
  source: PYTORCH('Adamax'),
  fields: [
    learningRate(2e-3),
    { ...betas, help: 'Decay of the running mean of the gradient and of its largest size.' },
    { ...epsilon(1e-8), help: 'Added to the size of the gradient, so that the maximum is never 0.' },
    weightDecay(0),
  ],
  states: () => 2,
};
