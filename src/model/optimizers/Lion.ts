import type { OptimizerDefinition } from './definition.ts';
import { betas, learningRate, weightDecay } from './definition.ts';

/** State: exp_avg. */
export const Lion: OptimizerDefinition = {
  type: 'Lion',
  label: 'Lion',
  summary: 'Takes only the sign of a momentum: every weight moves by exactly lr, with half of Adam’s memory.',
  formula:
    'w \\leftarrow (1 - \\eta \\lambda)\\, w - \\eta\\, \\sign(\\beta_1 m + (1 - \\beta_1)\\, g), \\quad m \\leftarrow \\beta_2 m + (1 - \\beta_2)\\, g',
  source: { title: 'Chen et al., Symbolic Discovery of Optimization Algorithms', url: 'https://arxiv.org/abs/2302.06675' },
  fields: [
    learningRate(1e-4),
    { ...betas, default: [0.9, 0.99], help: 'Share of the momentum in the direction of the step, and decay of the momentum itself.' },
    weightDecay(0, 'Shrinks each weight by lr · weight_decay a step, whatever its gradient.'),
  ],
  states: () => 1,
};
