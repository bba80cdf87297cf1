/** Activations: shapes that fill no vector or workgroup, and inputs small and large enough to saturate. */
import type { Args } from '../../../model/types.ts';
import type { Case, Cases } from '../../reference.ts';
import { choose, integer } from '../../reference.ts';

/**
 * Relative L2 and absolute limits by type. ReLU selects, so it is exact; LeakyReLU rounds one product. WGSL allows exp 3 + 2·|x| ULP.
 * WGSL's tanh has an absolute error only (1e-5), and so has every erf short enough for a shader.
 */
const limits: Readonly<Record<string, Pick<Case, 'tolerance' | 'absolute'>>> = {
  ReLU: { tolerance: 0 },
  LeakyReLU: { tolerance: 2.4e-7 },
  Sigmoid: { tolerance: 1e-5, absolute: 1e-6 },
  Tanh: { tolerance: 1e-6, absolute: 1e-5 },
  SiLU: { tolerance: 1e-5, absolute: 1e-6 },
  GELU: { tolerance: 1e-5, absolute: 1e-6 },
};

const activation = (type: string, shape: readonly number[], args: Args = {}, more: Partial<Case> = {}): Case => ({
  type,
  args,
  inputs: [shape],
  ...limits[type],
  ...more,
});

const layers: readonly (readonly [string, Args])[] = [
  ['ReLU', {}],
  ['LeakyReLU', {}],
  ['LeakyReLU', { negative_slope: 0.2 }],
  ['Sigmoid', {}],
  ['Tanh', {}],
  ['SiLU', {}],
  ['GELU', {}],
  ['GELU', { approximate: 'tanh' }],
];

export const activationCases: Cases = {
  tolerance: 1e-5,
  draw: 'away_from_kinks',
  cases: layers.flatMap(([type, args]) => [
    activation(type, [1, 1], args),
    activation(type, [3, 65], args, { scale: 2 }),
    activation(type, [1, 1, 1, 1], args, { mean: -1 }),
    activation(type, [2, 3, 7, 5], args),
    activation(type, [1, 65, 3, 3], args, { scale: 5 }),
    activation(type, [4, 8, 8, 8], args),
    activation(type, [2, 5, 3, 3], args, { scale: 1e-3 }),
    activation(type, [2, 5, 3, 3], args, { scale: 1e3 }),
    activation(type, [3, 1, 9, 1], args, { mean: 10, scale: 10 }),
    activation(type, [3, 1, 9, 1], args, { mean: -10, scale: 10 }),
  ]),

  random(uniform) {
    const [type, defaults] = choose(uniform, layers);
    const args = type === 'LeakyReLU' ? { negative_slope: choose(uniform, [0, 0.01, 0.2, 0.5, 1]) } : defaults;
    const N = integer(uniform, 1, 6);
    const C = integer(uniform, 1, 70);
    const shape = uniform() < 0.3 ? [N, C] : [N, C, integer(uniform, 1, 8), integer(uniform, 1, 8)];
    return activation(type, shape, args, { scale: choose(uniform, [0.3, 1, 3, 20]), mean: choose(uniform, [0, 0, 2, -2]) });
  },
};
