/** Every optimizer's specification, by PyTorch's class name. */
import type { OptimizerReference } from '../reference.ts';
import { adagradReference } from './adagrad.reference.ts';
import { adamReference } from './adam.reference.ts';
import { adamwReference } from './adamw.reference.ts';
import { rmspropReference } from './rmsprop.reference.ts';
import { sgdReference } from './sgd.reference.ts';

export const optimizerReferences: Readonly<Record<string, OptimizerReference>> = {
  SGD: sgdReference,
  Adagrad: adagradReference,
  RMSprop: rmspropReference,
  Adam: adamReference,
  AdamW: adamwReference,
};
