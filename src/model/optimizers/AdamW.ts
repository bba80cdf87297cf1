import { flag } from '../fields.ts';
import type { OptimizerDefinition } from './definition.ts';
import { amsgrad, betas, biasCorrection, epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: exp_avg, exp_avg_sq, and max_exp_avg_sq with amsgrad. */
export const AdamW: OptimizerDefinition = {
  type: 'AdamW',
  label: 'AdamW',
  summary: 'Adam whose weight decay shrinks the weights directly instead of passing through the gradient’s scaling.',
  formula: 'w \\leftarrow (1 - \\eta \\lambda)\\, w, \\quad \\text{then Adam’s step with } g \\text{ alone}',
  source: PYTORCH('AdamW'),
  fields: [
    learningRate(1e-3),
    betas,
    epsilon(1e-8),
    weightDecay(0.01, 'Shrinks each weight by lr · weight_decay a step, whatever its gradient.'),
    amsgrad,
    biasCorrection,
  ],
  states: (args) => (flag(args, 'amsgrad') ? 3 : 2),
};
