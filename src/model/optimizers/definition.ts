import type { Args, Definition, Field } from '../types.ts';

export interface OptimizerDefinition extends Definition {
  /** Float buffers of parameter size that it keeps between steps: its "state memory ×". */
  states(args: Args): number;
  /** Rules between fields, in words; undefined when the arguments (complete) agree. The field named is the one to change. */
  check?(args: Args): { field: string; message: string } | undefined;
}

export const learningRate = (value: number): Field => ({
  name: 'lr',
  kind: 'float',
  default: value,
  min: 0,
  // PyTorch takes any; what diverges is a lesson too. float32 ends at 3.4e38.
  max: 1e30,
  slider: [1e-5, 1],
  scale: 'log',
  help: 'Learning rate: the length of a step. Too low stalls, too high diverges.',
});

/** λ of the coupled L2 penalty, added to the gradient before anything else; AdamW and Lion decouple it. */
export const weightDecay = (value: number, help = 'Adds this much of each weight to its gradient (L2 penalty).'): Field => ({
  name: 'weight_decay',
  kind: 'float',
  default: value,
  min: 0,
  max: 100,
  slider: [1e-6, 1],
  scale: 'log',
  help,
});

export const epsilon = (value: number): Field => ({
  name: 'eps',
  kind: 'float',
  default: value,
  min: 0,
  max: 1,
  slider: [1e-12, 1e-2],
  scale: 'log',
  advanced: true,
  help: 'Added to the root so that a tiny denominator does not blow the step up.',
});

export const betas: Field = {
  name: 'betas',
  kind: 'betas',
  default: [0.9, 0.999],
  min: 0,
  max: 1,
  exclusiveMax: true,
  help: 'Decay of the running means of the gradient and of its square.',
};

export const amsgrad: Field = {
  name: 'amsgrad',
  kind: 'bool',
  default: false,
  advanced: true,
  help: 'Divides by the largest mean square so far, so that the step never grows back.',
};

/** Not PyTorch's, which always corrects. */
export const biasCorrection: Field = {
  name: 'bias_correction',
  kind: 'bool',
  default: true,
  advanced: true,
  help: 'Makes up for means that start at zero. Off, the first steps are several times too long: see why it exists.',
};

export const PYTORCH = (name: string) => ({
  title: `PyTorch: ${name}`,
  url: `https://docs.pytorch.org/docs/stable/generated/torch.optim.${name}.html`,
});
