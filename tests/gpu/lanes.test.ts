/** A lane is the same run alone, bit for bit: losses, weights, running statistics, optimizer state. Whatever its neighbours do. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import type { RunOptions, TrainerSetup } from '../../src/index.ts';
import { optimizers } from '../../src/model/optimizers/index.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import type { LaneSnapshot } from '../../src/train/group.ts';
import {
  arraysOf,
  bitwise,
  bitwiseAll,
  compareRuns,
  differences,
  fourOptimizers,
  harness,
  lane,
  type Outcome,
  outcomes,
  sharedGpu,
  smallData,
  smallNet,
  trainerData,
} from '../support/train.ts';

const STEPS = 14;
const data = smallData();
let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const setup = (runs: readonly RunOptions[]): TrainerSetup => ({ model: smallNet, runs, data, batch_size: 8, device: gpu.device });

describe('a run in a race and alone', () => {
  it('is the same for each of four optimizers', async () => {
    const runs = fourOptimizers.map((optimizer) => ({ optimizer }));
    const race = await outcomes(setup(runs), STEPS);
    for (const [r, run] of runs.entries()) {
      const [alone] = await outcomes(setup([run]), STEPS);
      expect(alone.losses.every(Number.isFinite)).toBe(true);
      expect(differences(run.optimizer.type, race[r], alone)).toEqual([]);
    }
    expect(new Set(race.map((o) => o.losses[STEPS - 1])).size).toBe(4);
  });

  it('is the same with activations in 16 bits, and then not what it is in 32', async () => {
    const runs = fourOptimizers.map((optimizer) => ({ optimizer }));
    const race = await outcomes({ ...setup(runs), activation_dtype: 'float16' }, STEPS);
    const [alone] = await outcomes({ ...setup([runs[2]]), activation_dtype: 'float16' }, STEPS);
    const [full] = await outcomes(setup([runs[2]]), STEPS);
    expect(differences('float16', race[2], alone)).toEqual([]);
    expect(differences('float32', full, alone)).not.toEqual([]);
    for (const [k, loss] of full.losses.entries()) expect(Math.abs(loss - alone.losses[k])).toBeLessThan(0.02);
  });

  it('is the same among 1, 2, 3, 5 and 8 lanes, wherever it stands, with seeds, schedules and initialisers of its own', async () => {
    const runs: RunOptions[] = Array.from({ length: 8 }, (_, i) => ({
      optimizer: fourOptimizers[i % 4],
      seed: i % 3,
      ...(i % 2 === 1 && { schedule: { type: 'CosineAnnealingLR', T_max: 10, warmup_steps: 2 } }),
      ...(i > 4 && { init: { type: 'kaiming_normal' } }),
    }));
    const eight = await outcomes(setup(runs), STEPS);
    for (const count of [1, 2, 3, 5]) {
      const from = 8 - count;
      const some = await outcomes(setup(runs.slice(from)), STEPS);
      for (const [i, outcome] of some.entries()) expect(differences(`lane ${i} of ${count}`, outcome, eight[from + i])).toEqual([]);
    }
  });

  /** Every optimizer there is, and every form of it that runs other code. */
  const everyRule: readonly OptimizerSpec[] = [
    ...Object.keys(optimizers).map((type) => ({ type, lr: 0.01 })),
    ...['velocity', 'ema'].map((form) => ({ type: 'SGD', lr: 0.01, momentum: 0.9, nesterov: true, form })),
    { type: 'RMSprop', lr: 0.01, eps_inside_root: true },
    { type: 'AdamW', lr: 0.01, bias_correction: false },
    { type: 'Muon', lr: 0.01, hidden_only: false, ns_steps: 3, adjust_lr_fn: 'match_rms_adamw' },
  ];
  const alone = new Map<OptimizerSpec, Promise<Outcome[]>>();
  const aloneOf = async (optimizer: OptimizerSpec): Promise<Outcome> => {
    if (!alone.has(optimizer)) alone.set(optimizer, outcomes(setup([{ optimizer }]), 6));
    return ((await alone.get(optimizer)) as Outcome[])[0];
  };

  it('is the same for every optimizer there is, all in one race', async () => {
    const race = await outcomes(setup(everyRule.map((optimizer) => ({ optimizer }))), 6);
    for (const [r, rule] of everyRule.entries()) expect(differences(JSON.stringify(rule), race[r], await aloneOf(rule))).toEqual([]);
    expect(new Set(race.map((o) => o.losses[5])).size).toBe(everyRule.length);
  });

  it('is the same for any two optimizers side by side', async () => {
    const wrong: string[] = [];
    for (const [i, one] of everyRule.entries()) {
      for (const other of everyRule.slice(i + 1)) {
        const pair = await outcomes(setup([{ optimizer: one }, { optimizer: other }]), 6);
        const label = `${JSON.stringify(one)} beside ${JSON.stringify(other)}`;
        wrong.push(...differences(label, pair[0], await aloneOf(one)), ...differences(label, pair[1], await aloneOf(other)));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is the same twice in one race', async () => {
    const [first, other, second] = await outcomes(setup([0, 1, 0].map((i) => ({ optimizer: fourOptimizers[i] }))), STEPS);
    expect(differences('twin', second, first)).toEqual([]);
    expect(differences('other', other, first)).not.toEqual([]);
  });

  it('is the same however many steps a submit holds', async () => {
    const lanes = () => fourOptimizers.map((o, i) => lane(String(i), o));
    const [one, many] = [await harness(gpu, lanes(), trainerData(data)), await harness(gpu, lanes(), trainerData(data))];
    for (let step = 1; step <= 40; step++) await one.trainer.train(step);
    many.trainer.pace.steps = 20;
    await many.trainer.train(40);
    for (const id of ['0', '1', '2', '3']) {
      expect(one.told.points[id]).toHaveLength(40);
      expect(many.told.points[id]).toEqual(one.told.points[id]);
    }
    one.trainer.destroy();
    many.trainer.destroy();
  });
});

describe('a run that diverges', () => {
  const healthy = () => [lane('a', fourOptimizers[0]), lane('c', fourOptimizers[2])];

  it.each(['conv1', 'bn1', 'conv2', 'fc'])(
    'from a NaN in %s: freezes alone, step and layer named, the others bit for bit as before',
    async (layer) => {
      const [h, alone] = [
        await harness(gpu, [healthy()[0], lane('b', fourOptimizers[1]), healthy()[1]], trainerData(data)),
        await harness(gpu, healthy(), trainerData(data)),
      ];
      await h.trainer.train(5);
      const { group, l } = h.trainer.groupOf('b');
      const tensors = await group.readTensors(l);
      (tensors.get(`${layer}.weight`) as Float32Array)[2] = Number.NaN;
      group.writeTensors(l, tensors);
      const before = arraysOf((await h.trainer.snapshot()).get('b') as LaneSnapshot);
      await h.trainer.train(20);
      await alone.trainer.train(20);
      expect(h.told.diverged).toEqual({ b: { step: 6, layer } });
      expect(h.told.points.b).toHaveLength(5);
      const after = arraysOf((await h.trainer.snapshot()).get('b') as LaneSnapshot);
      // ReLU hides a NaN before the last layer from the loss: weights that do not meet it then take this one step.
      const four = Math.floor(Array.from(before.params).findIndex(Number.isNaN) / 4) * 4;
      const [from, to] = layer === 'fc' ? [0, before.params.length] : [four, four + 4];
      const kept = (a: ArrayLike<number>) => Array.from(a).slice(from, to);
      for (const name of Object.keys(before).filter((n) => n === 'params' || n.startsWith('state.')))
        expect(bitwise(name, kept(after[name]), kept(before[name]))).toBeNull();
      expect(Array.from(after.params).filter((v) => !Number.isFinite(v))).toEqual([Number.NaN]);
      await h.trainer.train(25);
      await alone.trainer.train(25);
      expect(bitwiseAll('frozen', arraysOf((await h.trainer.snapshot()).get('b') as LaneSnapshot), { ...after, step: [25] })).toEqual([]);
      expect(await compareRuns(h, alone, ['a', 'c'])).toEqual([]);
      h.trainer.destroy();
      alone.trainer.destroy();
    },
  );

  it('from an update that overflows: nothing of it is written', async () => {
    const h = await harness(gpu, [lane('b', { type: 'Adam', lr: 1e30, betas: [1 - 1e-12, 0.9] }), ...healthy()], trainerData(data));
    const before = arraysOf((await h.trainer.snapshot()).get('b') as LaneSnapshot);
    await h.trainer.train(10);
    const after = arraysOf((await h.trainer.snapshot()).get('b') as LaneSnapshot);
    expect(h.told.diverged).toEqual({ b: { step: 1, layer: 'conv1' } });
    for (const name of Object.keys(before).filter((n) => n === 'params' || n.startsWith('state.')))
      expect(bitwise(name, after[name], before[name])).toBeNull();
    expect(h.told.points.a).toHaveLength(10);
    h.trainer.destroy();
  });

  it.each<[string, OptimizerSpec, string | null]>([
    ['SGD with lr 1e30', { type: 'SGD', lr: 1e30 }, 'conv2'],
    ['momentum with lr 1e30', { type: 'SGD', lr: 1e30, momentum: 0.9 }, 'conv2'],
    ['Adam with lr 1e30', { type: 'Adam', lr: 1e30 }, 'conv2'],
    ['every weight times −9 a step', { type: 'SGD', lr: 10, weight_decay: 1 }, null],
  ])('from %s: freezes at the step named, its weights finite', async (_, optimizer, layer) => {
    const wild = [lane('b', optimizer)];
    const [h, alone] = [
      await harness(gpu, [healthy()[0], ...wild, healthy()[1]], trainerData(data)),
      await harness(gpu, healthy(), trainerData(data)),
    ];
    await h.trainer.train(40);
    await alone.trainer.train(40);
    // Gradients or activations overflow before the weights do.
    expect(h.told.diverged.b?.step).toBeGreaterThan(1);
    expect(h.told.diverged.b.layer).toBe(layer);
    expect(h.told.points.b).toHaveLength(h.told.diverged.b.step - 1);
    expect(h.told.points.b.every((p) => Number.isFinite(p.loss) && Number.isFinite(p.grad_norm))).toBe(true);
    const { params } = (await h.trainer.snapshot()).get('b') as LaneSnapshot;
    expect(params.every(Number.isFinite)).toBe(true);
    await h.trainer.train(45);
    await alone.trainer.train(45);
    expect(bitwise('weights', (await h.trainer.snapshot()).get('b')?.params ?? [], params)).toBeNull();
    expect(await compareRuns(h, alone, ['a', 'c'])).toEqual([]);
    h.trainer.destroy();
    alone.trainer.destroy();
  });
});
