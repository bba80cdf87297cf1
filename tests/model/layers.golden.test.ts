/** Output shapes, parameter shapes and initial buffers against PyTorch's layers. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../src/model/infer.ts';
import { layers } from '../../src/model/layers/index.ts';
import type { LayerSpec, Value } from '../../src/model/types.ts';

interface Tensor {
  shape: number[];
}

interface GoldenCase {
  layer: string;
  hyper: Record<string, Value>;
  params: Record<string, Tensor>;
  buffers: Record<string, Tensor>;
  x: Tensor[];
  y: Tensor[];
}

/** In PyTorch's file, not in the product. A name that is neither here nor in the product fails. */
const NOT_YET = [
  ...['ConvTranspose2d', 'LayerNorm', 'InstanceNorm2d', 'GroupNorm', 'LocalResponseNorm'],
  ...['ReLU6', 'ELU', 'SELU', 'Hardswish', 'Hardsigmoid', 'Mish', 'Softplus', 'Softmax', 'PReLU'],
];

const file = join(process.env.GOLDEN_DIR ?? 'tests/fixtures/golden', 'layers.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenCase[] };

describe('layers have the shapes of PyTorch’s', () => {
  it.each(cases.filter((c) => c.layer in layers))('$layer $hyper', ({ layer, hyper, params, buffers, x, y }) => {
    const input = x[0]!.shape.slice(1);
    const flat = input.length === 1;
    const under: LayerSpec = { id: 'layer', type: layer, ...hyper };
    const chain = flat ? [{ id: 'flat', type: 'Flatten' }, under] : [under];
    const check = checkModel({ input: flat ? [1, 1, input[0]!] : (input as [number, number, number]), layers: chain });
    const info = check.layers.at(-1)!.info!;
    expect(check.error).toBeUndefined();
    expect(info.shape).toEqual(y[0]!.shape.slice(1));
    const shapes = (kind: string) => Object.fromEntries(info.params.filter((p) => p.kind === kind).map((p) => [p.name, p.shape]));
    const golden = (tensors: Record<string, Tensor>) => Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, t.shape]));
    expect(shapes('parameter')).toEqual(golden(params));
    expect(shapes('buffer')).toEqual(golden(buffers));
  });
});

describe(`golden layers not supported yet: ${NOT_YET.join(', ')}`, () => {
  it.each([...new Set(cases.map((c) => c.layer))])('%s is supported or listed, not both', (name) => {
    expect([name in layers, NOT_YET.includes(name)].filter(Boolean)).toHaveLength(1);
  });
});
