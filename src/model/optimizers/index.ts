/** Every optimizer that a run may name. */

import { place, resolve, table } from '../fields.ts';
import type { Args, OptimizerSpec } from '../types.ts';
import { ModelError } from '../types.ts';
import { Adadelta } from './Adadelta.ts';
import { Adagrad } from './Adagrad.ts';
import { Adam } from './Adam.ts';
import { Adamax } from './Adamax.ts';
import { AdamW } from './AdamW.ts';
import { withCommon } from './common.ts';
import type { OptimizerDefinition } from './definition.ts';
import { Lion } from './Lion.ts';
import { Muon } from './Muon.ts';
import { NAdam } from './NAdam.ts';
import { RAdam } from './RAdam.ts';
import { RMSprop } from './RMSprop.ts';
import { SGD } from './SGD.ts';

export type { OptimizerDefinition } from './definition.ts';

/** In the order of the select: by age and kinship. */
const all = { SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW, Adamax, NAdam, RAdam, Lion, Muon } satisfies Record<string, OptimizerDefinition>;

export type OptimizerType = keyof typeof all;

export const optimizers: Readonly<Record<string, OptimizerDefinition>> = table(
  Object.fromEntries(Object.entries(all).map(([type, definition]) => [type, withCommon(definition)])),
);

export const optimizerTypes = Object.keys(all) as OptimizerType[];

/** Complete arguments, lr among them. @throws ModelError with the path of the field. */
export function resolveOptimizer(spec: OptimizerSpec, path = 'optimizer'): Args {
  const { definition, args } = resolve(optimizers, spec, place(path), 'optimizer');
  const conflict = definition.check?.(args);
  if (conflict) throw new ModelError(`${path}: ${conflict.message}`, `${path}.${conflict.field}`);
  return args;
}
