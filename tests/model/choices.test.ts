/** What every definition owes; the numbers of optimizers, losses, initialisers and data sets (schedules: schedules.test.ts). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasets, resolveData } from '../../src/model/datasets.ts';
import { place, readField } from '../../src/model/fields.ts';
import { inferModel } from '../../src/model/infer.ts';
import { initialWeights, inits } from '../../src/model/inits/index.ts';
import { layers } from '../../src/model/layers/index.ts';
import { losses, resolveLoss } from '../../src/model/losses/index.ts';
import { stateBuffersOf } from '../../src/model/momentum.ts';
import { optimizers, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { schedules } from '../../src/model/schedules/index.ts';
import type { Definition, ModelInfo, OptimizerSpec, Value } from '../../src/model/types.ts';

const kinds = { layers, optimizers, schedules, losses, inits, datasets } as unknown as Record<string, Record<string, Definition>>;
const everything = Object.entries(kinds).flatMap(([kind, known]) =>
  Object.entries(known).map(([type, definition]) => [kind, type, definition] as const),
);

describe('every definition', () => {
  it.each(everything)('%s %s can draw its form', (kind, type, definition) => {
    expect(definition.type).toBe(type);
    expect(definition.label && definition.summary.endsWith('.')).toBeTruthy();
    expect(kind === 'datasets' || definition.formula !== '').toBe(true);
    expect(definition.source.url).toMatch(/^https?:\/\/\S+$/);
    expect(new Set(definition.fields.map((field) => field.name)).size).toBe(definition.fields.length);
    for (const field of definition.fields) {
      expect(field.name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
      expect(field.help).toMatch(/\.$/);
      // A number without bounds would reach the GPU unchecked.
      if (!['bool', 'enum', 'text'].includes(field.kind)) expect([typeof field.min, typeof field.max]).toEqual(['number', 'number']);
      expect(readField(field, field.default, place('x'))).toEqual(field.default);
      if (field.scale === 'log') expect((field.slider?.[0] ?? field.min)! > 0).toBe(true);
      if (field.slider) expect(field.slider[0] >= field.min! && field.slider[1] <= field.max! && field.slider[0] < field.slider[1]).toBe(true);
    }
  });

  it('cannot be found under a prototype’s name', () => {
    for (const known of Object.values(kinds)) for (const name of ['__proto__', 'constructor', 'toString', '']) expect(known[name]).toBeUndefined();
  });
});

describe('optimizers', () => {
  it.each<[OptimizerSpec, number]>([
    [{ type: 'SGD', lr: 1 }, 0],
    [{ type: 'SGD', lr: 1, momentum: 0.9, nesterov: true }, 1],
    [{ type: 'Adagrad', lr: 1 }, 1],
    [{ type: 'RMSprop', lr: 1 }, 1],
    [{ type: 'RMSprop', lr: 1, momentum: 0.5, centered: true }, 3],
    [{ type: 'Adam', lr: 1 }, 2],
    [{ type: 'AdamW', lr: 1, amsgrad: true }, 3],
    [{ type: 'Adadelta', lr: 1 }, 2],
    [{ type: 'Adamax', lr: 1 }, 2],
    [{ type: 'NAdam', lr: 1 }, 2],
    [{ type: 'RAdam', lr: 1 }, 2],
    [{ type: 'Lion', lr: 1 }, 1],
    [{ type: 'Muon', lr: 1 }, 2],
  ])('%j keeps %d buffers', (spec, buffers) => expect(stateBuffersOf({ optimizer: spec })).toBe(buffers));

  /** Without what all optimizers take besides, which does nothing unless asked for. */
  const ownDefaults = (spec: OptimizerSpec) => {
    const args: Record<string, unknown> = { ...resolveOptimizer(spec) };
    const shared = { clip_grad_norm: 0, clip_grad_value: 0, decay_bias_and_norm: true, accumulate_steps: 1, ema_decay: 0 };
    expect(args).toMatchObject(shared);
    for (const name of [...Object.keys(shared), 'decoupled_weight_decay']) delete args[name];
    return args;
  };

  it('have PyTorch’s defaults', () => {
    expect(ownDefaults({ type: 'SGD', lr: 0.5 })).toEqual({ lr: 0.5, momentum: 0, dampening: 0, nesterov: false, weight_decay: 0, form: 'pytorch' });
    expect(ownDefaults({ type: 'Adagrad', lr: 1 })).toEqual({ lr: 1, lr_decay: 0, weight_decay: 0, initial_accumulator_value: 0, eps: 1e-10 });
    expect(ownDefaults({ type: 'RMSprop', lr: 1 })).toEqual({
      lr: 1,
      alpha: 0.99,
      eps: 1e-8,
      weight_decay: 0,
      momentum: 0,
      centered: false,
      eps_inside_root: false,
    });
    expect(ownDefaults({ type: 'Adam', lr: 1 })).toEqual({
      ...{ lr: 1, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, amsgrad: false },
      // Ours; true is what PyTorch does.
      bias_correction: true,
    });
    expect(ownDefaults({ type: 'Adadelta', lr: 1 })).toEqual({ lr: 1, rho: 0.9, eps: 1e-6, weight_decay: 0 });
    const adaptive = { lr: 1, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 };
    expect(ownDefaults({ type: 'Adamax', lr: 1 })).toEqual(adaptive);
    expect(ownDefaults({ type: 'NAdam', lr: 1 })).toEqual({ ...adaptive, momentum_decay: 4e-3 });
    expect(ownDefaults({ type: 'RAdam', lr: 1 })).toEqual(adaptive);
    expect(ownDefaults({ type: 'Lion', lr: 1 })).toEqual({ lr: 1, betas: [0.9, 0.99], weight_decay: 0 });
    expect(ownDefaults({ type: 'Muon', lr: 1 })).toEqual({
      ...{ lr: 1, weight_decay: 0.1, momentum: 0.95, nesterov: true, eps: 1e-7 },
      ...{ ns_coefficients: [3.4445, -4.775, 2.0315], ns_steps: 5, adjust_lr_fn: 'original' },
      // Ours: PyTorch leaves the rest to another optimizer.
      ...{ hidden_only: true, adamw_lr: 1e-3, adamw_betas: [0.9, 0.999], adamw_eps: 1e-8 },
    });
    const rates = Object.values(optimizers).map(({ type, fields }) => [type, fields.find((field) => field.name === 'lr')!.default]);
    expect(Object.fromEntries(rates)).toMatchObject({ Adadelta: 1, Adamax: 2e-3, NAdam: 2e-3, RAdam: 1e-3, Lion: 1e-4 });
    expect(resolveOptimizer({ type: 'AdamW', lr: 1 })).toMatchObject({ weight_decay: 0.01 });
    expect(resolveLoss({ type: 'CrossEntropyLoss' })).toEqual({ label_smoothing: 0 });
  });

  it('take what PyTorch’s golden cases say', () => {
    const file = join(process.env.GOLDEN_DIR ?? 'tests/fixtures/golden', 'optimizers.json');
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { optimizer: string; hyper: Record<string, Value> & { lr: number } }[] };
    for (const { optimizer, hyper } of cases) expect(resolveOptimizer({ type: optimizer, ...hyper })).toMatchObject(hyper);
  });

  it('do not share their defaults', () => {
    const betas = resolveOptimizer({ type: 'Adam', lr: 1 }).betas as number[];
    betas[0] = 0;
    expect(resolveOptimizer({ type: 'Adam', lr: 1 }).betas).toEqual([0.9, 0.999]);
  });

  it('take as many numbers as a list of floats has', () => {
    expect(resolveOptimizer({ type: 'Muon', lr: 1, ns_coefficients: [1.5, -0.5, 0] }).ns_coefficients).toEqual([1.5, -0.5, 0]);
    for (const wrong of [[1.5, -0.5], [1, 2, 3, 4], [1, 2, Number.NaN], [1, 2, 101], 3]) {
      expect(() => resolveOptimizer({ type: 'Muon', lr: 1, ns_coefficients: wrong })).toThrow(
        /ns_coefficients must be 3 numbers, each from -100 to 100/,
      );
    }
  });

  it('say which fields disagree', () => {
    expect(() => resolveOptimizer({ type: 'SGD', lr: 1, nesterov: true }, 'runs.3.optimizer')).toThrow(
      'runs.3.optimizer: nesterov needs a momentum above 0',
    );
    expect(() => resolveOptimizer({ type: 'SGD', lr: 1, nesterov: true, momentum: 0.9, dampening: 0.1 })).toThrow('nesterov needs dampening 0');
    for (const form of ['velocity', 'ema']) {
      expect(() => resolveOptimizer({ type: 'SGD', lr: 1, form, momentum: 0.9, dampening: 0.1 })).toThrow(`form ${form} needs dampening 0`);
    }
  });
});

describe('initial weights', () => {
  const model = (out_channels = 32, extra: object[] = []): ModelInfo =>
    inferModel({
      input: [16, 8, 8],
      layers: [
        { id: 'conv', type: 'Conv2d', out_channels, kernel_size: 3 },
        { id: 'bn', type: 'BatchNorm2d' },
        ...(extra as []),
        { id: 'flat', type: 'Flatten' },
        { id: 'fc', type: 'Linear', out_features: 50 },
      ],
    });
  const stats = (values: Float32Array) => {
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    return { mean, std, max: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) };
  };

  it('are PyTorch’s default: U(±1/√fan_in), biases too', () => {
    const weights = initialWeights(model(), undefined, 7);
    expect([...weights].map(([name, values]) => [name, values.length])).toEqual([
      ...[
        ['conv.weight', 4608],
        ['conv.bias', 32],
        ['bn.weight', 32],
        ['bn.bias', 32],
        ['bn.running_mean', 32],
        ['bn.running_var', 32],
      ],
      ...[
        ['fc.weight', 57_600],
        ['fc.bias', 50],
      ],
    ]);
    for (const [name, fan_in] of [
      ['conv', 144],
      ['fc', 1152],
    ] as const) {
      const { mean, std, max } = stats(weights.get(`${name}.weight`)!);
      const bound = 1 / Math.sqrt(fan_in);
      expect(max).toBeLessThanOrEqual(bound);
      expect(max).toBeGreaterThan(0.99 * bound);
      expect(Math.abs(mean)).toBeLessThan(0.03 * bound);
      expect(std / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
      expect(stats(weights.get(`${name}.bias`)!).max).toBeLessThanOrEqual(bound);
      expect(stats(weights.get(`${name}.bias`)!).max).toBeGreaterThan(0.8 * bound);
    }
    expect(new Set([...weights.get('bn.weight')!, ...weights.get('bn.running_var')!])).toEqual(new Set([1]));
    expect(new Set([...weights.get('bn.bias')!, ...weights.get('bn.running_mean')!])).toEqual(new Set([0]));
  });

  // fc: fan_in 1152, fan_out 50.
  it.each([
    [{ type: 'kaiming_normal' }, Math.sqrt(2 / 1152), Infinity],
    [{ type: 'kaiming_normal', mode: 'fan_out' }, Math.sqrt(2 / 50), Infinity],
    [{ type: 'kaiming_uniform' }, Math.sqrt(2 / 1152), Math.sqrt(6 / 1152)],
    [{ type: 'xavier_normal' }, Math.sqrt(2 / 1202), Infinity],
    [{ type: 'xavier_normal', gain: 2 }, 2 * Math.sqrt(2 / 1202), Infinity],
    [{ type: 'xavier_uniform' }, Math.sqrt(2 / 1202), Math.sqrt(6 / 1202)],
    [{ type: 'zeros' }, 0, 0],
  ])('%j', (init, deviation, bound) => {
    const weights = initialWeights(model(), init, 3);
    const { std, max } = stats(weights.get('fc.weight')!);
    if (deviation === 0) expect(std).toBe(0);
    else expect(std / deviation).toBeCloseTo(1, 1);
    expect(max).toBeLessThanOrEqual(Math.fround(bound));
    expect(stats(weights.get('fc.bias')!).max).toBe(0);
    expect(stats(weights.get('conv.bias')!).max).toBe(0);
    expect(weights.get('bn.weight')![5]).toBe(1);
  });

  it('follow from seed and name alone', () => {
    const a = initialWeights(model(), undefined, 7);
    expect(initialWeights(model(), undefined, 7)).toEqual(a);
    expect(initialWeights(model(), undefined, 8).get('fc.weight')).not.toEqual(a.get('fc.weight'));
    expect(initialWeights(model(32, [{ id: 'new', type: 'Conv2d', out_channels: 32, kernel_size: 1 }]), undefined, 7).get('fc.weight')).toEqual(
      a.get('fc.weight'),
    );
    expect(a.get('conv.bias')).not.toEqual(a.get('fc.bias')!.slice(0, 32));
    // On every machine: these went into shared links.
    expect([...a.get('fc.bias')!.slice(0, 3)]).toMatchInlineSnapshot(`
      [
        0.008295991457998753,
        0.01153305172920227,
        0.013352303765714169,
      ]
    `);
  });
});

describe('data sets', () => {
  it('know classes, shape and split', () => {
    expect(resolveData({ type: 'digits' })).toMatchObject({ input: [1, 28, 28], split: { train: 8000, val: 1000 } });
    expect(resolveData({ type: 'shapes' }).classes).toHaveLength(10);
    expect(resolveData({ type: 'spirals', arms: 3, samples: 101 })).toMatchObject({
      input: [2, 1, 1],
      split: { train: 80, val: 21 },
      classes: ['first arm', 'second arm', 'third arm'],
    });
    expect(resolveData({ type: 'files', name: 'MNIST' })).toMatchObject({ input: undefined, classes: undefined, split: undefined });
    expect(() => resolveData({ type: 'files', name: 'a\u202eb' })).toThrow('data.name must be a text');
  });
});
