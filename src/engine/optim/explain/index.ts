/** What every optimizer does to one weight, line by line: the compiler checks that none is missing. Muon's unit is the matrix, not the weight. */
import type { OptimizerType } from '../../../model/optimizers/index.ts';
import { explainAdam, explainAdamax, explainAdamW, explainNAdam, explainRAdam } from './adam.ts';
import { explainAdadelta, explainAdagrad, explainRmsprop } from './adaptive.ts';
import { explainLion, explainSgd } from './momentum.ts';
import type { Explain } from './steps.ts';

export const explanations: Readonly<Record<Exclude<OptimizerType, 'Muon'>, Explain>> = {
  SGD: explainSgd,
  Adagrad: explainAdagrad,
  RMSprop: explainRmsprop,
  Adadelta: explainAdadelta,
  Adam: explainAdam,
  AdamW: explainAdamW,
  Adamax: explainAdamax,
  NAdam: explainNAdam,
  RAdam: explainRAdam,
  Lion: explainLion,
};
