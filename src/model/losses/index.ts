/** Every loss that an experiment may name. */

import { place, resolve, table } from '../fields.ts';
import type { Args, Definition, LossSpec } from '../types.ts';
import { CrossEntropyLoss } from './CrossEntropyLoss.ts';

const all = { CrossEntropyLoss } satisfies Record<string, Definition>;

export const losses: Readonly<Record<string, Definition>> = table(all);

/** Complete arguments. @throws ModelError with the path of the field. */
export const resolveLoss = (spec: LossSpec, path = 'loss'): Args => resolve(losses, spec, place(path), 'loss').args;
