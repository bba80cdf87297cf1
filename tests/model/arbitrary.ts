/** Random experiments, drawn from the definitions themselves: a new field or type is covered without a word here. */

import fc from 'fast-check';
import { datasets, resolveData } from '../../src/model/datasets.ts';
import { isPrintable } from '../../src/model/fields.ts';
import { inits } from '../../src/model/inits/index.ts';
import { losses } from '../../src/model/losses/index.ts';
import { optimizers } from '../../src/model/optimizers/index.ts';
import { schedules } from '../../src/model/schedules/index.ts';
import type { DataSpec, Definition, Experiment, Field, ModelSpec, OptimizerSpec, RunSpec, Value } from '../../src/model/types.ts';
import { networks } from '../../src/model/zoo.ts';

/** Repeatable in CI; FUZZ_SEED and FUZZ_SCALE look further at night. */
export const fuzz = (numRuns: number) => ({ seed: Number(process.env.FUZZ_SEED ?? 20), numRuns: numRuns * Number(process.env.FUZZ_SCALE ?? 1) });

const text = (maxLength: number) =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength }).filter((t) => t.length <= maxLength && isPrintable(t) && t.trim() !== '');

const float = (field: Field) =>
  fc.double({ min: field.min!, max: field.max!, maxExcluded: field.exclusiveMax ?? false, noNaN: true }).map((value) => (value === 0 ? 0 : value));
const whole = (field: Field) =>
  fc.oneof(fc.integer({ min: field.min!, max: Math.min(field.max!, field.min! + 3) }), fc.integer({ min: field.min!, max: field.max! }));

export function arbitraryValue(field: Field): fc.Arbitrary<Value> {
  switch (field.kind) {
    case 'int':
      return whole(field);
    case 'float':
      return float(field);
    case 'bool':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...field.options!);
    case 'pair':
      return fc.oneof(whole(field), fc.tuple(whole(field), whole(field)));
    case 'betas':
      return fc.tuple(float(field), float(field));
    case 'floats':
      return fc.tuple(...(field.default as number[]).map(() => float(field)));
    case 'ints':
      return fc.array(whole(field), { minLength: 1, maxLength: 32 });
    case 'text':
      return fc.oneof(fc.constant(''), text(field.max!));
  }
}

/** A type and some of its arguments. */
export function arbitrarySpec(definitions: readonly Definition[]): fc.Arbitrary<{ type: string } & Record<string, Value>> {
  return fc.constantFrom(...definitions).chain(({ type, fields }) => {
    const asked = fields.filter((field) => !field.inferred);
    const values = fc.record(Object.fromEntries(asked.map((field) => [field.name, arbitraryValue(field)])), {
      requiredKeys: [],
      noNullPrototype: true,
    });
    return values.map((given) => ({ type, ...given }) as { type: string } & Record<string, Value>);
  });
}

const optimizer = arbitrarySpec(Object.values(optimizers))
  .chain((spec) => float(optimizers[spec.type]!.fields.find((field) => field.name === 'lr')!).map((lr) => ({ ...spec, lr }) as OptimizerSpec))
  .filter((spec) => optimizers[spec.type]!.check?.({ momentum: 0, dampening: 0, nesterov: false, form: 'pytorch', ...spec }) === undefined);

function model(data: DataSpec): fc.Arbitrary<ModelSpec> {
  const { input = [3, 20, 24] as const, classes } = resolveData(data);
  return fc.constantFrom(...networks.filter((network) => network.suits(input))).map((network) => network.build(input, classes?.length ?? 7));
}

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function run(data: DataSpec): fc.Arbitrary<RunSpec> {
  return fc.record(
    {
      name: text(80),
      optimizer,
      schedule: arbitrarySpec(Object.values(schedules)),
      init: arbitrarySpec(Object.values(inits)),
      seed,
      model: model(data),
      color: fc.integer({ min: 0, max: 31 }),
      hidden: fc.boolean(),
    },
    { requiredKeys: ['name', 'optimizer'], noNullPrototype: true },
  ) as fc.Arbitrary<RunSpec>;
}

/** Experiments that the gate must accept. */
export const arbitraryExperiment: fc.Arbitrary<Experiment> = arbitrarySpec(Object.values(datasets)).chain((data) => {
  const { split } = resolveData(data);
  return fc.record(
    {
      name: text(80),
      note: text(240),
      model: model(data),
      data: fc.constant(data),
      batch_size: fc.integer({ min: 1, max: Math.min(split?.train ?? 1024, 1024) }),
      loss: arbitrarySpec(Object.values(losses)),
      seed,
      eval_every: fc.integer({ min: 1, max: 10_000 }),
      runs: fc.array(run(data), { minLength: 1, maxLength: 5 }),
    },
    { requiredKeys: ['name', 'model', 'data', 'batch_size', 'loss', 'seed', 'eval_every', 'runs'], noNullPrototype: true },
  ) as fc.Arbitrary<Experiment>;
});
