import { describe, expect, it } from 'vitest';
import { misfit, restoreExperiment } from '../../src/model/experiment.ts';
import { inferModel } from '../../src/model/infer.ts';
import { preset } from '../../src/model/presets.ts';
import type { Experiment } from '../../src/model/types.ts';
import { ModelError } from '../../src/model/types.ts';

const race = preset('optimizer-race')!.experiment;

function failure(raw: unknown): ModelError {
  try {
    restoreExperiment(raw);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return error as ModelError;
  }
  return expect.fail('accepted');
}

describe('the gate', () => {
  it('fills in what may be left out, and nothing else', () => {
    const raw = { model: race.model, data: race.data, runs: [{ optimizer: { type: 'Adam' } }, { optimizer: { type: 'SGD', momentum: 0.5 } }] };
    expect(restoreExperiment(raw)).toStrictEqual({
      name: 'Untitled',
      model: race.model,
      data: { type: 'digits' },
      batch_size: 64,
      loss: { type: 'CrossEntropyLoss' },
      seed: 1,
      eval_every: 25,
      runs: [
        { name: 'Adam', optimizer: { type: 'Adam', lr: 0.001 } },
        { name: 'SGD', optimizer: { type: 'SGD', lr: 0.01, momentum: 0.5 } },
      ],
    });
  });

  it('keeps float16 for activations and does not write float32 down', () => {
    expect(restoreExperiment({ ...race, activation_dtype: 'float32' })).not.toHaveProperty('activation_dtype');
    expect(restoreExperiment({ ...race, activation_dtype: 'float16' })).toHaveProperty('activation_dtype', 'float16');
    expect(failure({ ...race, activation_dtype: 'bfloat16' })).toMatchObject({ path: 'activation_dtype' });
  });

  it('copies: nothing of the input is in the output', () => {
    const raw: unknown = JSON.parse(JSON.stringify(race));
    const restored = restoreExperiment(raw);
    const before = JSON.stringify(restored);
    const stack: unknown[] = [raw];
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      if (typeof value !== 'object' || value === null) continue;
      stack.push(...Object.values(value));
      for (const key of Object.keys(value)) (value as Record<string, unknown>)[key] = 'spoiled';
    }
    expect(JSON.stringify(restored)).toBe(before);
  });

  it('treats undefined as absent and −0 as 0', () => {
    const { note, ...rest } = race;
    expect(note).toBeTruthy();
    const restored = restoreExperiment({ ...race, note: undefined, runs: [{ ...race.runs[0], seed: -0, model: undefined }] });
    expect(restored).toStrictEqual({ ...rest, runs: [{ ...race.runs[0]!, seed: 0 }] });
  });

  it.each<[string, string, unknown]>([
    ['the experiment must be an object, found nothing', '', undefined],
    ['the experiment must be an object, found "x"', '', 'x'],
    ['the experiment must be data, found a function', '', () => 1],
    ['the experiment has no field "run"', 'run', { run: [] }],
    ['model must be an object, found nothing', 'model', {}],
    ['data: "mnist" is not a known data set type; known are digits, shapes', 'data.type', { ...race, data: { type: 'mnist' } }],
    [
      'data: digits has no argument "noise"; it takes train_samples, val_samples, difficulty',
      'data.noise',
      { ...race, data: { type: 'digits', noise: 1 } },
    ],
    ['batch_size must be a whole number from 1 to 1024, found 1e+300', 'batch_size', { ...race, batch_size: 1e300 }],
    ['batch_size must be a whole number from 1 to 1024, found 1.5', 'batch_size', { ...race, batch_size: 1.5 }],
    ['eval_every must be a whole number from 1 to 10000, found NaN', 'eval_every', { ...race, eval_every: NaN }],
    ['batch_size is 64, but digits has only 50 samples for training', 'batch_size', { ...race, data: { type: 'digits', train_samples: 50 } }],
    ['name must not be empty', 'name', { ...race, name: ' ' }],
    ['name must be a text of at most 80 characters without control characters, found "aaaa', 'name', { ...race, name: 'a'.repeat(81) }],
    ['found "evil�gnp.exe"', 'name', { ...race, name: 'evil\u202egnp.exe' }],
    ['found "a�b"', 'name', { ...race, name: 'a\nb' }],
    ['found "�"', 'runs.0.name', { ...race, runs: [{ ...race.runs[0], name: '\ud800' }] }],
    ['runs must be a list of 1 to 64 runs, found []', 'runs', { ...race, runs: [] }],
    ['runs must be a list of 1 to 64 runs, found a list of 65', 'runs', { ...race, runs: Array.from({ length: 65 }, () => race.runs[0]) }],
    [
      'runs.0.optimizer: "Sgd" is not a known optimizer type; known are SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW, Adamax, NAdam, RAdam, Lion, Muon',
      'runs.0.optimizer.type',
      { ...race, runs: [{ optimizer: { type: 'Sgd' } }] },
    ],
    [
      'runs.0.optimizer.lr must be a number from 0 to 1e+30, found "0.1"',
      'runs.0.optimizer.lr',
      { ...race, runs: [{ optimizer: { type: 'SGD', lr: '0.1' } }] },
    ],
    [
      'runs.0.optimizer.betas must be two numbers, each from 0 to below 1, found [0.9, 1]',
      'runs.0.optimizer.betas',
      { ...race, runs: [{ optimizer: { type: 'Adam', betas: [0.9, 1] } }] },
    ],
    [
      'runs.0.optimizer: nesterov needs a momentum above 0',
      'runs.0.optimizer.momentum',
      { ...race, runs: [{ optimizer: { type: 'SGD', nesterov: true } }] },
    ],
    [
      'runs.0.schedule.step_size must be a whole number from 1',
      'runs.0.schedule.step_size',
      { ...race, runs: [{ ...race.runs[0], schedule: { type: 'StepLR', step_size: 0 } }] },
    ],
    ['runs.0 has no field "lr"', 'runs.0.lr', { ...race, runs: [{ ...race.runs[0], lr: 1 }] }],
    [
      'runs.0.model.layers.0: "Foo" is not',
      'runs.0.model.layers.0.type',
      { ...race, runs: [{ ...race.runs[0], model: { input: [1, 28, 28], layers: [{ id: 'x', type: 'Foo' }] } }] },
    ],
  ])('%s', (message, path, raw) => {
    const error = failure(raw);
    expect(error.message.replace(/^(runs\.0\.model\.layers\.0|x):/, 'runs.0.model.layers.0:')).toContain(message);
    expect(error.path).toBe(path);
  });

  it('survives objects that are not data', () => {
    const loop: Record<string, unknown> = { ...race };
    loop.model = loop;
    expect(failure(loop).message).toMatch(/nested more than 8 deep/);
    const trap = {
      get name(): string {
        throw new TypeError('boo');
      },
    };
    expect(failure(trap).message).toBe('the experiment cannot be read');
    expect(
      failure(
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('boo');
            },
          },
        ),
      ).message,
    ).toBe('the experiment cannot be read');
    expect(failure({ ...race, runs: new Array(1e9) }).message).toMatch(/runs holds more than/);
    expect(failure({ ...race, seed: 10n }).message).toBe('seed must be data, found a bigint');
    let reads = 0;
    const twice = {
      ...race,
      get seed() {
        return reads++ === 0 ? 3 : 'changed';
      },
    };
    expect(restoreExperiment(twice).seed).toBe(3);
  });
});

describe('model and data belong together', () => {
  const digits = { type: 'digits' };
  const say = (layers: unknown[], data: Experiment['data'] = digits, input = [1, 28, 28]) =>
    misfit(inferModel({ input, layers } as never), data)?.message;

  it('by shape, classes and flatness', () => {
    const flat = { id: 'f', type: 'Flatten' };
    expect(say([flat, { id: 'fc', type: 'Linear', out_features: 10 }])).toBeUndefined();
    expect(say([flat, { id: 'fc', type: 'Linear', out_features: 10 }], digits, [3, 28, 28])).toBe(
      'model.input is 3 × 28 × 28, but digits has samples of 1 × 28 × 28',
    );
    expect(say([flat, { id: 'fc', type: 'Linear', out_features: 9 }])).toBe('fc: the last layer gives 9 values, but digits has 10 classes');
    expect(say([{ id: 'c', type: 'Conv2d' }])).toBe(
      'c: the last layer gives 16 × 26 × 26, but must give one value a class: end with Flatten and Linear with out_features 10',
    );
    expect(say([flat, { id: 'fc', type: 'Linear', out_features: 3 }], { type: 'spirals', arms: 3 }, [2, 1, 1])).toBeUndefined();
    expect(say([flat, { id: 'fc', type: 'Linear', out_features: 2 }], { type: 'spirals', arms: 3 }, [2, 1, 1])).toMatch(/3 classes/);
  });

  it('unless only the files will tell', () => {
    expect(say([{ id: 'f', type: 'Flatten' }], { type: 'files', name: 'MNIST' }, [3, 5, 7])).toBeUndefined();
    expect(say([{ id: 'r', type: 'ReLU' }], { type: 'files' })).toMatch(/one value a class: end with Flatten and Linear$/);
  });

  it('and batch norm needs something to average', () => {
    const layers = [
      { id: 'f', type: 'Flatten' },
      { id: 'fc', type: 'Linear' },
      { id: 'bn', type: 'BatchNorm1d' },
    ];
    const raw = { ...race, model: { input: [1, 28, 28], layers }, batch_size: 1 };
    expect(failure(raw)).toMatchObject({
      path: 'model.layers.2',
      layer: 'bn',
      message: expect.stringContaining('raise batch_size above 1') as string,
    });
    expect(restoreExperiment({ ...raw, batch_size: 2 }).batch_size).toBe(2);
    expect(restoreExperiment({ ...race, batch_size: 1 }).batch_size).toBe(1);
  });
});
