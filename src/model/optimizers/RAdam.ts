import type { OptimizerDefinition } from './definition.ts';
import { betas, epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: exp_avg, exp_avg_sq. */
export const RAdam: OptimizerDefinition = {
  type: 'RAdam',
  label: 'RAdam',
  summary: 'Adam that trusts its mean square only once enough steps back it: momentum at first, then a warm-up of its own.',
  formula:
    '\\rho_t = \\rho_\\infty - \\frac{2 t \\beta_2^t}{1 - \\beta_2^t}, \\quad r = \\sqrt{\\frac{(\\rho_t - 4)(\\rho_t - 2)\\, \\rho_\\infty}{(\\rho_\\infty - 4)(\\rho_\\infty - 2)\\, \\rho_t}}, \\quad w \\leftarrow w - \\eta\\, r\\, \\frac{m / (1 - \\beta_1^t)}{(\\sqrt{v} + \\epsilon) / \\sqrt{1 - \\beta_2^t}} \\quad (\\text{while } \\rho_t \\le 5: w \\leftarrow w - \\eta\\, m / (1 - \\beta_1^t))',
  source: PYTORCH('RAdam'),
  fields: [learningRate(1e-3), betas, epsilon(1e-8), weightDecay(0)],
  states: () => 2,
};
