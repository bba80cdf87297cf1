import type { Args, Definition, Field } from '../types.ts';

export interface ScheduleDefinition extends Definition {
  /** Closed form in float64, without warm-up; `step` counts from 0. Arguments are complete. */
  lr(args: Args, base_lr: number, step: number): number;
}

export const warmup: Field = {
  name: 'warmup_steps',
  kind: 'int',
  default: 0,
  min: 0,
  max: 1e7,
  slider: [0, 500],
  help: 'Steps of linear warm-up before the schedule starts counting.',
};

export const steps = (name: string, value: number, help: string): Field => ({
  name,
  kind: 'int',
  default: value,
  min: 1,
  max: 1e7,
  slider: [1, 5000],
  scale: 'log',
  help,
});

/** Of a schedule that drops at certain steps. */
export const dropFactor: Field = { name: 'gamma', kind: 'float', default: 0.1, min: 0, max: 10, slider: [0.01, 1], help: 'Factor at each drop.' };

/** Of the schedules that fall to a rate other than 0. */
export const etaMin: Field = {
  name: 'eta_min',
  kind: 'float',
  default: 0,
  min: 0,
  max: 1000,
  slider: [1e-6, 1e-1],
  scale: 'log',
  help: 'Lowest learning rate.',
};

export const PYTORCH = (name: string) => ({
  title: `PyTorch: ${name}`,
  url: `https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.${name}.html`,
});
