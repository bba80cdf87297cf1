/** Initial weights: a pure function of model, initialiser and seed, the same on every machine. */

import { place, resolve, table } from '../fields.ts';
import { count } from '../infer.ts';
import { hashText, random } from '../random.ts';
import type { Args, InitSpec, ModelInfo, ParamSpec } from '../types.ts';
import type { Distribution, InitDefinition } from './definitions.ts';
import { all } from './definitions.ts';

export type { InitDefinition } from './definitions.ts';

export const inits: Readonly<Record<string, InitDefinition>> = table(all);

/** Complete arguments. @throws ModelError with the path of the field. */
export const resolveInit = (spec: InitSpec, path = 'init'): Args => resolve(inits, spec, place(path), 'initialiser').args;

/**
 * State dict in PyTorch's layouts, `${layer.id}.${param.name}`, buffers included. Computed in float64 and rounded once. Every tensor
 * draws from a stream of its own, keyed by seed and name: changing one layer leaves the others' weights as they were.
 */
export function initialWeights(info: ModelInfo, init: InitSpec | undefined, seed: number): Map<string, Float32Array<ArrayBuffer>> {
  const { definition, args } = resolve(inits, init ?? { type: 'default' }, place('init'), 'initialiser');
  const weights = new Map<string, Float32Array<ArrayBuffer>>();
  for (const layer of info.layers) {
    for (const param of layer.params) {
      const name = `${layer.id}.${param.name}`;
      weights.set(name, draw(param, distribution(definition, args, param), seed, name));
    }
  }
  return weights;
}

/** `ones` is the start of a norm layer's weight and running_var; no initialiser touches those. */
function distribution(definition: InitDefinition, args: Args, param: ParamSpec): Distribution | 'ones' {
  switch (param.init) {
    case 'ones':
      return 'ones';
    case 'zeros':
      return { kind: 'zeros', scale: 0 };
    case 'kaiming_uniform_sqrt5':
      return definition.weight(args, param);
    case 'bias_uniform':
      return definition.type === 'default' ? { kind: 'uniform', scale: 1 / Math.sqrt(param.fan_in) } : { kind: 'zeros', scale: 0 };
  }
}

function draw(param: ParamSpec, how: Distribution | 'ones', seed: number, name: string): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count(param.shape));
  if (how === 'ones') return values.fill(1);
  if (how.kind === 'zeros') return values;
  const stream = random(seed, hashText(name));
  const next = how.kind === 'uniform' ? () => (2 * stream.uniform() - 1) * how.scale : () => stream.normal() * how.scale;
  for (let i = 0; i < values.length; i++) values[i] = next();
  return values;
}
