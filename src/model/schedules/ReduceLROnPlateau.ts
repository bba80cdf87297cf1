import { num } from '../fields.ts';
import type { Args } from '../types.ts';
import type { PlateauState, ScheduleDefinition } from './definition.ts';
import { PYTORCH, warmup } from './definition.ts';

const validations = (name: string, value: number, help: string) =>
  ({ name, kind: 'int', default: value, min: 0, max: 1e5, slider: [0, 50], help }) as const;

/** Word for word PyTorch's `step(metrics)`; a metric that is not a number is no improvement. */
function observe(args: Args, state: PlateauState, metric: number): PlateauState {
  const next = { ...state };
  if (improves(args, metric, next.best)) [next.best, next.num_bad_epochs] = [metric, 0];
  else next.num_bad_epochs++;
  if (next.cooldown_counter > 0) [next.cooldown_counter, next.num_bad_epochs] = [next.cooldown_counter - 1, 0];
  if (next.num_bad_epochs > num(args, 'patience')) {
    const lr = Math.max(next.lr * num(args, 'factor'), num(args, 'min_lr'));
    if (next.lr - lr > num(args, 'eps')) next.lr = lr;
    [next.cooldown_counter, next.num_bad_epochs] = [num(args, 'cooldown'), 0];
  }
  return next;
}

function improves(args: Args, metric: number, best: number): boolean {
  const threshold = num(args, 'threshold');
  if (args.mode === 'max') return metric > (args.threshold_mode === 'rel' ? best * (1 + threshold) : best + threshold);
  return metric < (args.threshold_mode === 'rel' ? best * (1 - threshold) : best - threshold);
}

export const ReduceLROnPlateau: ScheduleDefinition = {
  type: 'ReduceLROnPlateau',
  label: 'On a plateau',
  summary: 'Multiplies the learning rate by factor where the validation loss has not fallen for more than patience validations.',
  formula: '\\eta \\leftarrow \\max(\\eta \\cdot \\mathrm{factor},\\, \\eta_{\\min})',
  source: PYTORCH('ReduceLROnPlateau'),
  fields: [
    { name: 'factor', kind: 'float', default: 0.1, min: 0, max: 1, exclusiveMax: true, slider: [0.05, 0.95], help: 'Factor at each drop.' },
    validations('patience', 10, 'So many validations without an improvement are borne; the next one lowers the rate.'),
    validations('cooldown', 0, 'Validations after a drop that do not count.'),
    {
      name: 'mode',
      kind: 'enum',
      options: ['min', 'max'],
      default: 'min',
      advanced: true,
      help: 'min: the validation loss must fall; max: the validation accuracy must rise.',
    },
    {
      name: 'threshold',
      kind: 'float',
      default: 1e-4,
      min: 0,
      max: 1,
      slider: [1e-5, 0.1],
      scale: 'log',
      advanced: true,
      help: 'What is less than this is no improvement.',
    },
    {
      name: 'threshold_mode',
      kind: 'enum',
      options: ['rel', 'abs'],
      default: 'rel',
      advanced: true,
      help: 'rel: the threshold is a share of the best value; abs: a difference.',
    },
    {
      name: 'min_lr',
      kind: 'float',
      default: 0,
      min: 0,
      max: 1000,
      slider: [1e-6, 1e-1],
      scale: 'log',
      advanced: true,
      help: 'Lowest learning rate.',
    },
    {
      name: 'eps',
      kind: 'float',
      default: 1e-8,
      min: 0,
      max: 1,
      slider: [1e-12, 1e-2],
      scale: 'log',
      advanced: true,
      help: 'A smaller drop is not made.',
    },
    warmup,
  ],
  // Until something has been validated.
  lr: (_args, base_lr) => base_lr,
  // Three drops, if nothing ever improved.
  reach: (args) => 2 + 3.5 * (num(args, 'patience') + 1 + num(args, 'cooldown')),
  factors: true,
  plateau: {
    start: (args, base_lr) => ({
      base_lr,
      mode: args.mode as string,
      lr: base_lr,
      best: args.mode === 'max' ? -Infinity : Infinity,
      num_bad_epochs: 0,
      cooldown_counter: 0,
    }),
    observe: (args, state, { loss, accuracy }) => observe(args, state, args.mode === 'max' ? accuracy : loss),
  },
};
