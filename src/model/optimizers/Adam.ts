import { flag } from '../fields.ts';
import type { OptimizerDefinition } from './definition.ts';
import { amsgrad, betas, biasCorrection, epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: exp_avg, exp_avg_sq, and max_exp_avg_sq with amsgrad. */
export const Adam: OptimizerDefinition = {
  type: 'Adam',
  label: 'Adam',
  summary: 'Momentum divided by a running root mean square, both corrected for their start at zero.',
  formula:
    'm \\leftarrow \\beta_1 m + (1 - \\beta_1)\\, g, \\quad v \\leftarrow \\beta_2 v + (1 - \\beta_2)\\, g^2, \\quad w \\leftarrow w - \\eta\\, \\frac{m / (1 - \\beta_1^t)}{\\sqrt{v / (1 - \\beta_2^t)} + \\epsilon}',
  source: PYTORCH('Adam'),
  fields: [learningRate(1e-3), betas, epsilon(1e-8), weightDecay(0), amsgrad, biasCorrection],
  states: (args) => (flag(args, 'amsgrad') ? 3 : 2),
};
