import type { OptimizerDefinition } from './definition.ts';
import { betas, epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: exp_avg, exp_avg_sq. */
export const NAdam: OptimizerDefinition = {
  type: 'NAdam',
  label: 'NAdam',
  summary: 'Adam with Nesterov’s look ahead: the step already uses the momentum after it.',
  formula:
    '\\mu_t = \\beta_1 \\left(1 - \\tfrac{1}{2} \\cdot 0.96^{t \\delta}\\right), \\quad \\hat{m} = \\frac{\\mu_{t+1}\\, m}{1 - \\prod_{i=1}^{t+1} \\mu_i} + \\frac{(1 - \\mu_t)\\, g}{1 - \\prod_{i=1}^{t} \\mu_i}, \\quad w \\leftarrow w - \\eta\\, \\frac{\\hat{m}}{\\sqrt{v / (1 - \\beta_2^t)} + \\epsilon}',
  source: PYTORCH('NAdam'),
  fields: [
    learningRate(2e-3),
    betas,
    epsilon(1e-8),
    weightDecay(0),
    {
      name: 'momentum_decay',
      kind: 'float',
      default: 4e-3,
      min: 0,
      max: 100,
      slider: [1e-4, 1],
      scale: 'log',
      advanced: true,
      help: 'How fast the momentum grows from half of the first beta to all of it; 0 keeps it at half.',
    },
  ],
  states: () => 2,
};
