/** Every optimizer's specification, by PyTorch's class name. */
import type { OptimizerReference } from '../reference.ts';
import { adadeltaReference } from './adadelta.reference.ts';
import { adagradReference } from './adagrad.reference.ts';
import { adamReference } from './adam.reference.ts';
import { adamaxReference } from './adamax.reference.ts';
import { adamwReference } from './adamw.reference.ts';
import { lionReference } from './lion.reference.ts';
import { muonReference } from './muon.reference.ts';
import { nadamReference } from './nadam.reference.ts';
import { radamReference } from './radam.reference.ts';
import { rmspropReference } from './rmsprop.reference.ts';
import { sgdReference } from './sgd.reference.ts';

export const optimizerReferences: Readonly<Record<string, OptimizerReference>> = {
  SGD: sgdReference,
  Adagrad: adagradReference,
  RMSprop: rmspropReference,
  Adadelta: adadeltaReference,
  Adam: adamReference,
  AdamW: adamwReference,
  Adamax: adamaxReference,
  NAdam: nadamReference,
  RAdam: radamReference,
  Lion: lionReference,
  Muon: muonReference,
};
