/** The references of every layer against PyTorch: outputs, all gradients, running statistics over several passes. */
import golden from 'golden/layers.json';
import { describe, expect, it } from 'vitest';
import { opCases, opCasesOf } from '../../src/engine/ops/cases.ts';
import type { Tensor } from '../../src/engine/reference.ts';
import { compare } from '../../src/gpu/selftest_compare.ts';
import { caseOf, NOT_YET, readLayers, supported } from '../support/golden.ts';

/** Golden values have nine significant digits, inputs as well as results; absolute for gradients that nearly vanish. */
const LIMITS = { tolerance: 1e-7, absolute: 1e-8 };

const product = Object.values(opCases).flatMap((op) => Object.keys(op.reference));
const layers = supported(readLayers(golden), product, NOT_YET.layers);

const expectClose = (name: string, actual: Tensor, expected: Tensor) => {
  expect(actual.shape, name).toEqual(expected.shape);
  expect(compare(name, actual.data, expected.data, LIMITS, expected.shape)).toBeNull();
};

describe(`references agree with PyTorch (not yet: ${NOT_YET.layers.join(', ')})`, () => {
  it.each(layers)('$name', (layer) => {
    const reference = opCasesOf(layer.type)?.reference[layer.type];
    if (!reference) throw new Error(`${layer.type} has no reference`);
    const { args } = caseOf(layer);
    const mode = { train: layer.train };
    const params = { ...layer.params };

    for (const [k, { input, output, grad_output, grad_input }] of layer.passes.entries()) {
      const forward = reference.forward(args, [input], params, mode);
      const backward = reference.backward(args, [input], params, grad_output, mode);
      expectClose(`y ${k}`, forward.output, output);
      expectClose(`dx ${k}`, backward.grad_inputs[0], grad_input);
      Object.assign(params, forward.buffers);
      if (k < layer.passes.length - 1) continue;
      expect(Object.keys(backward.grad_params).sort()).toEqual(Object.keys(layer.grad_params).sort());
      for (const [name, expected] of Object.entries(layer.grad_params)) expectClose(`d${name}`, backward.grad_params[name], expected);
    }
    for (const [name, expected] of Object.entries(layer.buffers_after)) expectClose(name, params[name], expected);
  });

  it('covers every layer of the product that PyTorch computes with', () => {
    const without = product.filter((type) => !layers.some((layer) => layer.type === type));
    expect(without.sort()).toEqual(['Add', 'Dropout', 'Flatten']);
  });

  it('refuses a name in neither list', () => {
    expect(() => supported([{ type: 'FractionalMaxPool2d' }], product, NOT_YET.layers)).toThrow('neither in the product');
    expect(() => supported([{ type: 'Conv2d' }], product, ['Conv2d'])).toThrow('in the product and listed');
  });
});
