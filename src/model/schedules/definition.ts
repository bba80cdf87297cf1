import type { Args, Definition, Field } from '../types.ts';

/** What a schedule that follows the validation remembers; PyTorch's names. Never changed, only replaced. */
export interface PlateauState {
  /** The run's own rate when this one was derived from it. */
  base_lr: number;
  /** What it watches: 'min' the loss, 'max' the accuracy. */
  mode: string;
  lr: number;
  best: number;
  num_bad_epochs: number;
  cooldown_counter: number;
}

export interface ScheduleDefinition extends Definition {
  /** Closed form in float64, without warm-up; `step` counts from 0 (epochs, with that `interval`). Arguments are complete. */
  lr(args: Args, base_lr: number, step: number): number;
  /** Momentum, or first beta, at that step; undefined: these arguments leave it alone. */
  momentum?(args: Args, step: number): number | undefined;
  /** The argument that takes the place of the run's own lr, which then does not count. */
  peak?: string;
  /** How far a picture of it should reach, in what it counts (validations, with `plateau`). */
  reach(args: Args): number;
  /** From where on nothing moves any more, in what it counts. */
  end?(args: Args): number;
  /** Where a curve that does not end turns, in what it counts, and how the sentence about it goes on. */
  turn?(args: Args): { at: number; next: string };
  /** Of a schedule that follows the validation: its memory before the first one, and after one more. */
  plateau?: {
    start(args: Args, base_lr: number): PlateauState;
    observe(args: Args, state: PlateauState, metrics: { loss: number; accuracy: number }): PlateauState;
  };
  /** Moves by factors: a picture of it wants a log axis. */
  factors?: true;
}

export const warmup: Field = {
  name: 'warmup_steps',
  kind: 'int',
  default: 0,
  min: 0,
  max: 1e7,
  slider: [0, 500],
  help: 'Steps of linear warm-up to the rate with which the schedule begins, before it starts counting.',
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

/** What a schedule counts. One cycle knows its length in steps, and a plateau counts validations: they have no choice. */
export const interval: Field = {
  name: 'interval',
  kind: 'enum',
  options: ['step', 'epoch'],
  default: 'step',
  help: 'Whether its lengths count steps or passes over the training data. The warm-up counts steps either way.',
};

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
