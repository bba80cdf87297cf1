/** What every optimizer takes besides its own arguments: how the gradient is prepared, which weights decay and how, and what is averaged. */
import { flag, num } from '../fields.ts';
import type { Args, Field } from '../types.ts';
import type { OptimizerDefinition } from './definition.ts';

/** The disclosure they stand behind. */
const SHARED = 'clipping, decay, averaging';

const CLIPPING: readonly Field[] = [
  {
    name: 'clip_grad_norm',
    kind: 'float',
    default: 0,
    min: 0,
    max: 1e6,
    slider: [1e-2, 100],
    scale: 'log',
    advanced: SHARED,
    help: 'Shortens the gradient of all parameters together to this Euclidean norm, as clip_grad_norm_ does; 0 leaves it.',
  },
  {
    name: 'clip_grad_value',
    kind: 'float',
    default: 0,
    min: 0,
    max: 1e6,
    slider: [1e-4, 10],
    scale: 'log',
    advanced: SHARED,
    help: 'Cuts every element of the gradient to ± this, after clip_grad_norm, as clip_grad_value_ does; 0 leaves it.',
  },
];

const DECOUPLED: Field = {
  name: 'decoupled_weight_decay',
  kind: 'bool',
  default: false,
  advanced: SHARED,
  help: 'Takes lr · weight_decay of each weight off by itself, as AdamW does, instead of adding weight_decay · w to the gradient.',
};

const EXEMPT: Field = {
  name: 'decay_bias_and_norm',
  kind: 'bool',
  default: true,
  advanced: SHARED,
  help: 'Whether weight_decay also takes biases and the parameters of normalisation layers. PyTorch does unless told otherwise.',
};

const ACCUMULATE: Field = {
  name: 'accumulate_steps',
  kind: 'int',
  default: 1,
  min: 1,
  max: 1024,
  slider: [1, 32],
  advanced: SHARED,
  help: 'Averages the gradients of so many batches before each update: k batches of b act as one of k · b (without batch norm). Schedules count updates.',
};

const EMA: Field = {
  name: 'ema_decay',
  kind: 'float',
  default: 0,
  min: 0,
  max: 1,
  exclusiveMax: true,
  slider: [0, 0.999],
  advanced: SHARED,
  help: 'Keeps an exponential moving average of the weights, validated beside them; 0.99 averages about the last 100 updates, 0 keeps none.',
};

const decays = (definition: OptimizerDefinition): boolean => definition.fields.some(({ name }) => name === 'weight_decay');

/** Those whose weight_decay already leaves the gradient alone. */
const ALREADY_DECOUPLED = ['AdamW', 'Lion', 'Muon'];

function fieldsOf(definition: OptimizerDefinition): readonly Field[] {
  const { type, fields } = definition;
  const coupled = decays(definition) && !ALREADY_DECOUPLED.includes(type) && !fields.some(({ name }) => name === DECOUPLED.name);
  return [...fields, ...(coupled ? [DECOUPLED] : []), ...(decays(definition) ? [EXEMPT] : []), ...CLIPPING, ACCUMULATE, EMA];
}

/** The definition with the fields and the state that all optimizers share. */
export const withCommon = (definition: OptimizerDefinition): OptimizerDefinition => ({
  ...definition,
  fields: fieldsOf(definition),
  states: (args) => definition.states(args) + commonStates(commonOf(args)).length,
});

/** The shared options of complete arguments, as the engine needs them. */
export interface Common {
  clipNorm: number;
  clipValue: number;
  /** λ of a decay that bypasses the gradient; 0 unless `decoupled_weight_decay`. */
  decay: number;
  decoupled: boolean;
  /** Biases and normalisation parameters do not decay. */
  exempt: boolean;
  /** Batches an update. */
  accumulate: number;
  ema: number;
}

/** Arguments never change in place, and every step of a lane asks for the same. */
const known = new WeakMap<Args, Common>();

/** Arguments that were never resolved (tests of a kernel by itself) have none of it. */
export function commonOf(args: Args): Common {
  let common = known.get(args);
  if (!common) known.set(args, (common = readCommon(args)));
  return common;
}

function readCommon(args: Args): Common {
  const number = (name: string, none: number): number => (name in args ? num(args, name) : none);
  const decoupled = DECOUPLED.name in args && flag(args, DECOUPLED.name);
  return {
    clipNorm: number('clip_grad_norm', 0),
    clipValue: number('clip_grad_value', 0),
    decay: decoupled ? num(args, 'weight_decay') : 0,
    decoupled,
    exempt: EXEMPT.name in args && !flag(args, EXEMPT.name),
    accumulate: number('accumulate_steps', 1),
    ema: number('ema_decay', 0),
  };
}

/** What the optimizer itself computes with: a decay that bypasses the gradient is not its own. */
export const ownArgs = (args: Args): Args => (commonOf(args).decoupled ? { ...args, weight_decay: 0 } : args);

/** Names of the state arrays that stand before the optimizer's own. */
export const commonStates = ({ accumulate, ema }: Common): readonly string[] => [
  ...(accumulate > 1 ? ['grad_sum'] : []),
  ...(ema > 0 ? ['ema'] : []),
];
