/** Second-order methods of the surface lab. */
import { table } from '../../fields.ts';
import { ConjugateGradient } from './conjugate.ts';
import type { Method } from './definition.ts';
import { LBFGS } from './lbfgs.ts';
import { Newton } from './newton.ts';

export const methods: Readonly<Record<string, Method>> = table<Method>({ ConjugateGradient, LBFGS, Newton });
