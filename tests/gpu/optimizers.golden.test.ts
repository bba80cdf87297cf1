/**
 * The update kernels against PyTorch along its sequence of gradients, and every single step against the float64 reference from the same
 * float32 state. All settings of a type are lanes of one dispatch, with a frozen lane among them; padding around the weights must stay 0.
 */
import golden from 'golden/optimizers.json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import { BLOCK } from '../../src/engine/params.ts';
import { reportWords } from '../../src/engine/plan.ts';
import type { OptimizerState } from '../../src/engine/reference.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { compare, compareStep } from '../../src/gpu/selftest_compare.ts';
import { inferModel } from '../../src/model/infer.ts';
import { optimizers, optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import { NOT_YET, type OptimizerGolden, readOptimizers, supported } from '../support/golden.ts';
import { partialsOf } from '../support/gradients.ts';
import { nadamReferenceBefore2 } from '../support/nadam_before_2.ts';
import { Updates } from '../support/updates.ts';

const { p0, grads, cases } = readOptimizers(golden);

/** What PyTorch's cases leave out, or PyTorch does not have: here the float64 reference walks ahead. */
const BEYOND: readonly OptimizerGolden['hyper'][] = [
  { type: 'Adam', lr: 0.01, bias_correction: false },
  { type: 'AdamW', lr: 0.01, bias_correction: false },
  ...['velocity', 'ema'].flatMap((form) =>
    [false, true].map((nesterov) => ({ type: 'SGD', lr: 0.01, momentum: 0.9, form, nesterov, weight_decay: 0.1 })),
  ),
  { type: 'SGD', lr: 0.01, form: 'velocity' },
  { type: 'RMSprop', lr: 0.01, eps_inside_root: true },
  { type: 'RMSprop', lr: 0.01, eps_inside_root: true, eps: 1e-2, centered: true, momentum: 0.5 },
  { type: 'Adagrad', lr: 0.05, lr_decay: 0.1, initial_accumulator_value: 0.5, weight_decay: 0.01 },
  { type: 'Adadelta', lr: 2, rho: 0.99 },
  { type: 'Adamax', lr: 0.01, betas: [0.5, 0.8], eps: 1e-3 },
  { type: 'NAdam', lr: 0.01 },
  { type: 'NAdam', lr: 0.01, betas: [0.95, 0.99], momentum_decay: 0.5 },
  { type: 'RAdam', lr: 0.01, betas: [0.9, 0.6] },
  { type: 'RAdam', lr: 0.01, betas: [0.8, 0.95], eps: 1e-3 },
  { type: 'Lion', lr: 0.01 },
  { type: 'Lion', lr: 0.003, betas: [0.8, 0.95], weight_decay: 0.3 },
  // The only layer is the first and the last: AdamW's.
  { type: 'Muon', lr: 0.01 },
  { type: 'Muon', lr: 0.02, adamw_lr: 0.01, adamw_betas: [0.8, 0.95], adamw_eps: 1e-3, weight_decay: 0.5 },
];

function walk({ type, ...hyper }: OptimizerGolden['hyper']): OptimizerGolden {
  const spec: OptimizerSpec = { ...hyper, type: type as string, lr: hyper.lr };
  const [reference, args] = [optimizerReferences[spec.type], resolveOptimizer(spec)];
  const param = p0.slice();
  const state = reference.init(args, param.length);
  const after = new Map<number, Float64Array>();
  for (const [k, grad] of grads.entries()) {
    reference.step(args, state, param, grad, spec.lr, k + 1);
    if ([1, 2, 5, 6, 30].includes(k + 1)) after.set(k + 1, param.slice());
  }
  return { name: `${spec.type} ${JSON.stringify(hyper)}`, type: spec.type, hyper: { ...hyper, lr: spec.lr }, after, before2: false };
}

const settings = [...supported(cases, optimizerTypes, NOT_YET.optimizers), ...BEYOND.map(walk)];

/** Three blocks of parameters, each full: a gradient reaches every word. */
const compiled = compile(
  inferModel({
    input: [1, 1, 12],
    layers: [
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc', type: 'Linear', out_features: 64, bias: false },
    ],
  }),
  { batch_size: 2, loss: { type: 'CrossEntropyLoss' }, data: 'f32' },
);
const P = compiled.params.size;
const REPORT = reportWords(P / BLOCK);
/** Where the golden weights stand: spread over all blocks, padding between them. */
const place = (i: number) => (i * 59 + 3) % P;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => {
  expect(gpu.errors).toEqual([]);
});

const spread = (values: ArrayLike<number>): Float32Array => {
  const all = new Float32Array(P);
  for (let i = 0; i < values.length; i++) all[place(i)] = values[i];
  return all;
};
const repeat = (lane: Float32Array, lanes: number): Float32Array => {
  const all = new Float32Array(lanes * lane.length);
  for (let l = 0; l < lanes; l++) all.set(lane, l * lane.length);
  return all;
};
const laneOf = (words: Float32Array, lane: number, size = P) => words.subarray(lane * size, (lane + 1) * size);

/** One float64 step from the kernel's own state before it. */
function expected(spec: OptimizerSpec, param: Float32Array, state: OptimizerState, grad: Float32Array, t: number, before2 = false): Float64Array {
  const result = Float64Array.from(param);
  const reference = before2 ? nadamReferenceBefore2 : optimizerReferences[spec.type];
  reference.step(resolveOptimizer(spec), state, result, Float64Array.from(grad), spec.lr, t);
  return result;
}

/** Sentences about a step's norms, block by block. */
function checkNorms(label: string, norms: Float32Array, grad: Float32Array, before: Float32Array, after: Float32Array): string[] {
  const blocks = P / BLOCK;
  return Array.from({ length: blocks }, (_, b) => {
    let [steep, moved, size] = [0, 0, 0];
    for (let i = b * BLOCK; i < (b + 1) * BLOCK; i++) {
      steep += grad[i] ** 2;
      moved += (after[i] - before[i]) ** 2;
      size += after[i] ** 2;
    }
    // The kernel squares the step before it is rounded into the weight.
    return [
      compare(`${label} Σg² of block ${b}`, [norms[b]], [steep], { tolerance: 1e-6 }),
      compare(`${label} Σ(Δw)² of block ${b}`, [norms[blocks + b]], [moved], { tolerance: 1e-3, absolute: 1e-9 }),
      compare(`${label} Σw² of block ${b}`, [norms[2 * blocks + b]], [size], { tolerance: 1e-6 }),
    ];
  }).flatMap((pair) => pair.filter((sentence) => sentence !== null));
}

describe.each(optimizerTypes)('%s', (type) => {
  const own = settings.filter((s) => s.type === type);
  const specs: OptimizerSpec[] = own.map((s) => ({ ...s.hyper, type: s.type }));

  it('follows PyTorch, step by step, beside a frozen lane', async () => {
    const frozen = specs.length;
    const lanes = frozen + 1;
    const before2 = own.map((s) => s.before2);
    const updates = Updates.create(gpu.device, compiled, [...specs, specs[0]], before2);
    updates.write('params', 0, repeat(spread(p0), lanes));
    updates.write('bad', frozen, Uint32Array.of(7));
    const wrong: string[] = [];
    const seen = new Set<number>();
    const start = await updates.read('state', updates.stateWords);
    let state = start;
    let params = await updates.read('params', lanes * P);
    for (const [k, gradient] of grads.entries()) {
      const t = k + 1;
      const grad = spread(gradient);
      updates.write('partials', 0, partialsOf(compiled, repeat(grad, lanes)));
      await updates.step(t);
      const after = await updates.read('params', lanes * P);
      const report = await updates.read('report', lanes * REPORT);
      const next = await updates.read('state', updates.stateWords);
      for (const [lane, spec] of specs.entries()) {
        const label = `${own[lane].name} step ${t}`;
        const old = updates.stateOf(lane, state);
        const want = expected(spec, laneOf(params, lane), old, grad, t, own[lane].before2);
        wrong.push(...[compareStep(label, laneOf(after, lane), want, laneOf(params, lane)) ?? []].flat());
        for (const [name, values] of Object.entries(updates.stateOf(lane, next)))
          wrong.push(...[compare(`${label} ${name}`, values, old[name], { tolerance: 1e-6, absolute: 1e-12 }) ?? []].flat());
        wrong.push(...checkNorms(label, laneOf(report, lane, REPORT).subarray(4), grad, laneOf(params, lane), laneOf(after, lane)));
        const trajectory = own[lane].after.get(t);
        if (!trajectory) continue;
        seen.add(t);
        const ours = trajectory.map((_, i) => laneOf(after, lane)[place(i)]);
        wrong.push(...[compare(`${label} along PyTorch’s`, ours, trajectory, { tolerance: 2e-6 }) ?? []].flat());
      }
      [params, state] = [after, next];
    }
    expect(wrong).toEqual([]);
    expect([...seen]).toEqual([1, 2, 5, 6, 30]);
    expect(Array.from(laneOf(params, frozen))).toEqual(Array.from(spread(p0)));
    for (const [name, values] of Object.entries(updates.stateOf(frozen, state))) expect(values, name).toEqual(updates.stateOf(frozen, start)[name]);
    const weights = new Set(Array.from(p0.keys(), place));
    for (const lane of specs.keys()) expect(laneOf(params, lane).findIndex((v, i) => v !== 0 && !weights.has(i))).toBe(-1);
    updates.destroy();
  });

  it('keeps to 2 ULP + 1e-5 of the step from any state, at any size of gradient and weight', async () => {
    const updates = Updates.create(gpu.device, compiled, specs);
    const stream = random(11, optimizerTypes.indexOf(type));
    // Weight, gradient and running means of an element share a sign: where they cancel, no float32 rule keeps a relative limit.
    const sign = (i: number) => (i % 3 === 0 ? -1 : 1);
    const draw = (scale: () => number) =>
      Float32Array.from({ length: specs.length * P }, (_, i) => sign(i % P) * scale() * Math.abs(stream.normal()));
    const magnitude = () => 10 ** (6 * stream.uniform() - 4);
    const wrong: string[] = [];
    for (const t of [1, 2, 3, 40, 5000]) {
      const params = draw(magnitude);
      const grad = draw(magnitude);
      updates.write('params', 0, params);
      updates.write('partials', 0, partialsOf(compiled, grad));
      // A running mean of squares, or a maximum, is above 0 and no smaller than the square of the running mean.
      const words = Float32Array.from({ length: updates.stateWords }, (_, i) => sign(i % P) * Math.abs(stream.normal()));
      for (const [lane] of specs.entries()) {
        const { offset, names } = updates.plan.states[lane];
        names.forEach((name, k) => {
          // A step goes against the gradient.
          if (name === 'velocity') for (let i = offset + k * P; i < offset + (k + 1) * P; i++) words[i] *= -1;
          if (/sq|sum|acc_delta|exp_inf/.test(name)) for (let i = offset + k * P; i < offset + (k + 1) * P; i++) words[i] = 30 + words[i] ** 2;
        });
      }
      updates.write('state', 0, words);
      await updates.step(t);
      const after = await updates.read('params', specs.length * P);
      for (const [lane, spec] of specs.entries()) {
        const want = expected(spec, laneOf(params, lane), updates.stateOf(lane, words), laneOf(grad, lane), t);
        wrong.push(...[compareStep(`${own[lane].name} step ${t}`, laneOf(after, lane), want, laneOf(params, lane)) ?? []].flat());
      }
    }
    expect(wrong).toEqual([]);
    updates.destroy();
  });

  it('divides nothing by zero: eps 0 and no gradient', async () => {
    const zeroes = ['eps', 'adamw_eps', 'weight_decay'].filter((name) => optimizers[type].fields.some((field) => field.name === name));
    const bare: OptimizerSpec = { type, lr: 0.1, ...Object.fromEntries(zeroes.map((name) => [name, 0])) };
    const updates = Updates.create(gpu.device, compiled, [bare]);
    updates.write('params', 0, spread(p0));
    // RAdam divides from step 6 on.
    for (const t of [1, 2, 3, 10]) await updates.step(t);
    const after = await updates.read('params', P);
    expect(after).toEqual(spread(p0));
    updates.destroy();
  });
});
