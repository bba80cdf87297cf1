/** Optimizers against PyTorch along a fixed sequence of gradients (one of them all zero), and what the definitions promise about state. */
import golden from 'golden/optimizers.json';
import { describe, expect, it } from 'vitest';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import { compare } from '../../src/gpu/selftest_compare.ts';
import { optimizers, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import type { Args } from '../../src/model/types.ts';
import { NOT_YET, readOptimizers, supported } from '../support/golden.ts';

const { p0, grads, cases } = readOptimizers(golden);
const LIMITS = { tolerance: 1e-7 };

describe(`references agree with PyTorch (not yet: ${NOT_YET.optimizers.join(', ')})`, () => {
  it.each(supported(cases, Object.keys(optimizerReferences), NOT_YET.optimizers))('$name', ({ type, hyper, after }) => {
    const args = resolveOptimizer({ type, ...hyper });
    const reference = optimizerReferences[type];
    const param = p0.slice();
    const state = reference.init(args, param.length);
    const seen: number[] = [];
    for (const [k, grad] of grads.entries()) {
      reference.step(args, state, param, grad, hyper.lr, k + 1);
      const expected = after.get(k + 1);
      if (!expected) continue;
      seen.push(k + 1);
      expect(compare(`step ${k + 1}`, param, expected, LIMITS)).toBeNull();
    }
    expect(seen).toEqual([1, 2, 5, 6, 30]);
  });

  it('covers every optimizer of the product', () => {
    expect(Object.keys(optimizerReferences).sort()).toEqual(Object.keys(optimizers).sort());
    for (const type of Object.keys(optimizerReferences)) expect(cases.some((c) => c.type === type)).toBe(true);
  });
});

describe('state', () => {
  const settings: Args[] = [
    {},
    { momentum: 0.9 },
    { momentum: 0.9, nesterov: true },
    { centered: true },
    { momentum: 0.5, centered: true },
    { amsgrad: true },
  ];

  it.each(Object.keys(optimizerReferences))('of %s is as large as its definition says', (type) => {
    const names = optimizers[type].fields.map((field) => field.name);
    for (const given of settings.filter((s) => Object.keys(s).every((name) => names.includes(name)))) {
      const args = resolveOptimizer({ type, lr: 0.1, ...given });
      const states = optimizerReferences[type].states(args);
      expect(states).toHaveLength(optimizers[type].states(args));
      const state = optimizerReferences[type].init(args, 3);
      expect(Object.keys(state)).toEqual(states);
      expect(Object.values(state).every((values) => values.length === 3)).toBe(true);
    }
  });
});

describe('steps by hand', () => {
  const run = (type: string, given: { lr: number } & Args, steps: number[]) => {
    const args = resolveOptimizer({ type, ...given });
    const param = Float64Array.of(1);
    const state = optimizerReferences[type].init(args, 1);
    for (const [k, g] of steps.entries()) optimizerReferences[type].step(args, state, param, Float64Array.of(g), given.lr, k + 1);
    return param[0];
  };

  it('SGD does not dampen its first step', () => {
    expect(run('SGD', { lr: 0.1, momentum: 0.9, dampening: 0.5 }, [1])).toBeCloseTo(0.9, 14);
    expect(run('SGD', { lr: 0.1, momentum: 0.9, dampening: 0.5 }, [1, 1])).toBeCloseTo(0.9 - 0.1 * (0.9 + 0.5), 14);
  });

  it('Adam’s first step is lr in the direction of the gradient, whatever its size', () => {
    for (const g of [1e-3, 1, 1e3]) expect(run('Adam', { lr: 0.1 }, [g])).toBeCloseTo(0.9, 5);
  });

  it('AdamW decays a weight without gradient, Adam at the pace of its step', () => {
    expect(run('AdamW', { lr: 0.1, weight_decay: 0.5 }, [0])).toBeCloseTo(0.95, 14);
    expect(run('Adam', { lr: 0.1, weight_decay: 0.5 }, [0])).toBeCloseTo(0.9, 6);
  });

  it('nothing moves without a gradient and without decay', () => {
    for (const type of ['SGD', 'Adagrad', 'RMSprop', 'Adam']) expect(run(type, { lr: 0.1 }, [0, 0])).toBe(1);
  });
});
