/** The microscope's explanations of a weight's update, against the float64 reference of each optimizer. */
import { describe, expect, it } from 'vitest';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import { commonStep } from '../../src/engine/optim/common.reference.ts';
import { prepareCommon } from '../../src/engine/optim/explain/common.ts';
import { explanations } from '../../src/engine/optim/explain/index.ts';
import { explainMuonMatrix, explainMuonVector, muonMix } from '../../src/engine/optim/explain/muon.ts';
import { factor, tex } from '../../src/engine/optim/explain/steps.ts';
import { orthogonalise } from '../../src/engine/optim/muon.reference.ts';
import { logProduct, momentumArgument, withMomentum } from '../../src/model/momentum.ts';
import { commonOf, ownArgs } from '../../src/model/optimizers/common.ts';
import { optimizers, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import type { Args, OptimizerSpec } from '../../src/model/types.ts';
import { norm } from '../../src/train/microscope/vectors.ts';
import { unknownCommands } from '../../src/ui/primitives/tex.ts';

const settings: readonly OptimizerSpec[] = [
  { type: 'SGD', lr: 0.1 },
  { type: 'SGD', lr: 0.1, momentum: 0.9, dampening: 0.2, weight_decay: 0.01 },
  { type: 'SGD', lr: 0.1, momentum: 0.9, nesterov: true },
  ...['velocity', 'ema'].flatMap((form) => [false, true].map((nesterov) => ({ type: 'SGD', lr: 0.1, momentum: 0.9, form, nesterov }))),
  { type: 'RMSprop', lr: 0.01, eps_inside_root: true, eps: 1e-3, centered: true },
  { type: 'AdamW', lr: 0.01, bias_correction: false },
  { type: 'Adagrad', lr: 0.1, lr_decay: 0.3, initial_accumulator_value: 0.1, weight_decay: 0.01 },
  { type: 'RMSprop', lr: 0.01, weight_decay: 0.01 },
  { type: 'RMSprop', lr: 0.01, momentum: 0.9, centered: true },
  { type: 'Adadelta', lr: 1, weight_decay: 0.01 },
  { type: 'Adam', lr: 0.01, amsgrad: true, weight_decay: 0.01 },
  { type: 'Adam', lr: 0.01, bias_correction: false },
  { type: 'AdamW', lr: 0.01, weight_decay: 0.1 },
  { type: 'Adamax', lr: 0.01, weight_decay: 0.01 },
  { type: 'NAdam', lr: 0.01, weight_decay: 0.01 },
  { type: 'RAdam', lr: 0.01, betas: [0.9, 0.99], weight_decay: 0.01 },
  { type: 'Lion', lr: 0.01, weight_decay: 0.1 },
];

/** Commands that the page can set, and no word that should have been one. */
function expectTex({ label, tex: rule, numbers }: { label: string; tex: string; numbers: string }): void {
  expect(unknownCommands(`${rule} ${numbers}`), label).toEqual([]);
  const plain = `${rule} ${numbers}`.replace(/\\mathrm\{[^}]*\}|\\[a-zA-Z]+/g, ' ');
  expect(plain, label).not.toMatch(/[a-zA-Z]{2}|\t/);
}

/** What a schedule might make of the momentum. */
const swing = (t: number): number => 0.9 + 0.05 * Math.cos(t / 3);

describe('explanations', () => {
  it('exist for every optimizer that moves weights one by one', () => {
    expect(Object.keys(explanations).sort()).toEqual(
      Object.keys(optimizers)
        .filter((type) => type !== 'Muon')
        .sort(),
    );
    expect([...new Set(settings.map((s) => s.type))].sort()).toEqual(Object.keys(explanations).sort());
  });

  const stands = settings.map((spec) => [JSON.stringify(spec), spec, undefined] as const);
  const moves = settings
    .filter(({ type }) => momentumArgument(type))
    .map((spec) => [`${JSON.stringify(spec)} with a moving momentum`, spec, swing] as const);

  it.each([...stands, ...moves])('%s end where the reference ends, step after step', (_, spec, momentum) => {
    const argsOf = (t: number): Args => (momentum ? withMomentum(spec.type, resolveOptimizer(spec), momentum(t)) : resolveOptimizer(spec));
    const logMomenta = momentum && logProduct((step) => momentum(step + 1));
    const reference = optimizerReferences[spec.type];
    const explain = explanations[spec.type as keyof typeof explanations];
    const stream = random(7);
    const param = Float64Array.of(0.3, -2, 0);
    const state = reference.init(argsOf(1), param.length);
    for (let t = 1; t <= 12; t++) {
      const args = argsOf(t);
      const lr = spec.lr / t;
      const grad = Float64Array.from(param, (_w, i) => (i === 2 && t < 4 ? 0 : stream.normal()));
      const given = Array.from(param, (weight, i) => ({
        args,
        lr,
        t,
        logMomenta: logMomenta?.(t),
        gradient: grad[i],
        weight,
        state: Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array[i]])),
      }));
      const explained = given.map(explain);
      reference.step(args, state, param, grad, lr, t, momentum);
      for (const [i, steps] of explained.entries()) {
        const delta = Math.abs(param[i] - given[i].weight);
        expect(Math.abs((steps.at(-1)?.value ?? Number.NaN) - param[i]), `step ${t}, weight ${i}`).toBeLessThanOrEqual(1e-15 + 1e-9 * delta);
        expect(steps[0].value).toBe(grad[i]);
        for (const step of steps) {
          expectTex(step);
          expect(Number.isFinite(step.value), step.label).toBe(true);
        }
      }
    }
  });

  it('begin with what all optimizers share, as the reference does', () => {
    const spec: OptimizerSpec = {
      ...{ type: 'Adam', lr: 0.01, weight_decay: 0.1, decoupled_weight_decay: true, decay_bias_and_norm: false },
      ...{ accumulate_steps: 2, clip_grad_norm: 0.4, clip_grad_value: 0.2 },
    };
    const args = resolveOptimizer(spec);
    const reference = optimizerReferences.Adam;
    const stream = random(3);
    const param = Float64Array.of(0.3, -2, 1);
    const exempt = (i: number): boolean => i === 2;
    const state = reference.init(ownArgs(args), param.length);
    const common = commonOf(args);
    for (let t = 1; t <= 6; t++) {
      const batches = [0, 1].map(() => Float64Array.from(param, () => stream.normal()));
      const mean = batches[0].map((g, i) => (g + batches[1][i]) / 2);
      const shortened = Math.min(1, 0.4 / (norm(mean) + 1e-6));
      const explained = Array.from(param, (weight, i) => {
        const decays = !exempt(i);
        const prepared = prepareCommon({ common, last: batches[1][i], sum: batches[0][i], shortened, weight, lr: 0.01, decays });
        const own = Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array[i]]));
        return explanations.Adam({ args: ownArgs(args), lr: 0.01, t, gradient: prepared.gradient, weight: prepared.weight, state: own });
      });
      commonStep(reference, args, { state, param, average: null }, batches, exempt, 0.01, t);
      for (const [i, steps] of explained.entries()) expect(steps.at(-1)?.value, `step ${t}, weight ${i}`).toBeCloseTo(param[i], 14);
    }
  });

  it('of Muon end where its reference ends, for vectors and for the entries of a matrix', () => {
    const args = resolveOptimizer({ type: 'Muon', lr: 0.05, weight_decay: 0.1 });
    const stream = random(8);
    for (const matrix of [undefined, [3, 2] as const]) {
      const param = Float64Array.from({ length: 6 }, () => stream.normal());
      const state = optimizerReferences.Muon.init(args, 6);
      for (let t = 1; t <= 4; t++) {
        const before = param.slice();
        const grad = param.map(() => stream.normal());
        const given = Array.from(param, (weight, i) => {
          const own = Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array[i]]));
          return { args, lr: 0.05, t, gradient: grad[i], weight, state: own };
        });
        const mixed = Float64Array.from(given, ({ gradient, state: { momentum_buffer } }) => muonMix(args, momentum_buffer, gradient)[1]);
        const x = matrix && orthogonalise(args, mixed, ...matrix);
        const explained = given.map((one, i) => (x ? explainMuonMatrix(one, x[i], Math.sqrt(1.5)) : explainMuonVector(one)));
        optimizerReferences.Muon.step(args, state, param, grad, 0.05, t, undefined, matrix);
        for (const [i, steps] of explained.entries()) {
          expect(Math.abs((steps.at(-1)?.value ?? Number.NaN) - param[i])).toBeLessThan(1e-9 * Math.abs(param[i] - before[i]));
          for (const step of steps) expectTex(step);
        }
      }
    }
  });

  it('show the new state that the reference keeps', () => {
    const spec = { type: 'Adam', lr: 0.01 };
    const args = resolveOptimizer(spec);
    const steps = explanations.Adam({ args, lr: 0.01, t: 3, gradient: 0.5, weight: 1, state: { exp_avg: 0.1, exp_avg_sq: 0.04 } });
    const value = (label: string): number => steps.find((s) => s.label === label)?.value ?? Number.NaN;
    expect(value('First moment')).toBeCloseTo(0.9 * 0.1 + 0.1 * 0.5, 15);
    expect(value('Second moment')).toBeCloseTo(0.999 * 0.04 + 0.001 * 0.25, 15);
    expect(steps.find((s) => s.label === 'First moment')?.numbers).toBe('0.9 \\cdot 0.1 + 0.1 \\cdot 0.5');
  });

  it('write numbers so that they can be read', () => {
    expect([tex(0.012345678), tex(-1.2e-7), tex(0), tex(Number.NaN)]).toEqual(['0.0123457', '-1.2 \\cdot 10^{-7}', '0', '\\text{NaN}']);
    expect([factor(2), factor(-2), factor(1e-9)]).toEqual(['2', '(-2)', '(1 \\cdot 10^{-9})']);
  });
});
