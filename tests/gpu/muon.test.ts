/**
 * Muon's dispatches against its float64 reference, from the kernels' own state before every step: convolutions, one of them in groups,
 * tall and wide matrices, vectors and both ends, with lanes of other settings beside them.
 *
 * Newton–Schulz multiplies a direction that is small in its matrix by up to 3.4445⁵ = 485, and with it what float32 (6e-8) has rounded there:
 * no limit per element would hold, but few directions are that small. A matrix' step may be off by 1e-5 of its length, ten times what was
 * seen; what AdamW does, by no more than any element-wise rule.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Compiled, compile } from '../../src/engine/compile.ts';
import { muonReference } from '../../src/engine/optim/muon.reference.ts';
import { packParam, unpackParam } from '../../src/engine/params.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { compare, compareStep, relativeL2 } from '../../src/gpu/selftest_compare.ts';
import { inferModel } from '../../src/model/infer.ts';
import { resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import { partialsOf } from '../support/gradients.ts';
import { bitwise } from '../support/train.ts';
import { Updates } from '../support/updates.ts';

const compiledFor = (fill?: number): Compiled =>
  compile(
    inferModel({
      input: [3, 6, 6],
      layers: [
        { id: 'first', type: 'Conv2d', out_channels: 6, kernel_size: 3, padding: 1 },
        { id: 'norm', type: 'BatchNorm2d' },
        { id: 'groups', type: 'Conv2d', out_channels: 8, kernel_size: 3, padding: 1, groups: 2, bias: false },
        { id: 'depthwise', type: 'Conv2d', out_channels: 8, kernel_size: 3, padding: 1, groups: 8 },
        { id: 'wide', type: 'Conv2d', out_channels: 37, kernel_size: 1 },
        { id: 'pool', type: 'AdaptiveAvgPool2d', output_size: 2 },
        { id: 'flatten', type: 'Flatten' },
        { id: 'tall', type: 'Linear', out_features: 21 },
        { id: 'square', type: 'Linear', out_features: 21, bias: false },
        { id: 'last', type: 'Linear', out_features: 5 },
      ],
    }),
    { batch_size: 2, loss: { type: 'CrossEntropyLoss' }, data: 'f32', fill },
  );
const compiled = compiledFor();
const { params } = compiled;
const P = params.size;
const EDGES = ['first.weight', 'last.weight'];

const lanes: readonly OptimizerSpec[] = [
  { type: 'Muon', lr: 0.02 },
  { type: 'Muon', lr: 0.02, nesterov: false, momentum: 0, ns_steps: 1 },
  { type: 'Muon', lr: 0.5, adjust_lr_fn: 'match_rms_adamw', hidden_only: false, weight_decay: 0 },
  { type: 'Muon', lr: 0.1, ns_coefficients: [1.5, -0.5, 0], ns_steps: 10, adamw_lr: 0.02, adamw_betas: [0.5, 0.6] },
  { type: 'Muon', lr: 0.1, momentum: 0.5, ns_steps: 2, eps: 1, weight_decay: 2 },
];

/** Numbers for every parameter of a lane; padding is 0. */
function draw(seed: number, scale: (name: string) => number): Float32Array<ArrayBuffer> {
  const lane = new Float32Array(P);
  const { normal } = random(23, seed);
  for (const [name, { entry }] of params.entries) {
    packParam(
      params,
      name,
      Float64Array.from({ length: entry.length }, () => scale(name) * normal()),
      lane,
    );
  }
  return lane;
}

/** Gradients of all sizes; 0 at the sixth step. */
const gradient = (t: number): Float32Array<ArrayBuffer> => draw(100 + t, (name) => (t === 6 ? 0 : 10 ** (((name.length + t) % 5) - 3)));

const each = <T>(values: readonly T[], size: number, into: (value: T) => Float32Array): Float32Array<ArrayBuffer> => {
  const all = new Float32Array(values.length * size);
  for (const [l, value] of values.entries()) all.set(into(value), l * size);
  return all;
};

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => {
  expect(gpu.errors).toEqual([]);
});

/** Everything that one step reads or writes, lane by lane. */
interface Standing {
  params: Float32Array;
  state: Float32Array;
}

const standing = async (updates: Updates, count: number): Promise<Standing> => ({
  params: await updates.read('params', count * P),
  state: await updates.read('state', updates.stateWords),
});

/** Sentences about one lane's step from `before` to `after`, and the largest error of a matrix. */
function check(spec: OptimizerSpec, t: number, l: number, updates: Updates, before: Standing, after: Standing): { wrong: string[]; worst: number } {
  const args = resolveOptimizer(spec);
  const [old, now] = [before, after].map((s) => ({ w: s.params.subarray(l * P, (l + 1) * P), state: updates.stateOf(l, s.state) }));
  const grad = gradient(t);
  const wrong: string[] = [];
  let worst = 0;
  for (const [name, { entry }] of params.entries) {
    const { shape } = entry.spec;
    const of = (lane: ArrayLike<number>): Float64Array => Float64Array.from(unpackParam(params, name, lane as Float32Array));
    const state = Object.fromEntries(Object.entries(old.state).map(([key, values]) => [key, of(Float32Array.from(values))]));
    const want = of(old.w);
    const orthogonal = shape.length > 1 && !(args.hidden_only && EDGES.includes(name));
    const matrix = orthogonal ? ([shape[0], entry.length / shape[0]] as const) : undefined;
    muonReference.step(args, state, want, of(grad), spec.lr, t, undefined, matrix);
    const label = `lane ${l} step ${t} ${name}`;
    const got = of(now.w);
    if (matrix) {
      const start = of(old.w);
      const [made, meant] = [got, want].map((w) => w.map((v, i) => v - start[i]));
      // What a weight cannot hold of its step.
      const rounding = Math.sqrt(want.reduce((sum, v) => sum + (1.2e-7 * v) ** 2, 0));
      const error = relativeL2(made, meant) * Math.hypot(...meant);
      const off = Math.max(0, error - rounding) / Math.hypot(...meant);
      worst = Math.max(worst, off);
      if (!(off <= 1e-5)) wrong.push(`${label}: step off by ${off} of its length`);
    } else wrong.push(...[compareStep(label, got, want, of(old.w)) ?? []].flat());
    for (const [key, values] of Object.entries(state))
      wrong.push(...[compare(`${label} ${key}`, of(Float32Array.from(now.state[key])), values, { tolerance: 1e-6, absolute: 1e-12 }) ?? []].flat());
  }
  return { wrong, worst };
}

describe('Muon', () => {
  it('does what its reference does, step by step, in lanes of all settings beside a frozen one', async () => {
    const updates = Updates.create(gpu.device, compiled, [...lanes, lanes[0]]);
    const all = lanes.length + 1;
    updates.write(
      'params',
      0,
      each([...lanes, lanes[0]], P, () => draw(1, () => 0.3)),
    );
    updates.write('bad', lanes.length, Uint32Array.of(7));
    const wrong: string[] = [];
    let worst = 0;
    let before = await standing(updates, all);
    const start = before;
    for (const t of [1, 2, 3, 4, 5, 6, 7, 30]) {
      updates.write(
        'partials',
        0,
        partialsOf(
          compiled,
          each([...lanes, lanes[0]], P, () => gradient(t)),
        ),
      );
      await updates.step(t);
      const after = await standing(updates, all);
      for (const [l, spec] of lanes.entries()) {
        const found = check(spec, t, l, updates, before, after);
        wrong.push(...found.wrong);
        worst = Math.max(worst, found.worst);
      }
      before = after;
    }
    console.info(`steps of matrices off by at most ${worst.toExponential(1)} of their length`);
    expect(wrong).toEqual([]);
    expect(worst).toBeGreaterThan(0);
    const frozen = lanes.length;
    expect(bitwise('frozen', before.params.slice(frozen * P), start.params.slice(frozen * P))).toBeNull();
    const padding = draw(1, () => 1);
    for (const l of lanes.keys()) {
      expect(before.params.subarray(l * P, (l + 1) * P).findIndex((v, i) => v !== 0 && padding[i] === 0)).toBe(-1);
    }
    updates.destroy();
  });

  it('gives the same bits in tiles for a software adapter and for a GPU, alone and beside other optimizers', async () => {
    const final = async (fill: number | undefined, specs: readonly OptimizerSpec[], l: number): Promise<Float32Array[]> => {
      const own = compiledFor(fill);
      const updates = Updates.create(gpu.device, own, specs);
      updates.write(
        'params',
        0,
        each(specs, P, () => draw(1, () => 0.3)),
      );
      for (const t of [1, 2, 3]) {
        updates.write(
          'partials',
          0,
          partialsOf(
            own,
            each(specs, P, () => gradient(t)),
          ),
        );
        await updates.step(t);
      }
      const { params: weights, state } = await standing(updates, specs.length);
      const result = [weights.slice(l * P, (l + 1) * P), ...Object.values(updates.stateOf(l, state)).map((a) => Float32Array.from(a))];
      updates.destroy();
      return result;
    };
    const others: OptimizerSpec[] = [
      { type: 'SGD', lr: 0.1, momentum: 0.9 },
      { type: 'Adam', lr: 0.01 },
    ];
    for (const spec of lanes) {
      const alone = await final(undefined, [spec], 0);
      expect(alone[0].every(Number.isFinite)).toBe(true);
      const races = [
        await final(256, [spec], 0),
        await final(undefined, [others[0], lanes[2], spec, others[1]], 2),
        await final(256, [...lanes, spec], lanes.length),
      ];
      for (const race of races) for (const [k, values] of race.entries()) expect(bitwise(`array ${k}`, values, alone[k])).toBeNull();
    }
  });

  it.each([
    ['a NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
  ])('%s in the gradient of a matrix leaves all of it as it was, and says where', async (_, value) => {
    const updates = Updates.create(gpu.device, compiled, [lanes[0]]);
    const weights = draw(1, () => 0.3);
    updates.write('params', 0, weights);
    const grad = gradient(1);
    const tall = params.blocks.get('tall');
    if (!tall) throw new Error('no block');
    const hit = tall.offset + 5 * tall.cols + 2;
    grad[hit] = value;
    updates.write('partials', 0, partialsOf(compiled, grad));
    await updates.step(1);
    const after = await standing(updates, 1);
    expect(after.params.every(Number.isFinite)).toBe(true);
    expect(after.state.every(Number.isFinite)).toBe(true);
    const of = (lane: Float32Array, name: string) => unpackParam(params, name, lane);
    expect(bitwise('tall', of(after.params, 'tall.weight'), of(weights, 'tall.weight'))).toBeNull();
    expect(bitwise('square', of(after.params, 'square.weight'), of(weights, 'square.weight'))).not.toBeNull();
    const bad = new Uint32Array((await updates.read('report', 4)).buffer)[2];
    expect(bad).toBeGreaterThanOrEqual(tall.offset);
    expect(bad).toBeLessThan(tall.offset + tall.rows * tall.cols);
    updates.destroy();
  });

  it('divides nothing by zero, and survives gradients whose squares overflow', async () => {
    const specs: OptimizerSpec[] = [{ type: 'Muon', lr: 0.1, eps: 0, adamw_eps: 0, weight_decay: 0 }];
    const updates = Updates.create(gpu.device, compiled, specs);
    const weights = draw(1, () => 0.3);
    updates.write('params', 0, weights);
    for (const t of [1, 2]) await updates.step(t);
    expect((await standing(updates, 1)).params).toEqual(weights);
    updates.write(
      'partials',
      0,
      partialsOf(
        compiled,
        draw(7, (name) => (name === 'tall.weight' ? 1e25 : 1e-30)),
      ),
    );
    await updates.step(3);
    const after = await standing(updates, 1);
    expect(after.params.every(Number.isFinite)).toBe(true);
    expect(after.state.every(Number.isFinite)).toBe(true);
    updates.destroy();
  });
});
