/** Copies foreign data into objects that can do no harm, before anything looks at it. */

import { below, join, show } from './fields.ts';
import { ModelError } from './types.ts';

/** Containers inside containers; an experiment has 7 (runs, run, model, layers, layer, inputs). */
const DEPTH = 8;
/** Values in all: 32 runs with 128 layers of 16 arguments each. */
const VALUES = 40_000;

/**
 * Only JSON's values, objects without a prototype (so that "__proto__" is a key like any other), every property read once, `undefined`
 * left out. Getters and proxies of a page that embeds us may throw or loop; cycles end at the depth.
 * @throws ModelError
 */
export function plain(raw: unknown): unknown {
  let left = VALUES;
  const copy = (value: unknown, path: string, depth: number): unknown => {
    if (--left < 0) throw new ModelError(`the experiment holds more than ${VALUES} values`, path);
    if (value === null || value === undefined || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    if (typeof value !== 'object') throw new ModelError(`${path || 'the experiment'} must be data, found ${show(value)}`, path);
    if (depth >= DEPTH) throw new ModelError(`${path} is nested more than ${DEPTH} deep`, path);
    if (Array.isArray(value)) {
      if (value.length > VALUES) throw new ModelError(`${path} holds more than ${VALUES} values`, path);
      return Array.from(value, (item, index) => copy(item, join(path, index), depth + 1));
    }
    const result: Record<string, unknown> = Object.create(null);
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key];
      if (item !== undefined) result[key] = copy(item, below(path, key), depth + 1);
    }
    return result;
  };
  try {
    return copy(raw, '', 0);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError('the experiment cannot be read', '');
  }
}
