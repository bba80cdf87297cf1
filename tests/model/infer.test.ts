import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkModel, inferModel } from '../../src/model/infer.ts';
import { layers, layerTypes } from '../../src/model/layers/index.ts';
import type { LayerInfo, LayerSpec, ModelError, ModelSpec, Shape } from '../../src/model/types.ts';
import { arbitrarySpec, fuzz } from './arbitrary.ts';

/** The layer `type` alone on an input; a flat input comes from Flatten. */
function one(input: readonly number[], type: string, args: Record<string, unknown> = {}): LayerInfo {
  const layer = { id: 'it', type, ...args } as LayerSpec;
  const spec: ModelSpec =
    input.length === 1
      ? { input: [input[0]!, 1, 1], layers: [{ id: 'f', type: 'Flatten' }, layer] }
      : { input: input as [number, number, number], layers: [layer] };
  return inferModel(spec).layers.at(-1)!;
}

function failure(spec: unknown): ModelError {
  const check = checkModel(spec as ModelSpec);
  expect(check.info).toBeUndefined();
  expect(() => inferModel(spec as ModelSpec)).toThrow(check.error!.message);
  return check.error!;
}

describe('shapes, counted by hand', () => {
  it.each<[Shape, string, Record<string, unknown>, Shape, number, number]>([
    // (28 + 2 − 3) / 1 + 1 = 28; 16·1·3·3 + 16; 16·9·28·28.
    [[1, 28, 28], 'Conv2d', { out_channels: 16, kernel_size: 3, padding: 1 }, [16, 28, 28], 160, 112_896],
    // ⌊(28 − 5) / 2⌋ + 1 = 12 and ⌊(30 + 4 − 3) / 3⌋ + 1 = 11.
    [[3, 28, 30], 'Conv2d', { out_channels: 4, kernel_size: [5, 3], stride: [2, 3], padding: [0, 2], bias: false }, [4, 12, 11], 180, 180 * 132],
    // Dilation 2 spans 5: 9 − 5 + 1 = 5.
    [[2, 9, 9], 'Conv2d', { out_channels: 3, kernel_size: 3, dilation: 2 }, [3, 5, 5], 57, 54 * 25],
    // Depthwise: 8 kernels of 1·3·3.
    [[8, 6, 6], 'Conv2d', { out_channels: 8, kernel_size: 3, groups: 8, bias: false }, [8, 4, 4], 72, 72 * 16],
    [[4, 7, 7], 'Conv2d', { out_channels: 6, kernel_size: 7 }, [6, 1, 1], 1182, 1176],
    [[12], 'Linear', { out_features: 5 }, [5], 65, 60],
    [[12], 'Linear', { out_features: 5, bias: false }, [5], 60, 60],
    [[6, 5, 4], 'BatchNorm2d', {}, [6, 5, 4], 12, 0],
    [[9], 'BatchNorm1d', {}, [9], 18, 0],
    [[3, 8, 7], 'MaxPool2d', { kernel_size: 2 }, [3, 4, 3], 0, 0],
    [[3, 8, 7], 'MaxPool2d', { kernel_size: 3, stride: 2, padding: 1 }, [3, 4, 4], 0, 0],
    [[3, 8, 7], 'AvgPool2d', { kernel_size: [2, 3], stride: 1 }, [3, 7, 5], 0, 0],
    [[3, 8, 7], 'AdaptiveAvgPool2d', { output_size: [3, 2] }, [3, 3, 2], 0, 0],
    [[3, 8, 7], 'Flatten', {}, [168], 0, 0],
    [[3, 8, 7], 'GELU', { approximate: 'tanh' }, [3, 8, 7], 0, 0],
    [[5], 'Dropout', { p: 0 }, [5], 0, 0],
  ])('%j → %s %j → %j', (input, type, args, shape, parameters, macs) => {
    const info = one(input, type, args);
    expect(info.shape).toEqual(shape);
    expect(info.parameters).toBe(parameters);
    expect(info.macs).toBe(macs);
  });

  it('hand on complete arguments, pairs as [h, w]', () => {
    expect(one([3, 8, 8], 'Conv2d', { out_channels: 5 }).args).toEqual({
      ...{ in_channels: 3, out_channels: 5, kernel_size: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, bias: true },
    });
    expect(one([3, 8, 8], 'MaxPool2d', { kernel_size: [3, 2] }).args).toEqual({ kernel_size: [3, 2], stride: [3, 2], padding: [0, 0] });
    expect(one([7], 'BatchNorm1d').args).toEqual({ num_features: 7, eps: 1e-5, momentum: 0.1 });
    expect(one([4, 3, 3], 'Conv2d', { in_channels: 4 }).args.in_channels).toBe(4);
  });

  it('give PyTorch’s fans', () => {
    const [weight, bias] = one([6, 8, 8], 'Conv2d', { out_channels: 9, kernel_size: [3, 5], groups: 3 }).params;
    expect(weight).toEqual({ name: 'weight', shape: [9, 2, 3, 5], kind: 'parameter', init: 'kaiming_uniform_sqrt5', fan_in: 30, fan_out: 135 });
    expect(bias).toMatchObject({ name: 'bias', shape: [9], init: 'bias_uniform', fan_in: 30 });
  });

  it('describe themselves briefly', () => {
    const say = (type: string, args: Record<string, unknown> = {}, input = [8, 16, 16]) => layers[type]!.describe!(one(input, type, args).args);
    expect(say('Conv2d', { padding: 1, bias: false })).toBe('3×3, padding 1, no bias');
    expect(say('Conv2d', { kernel_size: [1, 7], stride: 2, padding: [0, 3], dilation: 2, groups: 8, out_channels: 8 })).toBe(
      '1×7, stride 2, padding 0×3, dilation 2, 8 groups',
    );
    expect(say('MaxPool2d')).toBe('2×2');
    expect(say('AvgPool2d', { stride: 1, padding: 1, count_include_pad: false })).toBe('2×2, stride 1, padding 1, padding not counted');
    expect(say('AdaptiveAvgPool2d')).toBe('to 1×1');
    expect(say('Dropout', { p: 0.25 })).toBe('p 0.25');
    expect(say('LeakyReLU')).toBe('slope 0.01');
    expect(say('BatchNorm2d')).toBe('');
  });
});

describe('graphs', () => {
  const residual: ModelSpec = {
    input: [2, 6, 6],
    layers: [
      { id: '3.conv1', type: 'Conv2d', out_channels: 4, kernel_size: 3, padding: 1 },
      { id: 'short', type: 'Conv2d', inputs: ['input'], out_channels: 4, kernel_size: 1 },
      { id: 'unread', type: 'Flatten', inputs: ['short'] },
      { id: 'sum', type: 'Add', inputs: ['3.conv1', 'short'] },
      { id: 'relu', type: 'ReLU' },
    ],
  };

  it('read any layer before, by id', () => {
    const info = inferModel(residual);
    expect(info.layers.map((layer) => layer.inputs)).toEqual([['input'], ['input'], ['short'], ['3.conv1', 'short'], ['sum']]);
    expect(info.output).toEqual([4, 6, 6]);
    expect(info.parameters).toBe(76 + 12);
    expect(info.macs).toBe(72 * 36 + 8 * 36);
  });

  it('may add a layer to itself', () => {
    expect(inferModel({ input: [1, 2, 2], layers: [{ id: 'twice', type: 'Add', inputs: ['input', 'input'] }] }).output).toEqual([1, 2, 2]);
  });

  it('show what can be shown beside an error', () => {
    const { layers: checks, error } = checkModel({
      input: [1, 8, 8],
      layers: [
        { id: 'a', type: 'Conv2d', kernel_size: 5 },
        { id: 'b', type: 'Conv2d', kernel_size: 7 },
        { id: 'c', type: 'ReLU' },
        { id: 'd', type: 'Flatten', inputs: ['a'] },
      ],
    });
    expect(checks.map((check) => [check.id, check.info?.shape, check.error?.layer])).toEqual([
      ['a', [16, 4, 4], undefined],
      ['b', undefined, 'b'],
      ['c', undefined, undefined],
      ['d', [256], undefined],
    ]);
    expect(error).toBe(checks[1]!.error);
  });
});

describe('errors say what, where, and what to do', () => {
  const conv = { id: 'conv', type: 'Conv2d' };
  const model = (...list: unknown[]) => ({ input: [6, 4, 4], layers: list });
  it.each<[string, unknown, string]>([
    ['conv: Conv2d 7×7 needs an input of at least 7×7, gets 4×4', model({ ...conv, kernel_size: 7 }), 'model.layers.0.kernel_size'],
    [
      'conv: Conv2d 7×7 with padding 1 needs an input of at least 5×5, gets 4×4',
      model({ ...conv, kernel_size: 7, padding: 1 }),
      'model.layers.0.kernel_size',
    ],
    ['conv: Conv2d 3×3 with dilation 2 needs an input of at least 5×5, gets 4×4', model({ ...conv, dilation: 2 }), 'model.layers.0.kernel_size'],
    ['conv: Conv2d with 4 groups needs in_channels divisible by 4, has 6', model({ ...conv, groups: 4 }), 'model.layers.0.groups'],
    ['conv: Conv2d with 3 groups needs out_channels divisible by 3, has 16', model({ ...conv, groups: 3 }), 'model.layers.0.groups'],
    ['conv: in_channels is 3, but the input has 6: leave it out or write 6', model({ ...conv, in_channels: 3 }), 'model.layers.0.in_channels'],
    ['fc: Linear needs a flat input, gets 6 × 4 × 4: add Flatten before it', model({ id: 'fc', type: 'Linear' }), 'model.layers.0.inputs'],
    [
      'conv: Conv2d needs an input with channels, height and width, gets 96 flat values: move it before Flatten',
      model({ id: 'f', type: 'Flatten' }, conv),
      'model.layers.1.inputs',
    ],
    [
      'pool: MaxPool2d 2×2 allows padding up to half its kernel, gets 2',
      model({ id: 'pool', type: 'MaxPool2d', padding: 2 }),
      'model.layers.0.padding',
    ],
    ['sum: Add needs 2 inputs: name the layers it reads', model({ id: 'sum', type: 'Add' }), 'model.layers.0.inputs'],
    ['sum: Add needs 2 inputs, gets 1', model({ id: 'sum', type: 'Add', inputs: ['input'] }), 'model.layers.0.inputs'],
    [
      'sum: Add needs two inputs of the same shape, gets 16 × 2 × 2 and 6 × 4 × 4',
      model(conv, { id: 'sum', type: 'Add', inputs: ['conv', 'input'] }),
      'model.layers.1.inputs',
    ],
    [
      'act reads "later", which comes later: a layer reads only layers before it',
      model({ id: 'act', type: 'ReLU', inputs: ['later'] }, { id: 'later', type: 'ReLU' }),
      'model.layers.0.inputs',
    ],
    ['act reads "ghost", which does not exist', model({ id: 'act', type: 'ReLU', inputs: ['ghost'] }), 'model.layers.0.inputs'],
    ['act reads "act", which is itself', model({ id: 'act', type: 'ReLU', inputs: ['act'] }), 'model.layers.0.inputs'],
    ['act.inputs must be a list of layer ids, found "conv"', model({ id: 'act', type: 'ReLU', inputs: 'conv' }), 'model.layers.0.inputs'],
    ['a: another layer has the id "a" already', model({ id: 'a', type: 'ReLU' }, { id: 'a', type: 'ReLU' }), 'model.layers.1.id'],
    [
      'conv.kernel_size must be a whole number or [height, width], each from 1 to 255, found [3, 0]',
      model({ ...conv, kernel_size: [3, 0] }),
      'model.layers.0.kernel_size',
    ],
    ['conv.bias must be true or false, found 1', model({ ...conv, bias: 1 }), 'model.layers.0.bias'],
    ['drop.p must be a number from 0 to below 1, found 1', model({ id: 'drop', type: 'Dropout', p: 1 }), 'model.layers.0.p'],
    ['g.approximate must be "none" or "tanh", found "exact"', model({ id: 'g', type: 'GELU', approximate: 'exact' }), 'model.layers.0.approximate'],
    [
      'conv: Conv2d has no argument "kernal_size"; it takes in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias',
      model({ ...conv, kernal_size: 3 }),
      'model.layers.0.kernal_size',
    ],
    ['act: ReLU has no argument "inplace"; it takes none', model({ id: 'act', type: 'ReLU', inplace: true }), 'model.layers.0.inplace'],
    ['model.layers is empty: add at least one layer', { input: [1, 1, 1], layers: [] }, 'model.layers'],
    ['model.layers may hold 128 layers, found 129', model(...Array.from({ length: 129 }, (_, i) => ({ id: `r${i}`, type: 'ReLU' }))), 'model.layers'],
    [
      'model.input must be [channels, height, width], up to 8192 channels and 4096 pixels a side, found [1, 5000, 1]',
      { input: [1, 5000, 1], layers: [] },
      'model.input',
    ],
    ['model has no field "name"; it takes input, layers', { input: [1, 1, 1], layers: [], name: 'x' }, 'model.name'],
    ['model must be an object, found null', null, 'model'],
    ['model.layers.0 must be an object, found 3', model(3), 'model.layers.0'],
    [
      'fc: the model would have 4.3 G parameters',
      {
        input: [1, 256, 256],
        layers: [
          { id: 'f', type: 'Flatten' },
          { id: 'fc', type: 'Linear', out_features: 65536 },
        ],
      },
      'model.layers.1',
    ],
    [
      'conv: Conv2d would give 8192 × 4096 × 4096 = 137 G values a sample',
      { input: [1, 4096, 4096], layers: [{ ...conv, out_channels: 8192, kernel_size: 1 }] },
      'model.layers.0',
    ],
  ])('%s', (message, spec, path) => {
    const error = failure(spec);
    expect(error.message).toContain(message);
    expect(error.path).toBe(path);
  });

  it.each(['', 'a b', '.a', 'a..b', 'ü', 'x'.repeat(81), 'input', '__proto__', 'a.constructor', 'prototype', 'toString'])(
    'refuse the id %j',
    (id) => {
      expect(failure(model({ id, type: 'ReLU' })).path).toBe('model.layers.0.id');
    },
  );

  it.each(['Relu', '', '__proto__', 'constructor', 'toString', 7, null])('refuse the type %j', (type) => {
    const error = failure(model({ id: 'a', type }));
    expect(error.path).toBe('model.layers.0.type');
    expect(error.message).toContain('known are Conv2d, Linear, BatchNorm2d');
  });

  it('name the model of a run', () => {
    expect(() => inferModel({ input: [1, 1, 1], layers: [] }, 'runs.2.model')).toThrow(/^runs\.2\.model\.layers is empty/);
  });
});

describe('any chain of layers', () => {
  const layer = arbitrarySpec(Object.values(layers));
  const chain = fc
    .array(layer, { minLength: 1, maxLength: 10 })
    .map((list) => list.map((spec, index) => ({ ...spec, id: `l${index}`, ...(spec.type === 'Add' && { inputs: [`l${index - 1}`, 'input'] }) })));
  const input = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));

  it('infers to whole positive numbers or says why not', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(input, chain, (size, list) => {
        const check = checkModel({ input: size, layers: list });
        expect(check.info === undefined).toBe(check.error !== undefined);
        for (const { info, error } of check.layers) {
          // "cannot be read" would hide a mistake of ours.
          if (error) expect(error.message).not.toContain('cannot be read');
          if (!info) continue;
          reached.add(info.type);
          for (const n of [...info.shape, ...info.params.flatMap((param) => [...param.shape])]) expect(Number.isInteger(n) && n > 0).toBe(true);
          expect(Number.isSafeInteger(info.parameters) && info.macs >= 0).toBe(true);
        }
      }),
      fuzz(1500),
    );
    expect([...reached].sort()).toEqual([...layerTypes].sort());
  });
});
