/** Every optimizer's kernel, by PyTorch's class name: the compiler checks that none is missing. */
import type { OptimizerType } from '../../model/optimizers/index.ts';
import type { OptimizerKernel } from '../optimizer.ts';
import { adadelta } from './adadelta.ts';
import { adagrad } from './adagrad.ts';
import { adam } from './adam.ts';
import { adamax } from './adamax.ts';
import { adamw } from './adamw.ts';
import { lion } from './lion.ts';
import { muon } from './muon.ts';
import { nadam } from './nadam.ts';
import { radam } from './radam.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

export const optimizers: Readonly<Record<OptimizerType, OptimizerKernel>> = {
  SGD: sgd,
  Adagrad: adagrad,
  RMSprop: rmsprop,
  Adadelta: adadelta,
  Adam: adam,
  AdamW: adamw,
  Adamax: adamax,
  NAdam: nadam,
  RAdam: radam,
  Lion: lion,
  Muon: muon,
};
