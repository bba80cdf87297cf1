/** Schedules on the device: what they move reaches the update, and what they remember is as bit-identical as the weights. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Compiled } from '../../src/engine/compile.ts';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import type { ParamBlock } from '../../src/engine/params.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { ulp } from '../../src/gpu/selftest_compare.ts';
import { momentumArgument, withMomentum } from '../../src/model/momentum.ts';
import { optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import type { Follower } from '../../src/model/schedules/index.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import type { LaneSnapshot } from '../../src/train/group.ts';
import type { Lane } from '../../src/train/lane.ts';
import { gradientsOf, slabWords } from '../support/gradients.ts';
import {
  arraysOf,
  bitwise,
  bitwiseAll,
  differences,
  type Harness,
  harness,
  lane,
  lossesOf,
  outcomes,
  sharedGpu,
  smallData,
  smallNet,
  trainerData,
} from '../support/train.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

/** Peak at step 0.3 · 20 − 1 = 5, end at step 19. */
const CYCLE = { type: 'OneCycleLR', max_lr: 0.01, total_steps: 20, pct_start: 0.3 };
const STEPS = 22;

const movers: OptimizerSpec[] = [
  ...optimizerTypes.filter((type) => momentumArgument(type)).map((type) => ({ type, lr: 1 })),
  { type: 'SGD', lr: 1, momentum: 0.5, nesterov: true },
  { type: 'RMSprop', lr: 1, centered: true },
];

/** Momentum that PyTorch sets before the update of step t (from 1): half cosine waves over steps 0 … 5 … 19. */
function momentumAt(t: number): number {
  const [step, low, high] = [t - 1, 0.85, 0.95];
  const wave = (from: number, to: number, share: number): number => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  return step <= 5 ? wave(high, low, step / 5) : wave(low, high, Math.min(1, (step - 5) / 14));
}

/** The weights that the reference makes of one lane's numbers before the step and its gradient. */
function expected(spec: OptimizerSpec, before: LaneSnapshot, grad: Float32Array, lr: number, t: number): Float64Array {
  const param = Float64Array.from(before.params);
  const state = Object.fromEntries(Object.entries(before.state).map(([name, values]) => [name, Float64Array.from(values)]));
  const args = withMomentum(spec.type, resolveOptimizer(spec), momentumAt(t));
  optimizerReferences[spec.type].step(args, state, param, Float64Array.from(grad), lr, t, momentumAt);
  return param;
}

/**
 * Largest error of a step in multiples of 2 ULP of the weight + 1e-5 of the step. The gradient is added up once more here, in another
 * order: where it cancels against the momentum, the lane's usual step stands for the element's own.
 */
function worstStep(actual: ArrayLike<number>, wanted: Float64Array, before: ArrayLike<number>): number {
  const usual = Math.sqrt(wanted.reduce((sum, value, i) => sum + (value - before[i]) ** 2, 0) / wanted.length);
  const errors = wanted.map((value, i) => Math.abs(actual[i] - value) / (2 * ulp(value) + 1e-5 * Math.max(usual, Math.abs(value - before[i]))));
  return Math.max(...errors);
}

/** The same of Muon's running mean of the gradient, over a hidden matrix, to 1e-5 of its terms. */
function worstMean({ params }: Compiled, old: LaneSnapshot, next: LaneSnapshot, grad: Float32Array, t: number): number {
  const { offset, rows, cols } = params.blocks.get('conv2') as ParamBlock;
  const mu = momentumAt(t);
  // Without the bias, which is the last row.
  const errors = Array.from({ length: (rows - 1) * cols }, (_, i) => {
    const [kept, fresh] = [mu * old.state.momentum_buffer[offset + i], (1 - mu) * grad[offset + i]];
    return Math.abs(next.state.momentum_buffer[offset + i] - kept - fresh) / (1e-5 * (Math.abs(kept) + Math.abs(fresh)) + 1e-30);
  });
  return Math.max(...errors);
}

describe('one cycle', () => {
  it('gives every update the momentum of its step, in every optimizer that has one', async () => {
    const { trainer, told } = await harness(
      gpu,
      movers.map((spec, i) => lane(String(i), spec, { schedule: CYCLE })),
      trainerData(smallData()),
    );
    const { group } = trainer.groupOf('0');
    const { compiled, program } = group;
    const P = compiled.params.size;
    const wrong: string[] = [];
    for (let t = 1; t <= STEPS; t++) {
      const before = await trainer.snapshot();
      await trainer.train(t);
      const after = await trainer.snapshot();
      const grads = gradientsOf(compiled, await program.readFloats('partials', 0, movers.length * slabWords(compiled)), movers.length);
      for (const [l, spec] of movers.entries()) {
        const [old, next] = [before.get(String(l)) as LaneSnapshot, after.get(String(l)) as LaneSnapshot];
        const grad = grads.slice(l * P, (l + 1) * P);
        const lr = told.points[l].at(-1)?.lr as number;
        // Muon's unit is the matrix: its momentum is what can be told weight by weight.
        const off =
          spec.type === 'Muon' ? worstMean(compiled, old, next, grad, t) : worstStep(next.params, expected(spec, old, grad, lr, t), old.params);
        if (off > 1) wrong.push(`${spec.type} step ${t}: ${off} times what rounding explains`);
      }
    }
    expect(wrong).toEqual([]);
    expect(told.diverged).toEqual({});
    trainer.destroy();
  });

  it('is not the same as with a momentum that stands still', async () => {
    const data = smallData();
    const runs = [CYCLE, { ...CYCLE, cycle_momentum: false }].map((schedule) => ({ optimizer: { type: 'SGD', lr: 1, momentum: 0.95 }, schedule }));
    const [moving, still] = await outcomes({ model: smallNet, runs, data, batch_size: 8, device: gpu.device }, 12);
    expect(moving.losses[0]).toBe(still.losses[0]);
    expect(bitwise('losses', moving.losses, still.losses)).not.toBeNull();
  });

  it('is bit-identical in a race and alone', async () => {
    const data = smallData();
    const runs = [movers[0], { type: 'NAdam', lr: 1 }, { type: 'Adagrad', lr: 1 }].map((optimizer) => ({ optimizer, schedule: CYCLE }));
    const race = await outcomes({ model: smallNet, runs, data, batch_size: 8, device: gpu.device }, STEPS);
    for (const [r, run] of runs.entries()) {
      const [alone] = await outcomes({ model: smallNet, runs: [run], data, batch_size: 8, device: gpu.device }, STEPS);
      expect(differences(run.optimizer.type, race[r], alone)).toEqual([]);
    }
  });
});

/** So impatient that it drops often: only a loss that is halved counts as better. */
const PLATEAU = { type: 'ReduceLROnPlateau', factor: 0.7, patience: 1, threshold: 0.5, cooldown: 1 };
const EVERY = 3;
const samples = () => trainerData(smallData(40 + 17), 40);
const followers = (count = 3): Lane[] =>
  [
    lane('a', { type: 'SGD', lr: 0.2, momentum: 0.9 }, { schedule: PLATEAU }),
    lane('b', { type: 'Adam', lr: 0.01 }, { schedule: { ...PLATEAU, mode: 'max', patience: 0, threshold: 0.05, warmup_steps: 5 } }),
    lane('c', { type: 'SGD', lr: 0.05 }),
  ].slice(0, count);

const snapshotOf = async ({ trainer }: Harness, run: string): Promise<LaneSnapshot> => (await trainer.snapshot()).get(run) as LaneSnapshot;

/** Bits in which a run differs between two trainers, what its schedule remembers and its rates included. */
async function apart(run: string, actual: Harness, expected: Harness): Promise<string[]> {
  const [a, b] = [await snapshotOf(actual, run), await snapshotOf(expected, run)];
  expect(a.plateau).toEqual(b.plateau);
  const rates = (h: Harness) => h.told.points[run].map((p) => p.lr);
  return [
    ...[bitwise(`${run} losses`, lossesOf(actual, run), lossesOf(expected, run)) ?? []].flat(),
    ...[bitwise(`${run} rates`, rates(actual), rates(expected)) ?? []].flat(),
    ...bitwiseAll(run, arraysOf(a), arraysOf(b)),
  ];
}

describe('a plateau', () => {
  it('lowers the rate of the very next step, as the validation losses that were told say', async () => {
    const h = await harness(gpu, followers(), samples(), { eval_every: EVERY });
    h.trainer.pace.steps = 8;
    await h.trainer.train(60);
    for (const run of ['a', 'b']) {
      const { follower, spec } = h.trainer.groupOf(run).group.lanes[run === 'a' ? 0 : 1];
      let state = (follower as Follower).take(null);
      const warm = (follower as Follower).warmup;
      const wanted = Array.from({ length: 60 }, (_, step) => {
        const told = step > 0 && step % EVERY === 0 ? h.told.validation[run][step / EVERY - 1] : undefined;
        if (told) state = (follower as Follower).observe(state, step, told.evaluation);
        return step < warm ? (spec.optimizer.lr * (step + 1)) / warm : state.lr;
      });
      expect(h.told.points[run].map((p) => p.lr)).toEqual(wanted);
      expect(new Set(wanted).size).toBeGreaterThan(3);
    }
    expect(new Set(h.told.points.c.map((p) => p.lr))).toEqual(new Set([0.05]));
    h.trainer.destroy();
  });

  it('is bit-identical in a race and alone, however many steps a submit holds', async () => {
    const race = await harness(gpu, followers(), samples(), { eval_every: EVERY });
    race.trainer.pace.steps = 20;
    await race.trainer.train(45);
    for (const [l, run] of ['a', 'b', 'c'].entries()) {
      const alone = await harness(gpu, [followers()[l]], samples(), { eval_every: EVERY });
      for (let step = 1; step <= 45; step++) await alone.trainer.train(step);
      expect(await apart(run, alone, race)).toEqual([]);
      alone.trainer.destroy();
    }
    race.trainer.destroy();
  });

  it('goes on bit for bit from a snapshot, in the same trainer and in another, and begins anew after a reset', async () => {
    const whole = await harness(gpu, followers(), samples(), { eval_every: EVERY });
    await whole.trainer.train(50);
    const h = await harness(gpu, followers(), samples(), { eval_every: EVERY });
    await h.trainer.train(29);
    const snapshots = await h.trainer.snapshot();
    expect(snapshots.get('a')?.plateau?.lr).toBeLessThan(0.2);
    await h.trainer.train(41);
    await h.trainer.restore(snapshots);
    const other = await harness(gpu, followers(), samples(), { eval_every: EVERY });
    await other.trainer.restore(structuredClone(snapshots));
    for (const each of [h, other]) {
      for (const run of ['a', 'b', 'c']) each.told.points[run] = whole.told.points[run].slice(0, 29);
      await each.trainer.train(50);
      for (const run of ['a', 'b', 'c']) expect(await apart(run, each, whole)).toEqual([]);
    }
    await h.trainer.reset();
    for (const run of ['a', 'b', 'c']) h.told.points[run] = [];
    await h.trainer.train(50);
    for (const run of ['a', 'b', 'c']) expect(await apart(run, h, whole)).toEqual([]);
    for (const each of [whole, h, other]) each.trainer.destroy();
  });

  it('of a run that joins late is that of the run from the start; the others keep what they remember', async () => {
    const whole = await harness(gpu, followers(), samples(), { eval_every: EVERY });
    await whole.trainer.train(40);
    const h = await harness(gpu, followers(1), samples(), { eval_every: EVERY });
    await h.trainer.train(22);
    await h.trainer.update(followers());
    await h.trainer.train(40);
    for (const run of ['a', 'b', 'c']) expect(await apart(run, h, whole)).toEqual([]);
    expect(h.trainer.allGroups).toHaveLength(1);
    for (const each of [whole, h]) each.trainer.destroy();
  });

  it('takes another rate in flight at once, and goes down from there', async () => {
    const h = await harness(gpu, followers(1), samples(), { eval_every: EVERY });
    await h.trainer.train(30);
    const before = await snapshotOf(h, 'a');
    await h.trainer.update([lane('a', { type: 'SGD', lr: 0.03, momentum: 0.9 }, { schedule: PLATEAU })]);
    await h.trainer.train(31);
    expect(h.told.points.a.at(-1)?.lr).toBe(0.03);
    const { plateau } = await snapshotOf(h, 'a');
    expect(plateau).toEqual({ ...before.plateau, base_lr: 0.03, lr: 0.03 });
    await h.trainer.train(60);
    expect(h.told.points.a.at(-1)?.lr).toBeLessThan(0.03);
    h.trainer.destroy();
  });

  it('without a validation is refused with a sentence, and nothing has changed', async () => {
    await expect(harness(gpu, followers(), trainerData(smallData()), { eval_every: EVERY })).rejects.toThrow(
      'runs.0.schedule: ReduceLROnPlateau reads the validation loss, but there are no samples for validation',
    );
    const h = await harness(gpu, followers().slice(2), samples());
    await expect(h.trainer.update([followers()[2], followers()[0]])).rejects.toThrow(
      'runs.1.schedule: ReduceLROnPlateau reads the validation loss, but eval_every is 0',
    );
    await h.trainer.train(3);
    expect(h.told.points.c).toHaveLength(3);
    h.trainer.destroy();
  });
});

describe('a schedule that counts epochs', () => {
  it('keeps its rate for whole passes over the training data', async () => {
    const h = await harness(
      gpu,
      [lane('a', { type: 'SGD', lr: 0.08 }, { schedule: { type: 'ExponentialLR', gamma: 0.5, interval: 'epoch' } })],
      samples(),
    );
    await h.trainer.train(17);
    // 40 samples in batches of 8: five steps an epoch.
    expect(h.told.points.a.map((p) => p.lr)).toEqual([0.08, 0.04, 0.02, 0.01].flatMap((lr) => Array<number>(5).fill(lr)).slice(0, 17));
    h.trainer.destroy();
  });
});

describe('accumulated gradients', () => {
  it('make schedules count updates, the warm-up of a plateau among them, bit-identical from a snapshot', async () => {
    const optimizer = { type: 'SGD', lr: 0.2, momentum: 0.9, accumulate_steps: 2 };
    const schedule = { ...PLATEAU, patience: 0, warmup_steps: 4 };
    const make = () =>
      harness(gpu, [lane('a', optimizer, { schedule }), lane('b', optimizer, { schedule: CYCLE })], samples(), { eval_every: EVERY });
    const [whole, h] = [await make(), await make()];
    await whole.trainer.train(40);
    const rates = whole.told.points.a.map((p) => p.lr);
    expect(rates.slice(0, 8)).toEqual([0.05, 0.05, 0.1, 0.1, 0.2 * 0.75, 0.2 * 0.75, 0.2, 0.2].map((lr) => expect.closeTo(lr, 12)));
    // Two validations fell into the warm-up; the third, at step 9, is the first that counts: no drop before step 12.
    expect(new Set(rates.slice(8, 12))).toEqual(new Set([0.2]));
    expect(rates.at(-1)).toBeLessThan(0.2);
    expect(whole.told.points.b[11].lr).toBe(Math.max(...whole.told.points.b.map((p) => p.lr)));
    await h.trainer.train(21);
    await h.trainer.restore(await h.trainer.snapshot());
    await h.trainer.train(40);
    for (const run of ['a', 'b']) expect(await apart(run, h, whole)).toEqual([]);
    for (const each of [whole, h]) each.trainer.destroy();
  });
});
