/** Optimizers against PyTorch along a fixed sequence of gradients (one of them all zero), and what the definitions promise about state. */
import golden from 'golden/optimizers.json';
import { describe, expect, it } from 'vitest';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import { optimizers as kernels } from '../../src/engine/optim/index.ts';
import { oneMinusMuProduct } from '../../src/engine/optim/nadam.ts';
import { STEP_FLOATS } from '../../src/engine/plan.ts';
import { compare } from '../../src/gpu/selftest_compare.ts';
import { type OptimizerType, optimizers, optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import type { Args } from '../../src/model/types.ts';
import { NOT_YET, readOptimizers, supported } from '../support/golden.ts';
import { nadamReferenceBefore2 } from '../support/nadam_before_2.ts';

const { p0, grads, cases } = readOptimizers(golden);
const LIMITS = { tolerance: 1e-7 };

/** PyTorch has none of these: they are checked by hand below. */
const BEYOND = ['Lion', 'Muon'];

describe(`references agree with PyTorch (not yet: ${NOT_YET.optimizers.join(', ') || 'none'})`, () => {
  it.each(supported(cases, Object.keys(optimizerReferences), NOT_YET.optimizers))('$name', ({ type, hyper, after, before2 }) => {
    const args = resolveOptimizer({ type, ...hyper });
    const reference = before2 ? nadamReferenceBefore2 : optimizerReferences[type];
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
    for (const type of Object.keys(optimizerReferences))
      expect(
        cases.some((c) => c.type === type),
        type,
      ).toBe(!BEYOND.includes(type));
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
    { bias_correction: false },
    { momentum: 0.9, form: 'velocity' },
    { momentum: 0.9, form: 'ema' },
    { form: 'velocity' },
    { eps_inside_root: true },
  ];

  it.each(Object.keys(optimizerReferences))('of %s is as large as its definition says', (type) => {
    const names = optimizers[type].fields.map((field) => field.name);
    for (const given of settings.filter((s) => Object.keys(s).every((name) => names.includes(name)))) {
      const args = resolveOptimizer({ type, lr: 0.1, ...given });
      const states = optimizerReferences[type].states(args);
      expect(states).toHaveLength(optimizers[type].states(args));
      const state = optimizerReferences[type].init(args, 3);
      expect(Object.keys(state)).toEqual(states);
      expect(kernels[type as OptimizerType].states(args)).toEqual(states);
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

  it('SGD’s forms agree while lr stays, and part when it changes', () => {
    const grads = [1, -0.5, 2, 0, 0.3, -1];
    for (const nesterov of [false, true]) {
      const forms = (rates: readonly number[]) =>
        [
          { form: 'pytorch', lr: 1 },
          { form: 'velocity', lr: 1 },
          { form: 'ema', lr: 5 },
        ].map(({ form, lr }) => {
          const args = resolveOptimizer({ type: 'SGD', lr, momentum: 0.8, nesterov, form });
          const param = Float64Array.of(1);
          const state = optimizerReferences.SGD.init(args, 1);
          for (const [k, g] of grads.entries()) optimizerReferences.SGD.step(args, state, param, Float64Array.of(g), lr * rates[k], k + 1);
          return param[0];
        });
      const [pytorch, velocity, ema] = forms([0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
      // In the shifted variable Nesterov is PyTorch's; a mean with 1 / (1 − momentum) times the rate is the sum.
      expect(velocity).toBeCloseTo(pytorch, 12);
      expect(ema).toBeCloseTo(pytorch, 12);
      const [sum, step] = forms([0.1, 0.1, 0.1, 0.01, 0.01, 0.01]);
      // The sum obeys the new rate at once; the step goes on at its old pace.
      expect(Math.abs(step - sum)).toBeGreaterThan(0.1);
    }
  });

  it('SGD’s velocity and mean start from a buffer at 0', () => {
    expect(run('SGD', { lr: 0.1, momentum: 0.9, form: 'velocity' }, [1, 1])).toBeCloseTo(1 - 0.1 - 0.19, 14);
    expect(run('SGD', { lr: 0.1, momentum: 0.9, form: 'ema' }, [1, 1])).toBeCloseTo(1 - 0.01 - 0.019, 14);
    expect(run('SGD', { lr: 0.1, momentum: 0.9, form: 'velocity', nesterov: true }, [1])).toBeCloseTo(1 - 0.19, 14);
  });

  it('RMSprop’s first step has eps in or beside the root', () => {
    expect(run('RMSprop', { lr: 0.1, alpha: 0.96, eps: 0.05 }, [1])).toBeCloseTo(1 - 0.1 / (0.2 + 0.05), 14);
    expect(run('RMSprop', { lr: 0.1, alpha: 0.96, eps: 0.05, eps_inside_root: true }, [1])).toBeCloseTo(1 - 0.1 / Math.sqrt(0.04 + 0.05), 14);
  });

  it('AdamW decays a weight without gradient, Adam at the pace of its step', () => {
    expect(run('AdamW', { lr: 0.1, weight_decay: 0.5 }, [0])).toBeCloseTo(0.95, 14);
    expect(run('Adam', { lr: 0.1, weight_decay: 0.5 }, [0])).toBeCloseTo(0.9, 6);
  });

  it('nothing moves without a gradient and without decay', () => {
    for (const type of optimizerTypes) expect(run(type, { lr: 0.1, weight_decay: 0 }, [0, 0]), type).toBe(1);
  });

  it('Adam without bias correction starts with a step of lr · (1 − β₁) / √(1 − β₂)', () => {
    const far = (0.1 * (1 - 0.9)) / Math.sqrt(1 - 0.999);
    for (const g of [0.1, 1, 1e3]) expect(run('Adam', { lr: 0.1, bias_correction: false }, [g])).toBeCloseTo(1 - far, 4);
    expect(far / 0.1).toBeCloseTo(3.16, 2);
  });

  it('Lion moves by lr in the direction of the mixed momentum, whatever its size, and decays beside it', () => {
    for (const g of [1e-9, 1, 1e9]) expect(run('Lion', { lr: 0.1 }, [g])).toBeCloseTo(0.9, 14);
    // m = 0.01, then 0.9 · 0.01 − 0.1 · 0.08 > 0: the momentum wins over a small gradient against it, and loses to a larger one.
    expect(run('Lion', { lr: 0.1 }, [1, -0.08])).toBeCloseTo(0.8, 14);
    expect(run('Lion', { lr: 0.1 }, [1, -0.1])).toBeCloseTo(1, 14);
    // After those two m = 0.99 · 0.01 − 0.01 · 0.1 = 0.0089, so that 0.9 · m = 0.00801 against 0.1 · g.
    expect(run('Lion', { lr: 0.1 }, [1, -0.1, -0.08])).toBeCloseTo(0.9, 14);
    expect(run('Lion', { lr: 0.1 }, [1, -0.1, -0.0802])).toBeCloseTo(1.1, 14);
    expect(run('Lion', { lr: 0.1, weight_decay: 0.5 }, [1])).toBeCloseTo(0.85, 14);
    expect(run('Lion', { lr: 0.1, weight_decay: 0.5 }, [0])).toBeCloseTo(0.95, 14);
  });

  it('Adadelta’s first step is √(eps / (1 − rho)) long, Adamax’s lr', () => {
    expect(run('Adadelta', { lr: 1 }, [1])).toBeCloseTo(1 - Math.sqrt(1e-6 / 0.1), 7);
    for (const g of [1e-3, 1, 1e3]) expect(run('Adamax', { lr: 0.1 }, [g])).toBeCloseTo(0.9, 5);
  });

  it('NAdam’s first step is lr · (1 + (1 − β₁) · μ₂ / (1 − μ₁ · μ₂)) long', () => {
    const [first, second] = [0.9 * (1 - 0.5 * 0.96 ** 4e-3), 0.9 * (1 - 0.5 * 0.96 ** 8e-3)];
    const far = 0.1 * (1 + (0.1 * second) / (1 - first * second));
    expect(far).toBeCloseTo(0.105645, 6);
    for (const g of [1e-3, 1, 1e3]) expect(run('NAdam', { lr: 0.1 }, [g])).toBeCloseTo(1 - far, 5);
  });

  it('RAdam is momentum for five steps with β₂ 0.999, and for ever with β₂ 0.6', () => {
    const moves = (betas: number[]) =>
      [1, 2, 3, 4, 5, 6, 7].map((t) => kernels.RAdam.scalars(resolveOptimizer({ type: 'RAdam', lr: 1, betas }), 1, t).at(-1));
    expect(moves([0.9, 0.999])).toEqual([0, 0, 0, 0, 0, 1, 1]);
    expect(moves([0.9, 0.6])).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('scalars', () => {
  it('of NAdam hold the product of all μ in closed form, at once at step 1,000,000', () => {
    const [betas, decays] = [
      [0, 0.5, 0.9, 0.99, 0.9999],
      [0, 1e-300, 1e-9, 1e-4, 4e-3, 0.5, 100],
    ];
    for (const beta1 of betas) {
      for (const decay of decays) {
        let product = 1;
        for (let t = 1; t <= 5000; t++) {
          product *= beta1 * (1 - 0.5 * 0.96 ** (t * decay));
          if (t > 40 && t % 97 !== 0) continue;
          const found = oneMinusMuProduct(beta1, decay, t);
          expect(Math.abs(found - (1 - product)), `β₁ ${beta1}, momentum_decay ${decay}, step ${t}`).toBeLessThanOrEqual(1e-12 * found);
        }
      }
    }
    const start = performance.now();
    for (let k = 0; k < 1000; k++) expect(oneMinusMuProduct(0.999999, 4e-3, 1e6 + k)).toBeGreaterThan(0.6);
    // 10 µs each on an idle machine; a loop over the steps would take a minute.
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it.each(optimizerTypes)('of %s fit their row and are finite from the first step to far beyond, for extreme settings too', (type) => {
    const extremes: Args[] = [
      {},
      { betas: [0, 0] },
      { betas: [0.999999, 0.999999] },
      { betas: [0.9, 0.5], momentum_decay: 0 },
      { rho: 0 },
      { adamw_betas: [0, 0], ns_steps: 10 },
      { adamw_betas: [0.999999, 0.999999], nesterov: false },
      { bias_correction: false },
      { weight_decay: 100 },
    ];
    const names = optimizers[type].fields.map((field) => field.name);
    for (const given of extremes.filter((s) => Object.keys(s).every((name) => names.includes(name)))) {
      const args = resolveOptimizer({ type, lr: 0.1, ...given });
      for (const t of [1, 2, 5, 6, 100, 1e4, 1e6, 1e7]) {
        const scalars = kernels[type].scalars(args, 0.1, t);
        expect(scalars.length).toBeLessThanOrEqual(STEP_FLOATS);
        expect(scalars[0]).toBe(0.1);
        expect(
          scalars.every((value) => Number.isFinite(Math.fround(value))),
          `${JSON.stringify(given)} step ${t}: ${scalars}`,
        ).toBe(true);
        expect(kernels[type].scalars(args, 0.1, t)).toEqual(scalars);
      }
    }
  });
});
