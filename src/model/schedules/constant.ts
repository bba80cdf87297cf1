import type { ScheduleDefinition } from './definition.ts';
import { warmup } from './definition.ts';

export const constant: ScheduleDefinition = {
  type: 'constant',
  label: 'Constant',
  summary: 'The learning rate stays as it is, after a warm-up if there is one.',
  formula: '\\eta_t = \\eta',
  source: { title: 'Goyal et al., Accurate, Large Minibatch SGD (warm-up)', url: 'https://arxiv.org/abs/1706.02677' },
  fields: [warmup],
  lr: (_args, base_lr) => base_lr,
  reach: () => 0,
  end: () => 0,
};
