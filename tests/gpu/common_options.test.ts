/**
 * What every optimizer takes besides its own arguments (clipping, decay, accumulation, averages), on the kernels: against the float64
 * reference from the kernel's own float32 state, for lanes with different options in one race, and bit-identical to each lane alone.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Compiled, compile } from '../../src/engine/compile.ts';
import { optimizerReferences } from '../../src/engine/optim/all.reference.ts';
import { commonStep, prepareGradient } from '../../src/engine/optim/common.reference.ts';
import { unpackParam } from '../../src/engine/params.ts';
import { metricsOf, reportWords } from '../../src/engine/plan.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { compare, compareStep } from '../../src/gpu/selftest_compare.ts';
import { createTrainer } from '../../src/index.ts';
import { inferModel } from '../../src/model/infer.ts';
import { commonOf } from '../../src/model/optimizers/common.ts';
import { random } from '../../src/model/random.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import type { LaneSnapshot } from '../../src/train/group.ts';
import { type Lane, makeLane, rateAt } from '../../src/train/lane.ts';
import { trainRows } from '../../src/train/rows.ts';
import { partialsOf } from '../support/gradients.ts';
import { bitwise, differences, outcomes, smallData, smallNet } from '../support/train.ts';
import { Updates } from '../support/updates.ts';

const ORDER = { batch_size: 8, train: 40, shuffle: true };
const STEPS = 7;

const own: readonly OptimizerSpec[] = [
  { type: 'SGD', lr: 0.1, momentum: 0.9, weight_decay: 0.1 },
  { type: 'SGD', lr: 0.1 },
  { type: 'RMSprop', lr: 0.01, weight_decay: 0.3 },
  { type: 'Adam', lr: 0.01, weight_decay: 0.2 },
  { type: 'AdamW', lr: 0.01, weight_decay: 0.2 },
  { type: 'Lion', lr: 0.003, weight_decay: 0.5 },
];
const decoupled = (type: string): Record<string, boolean> => (['AdamW', 'Lion'].includes(type) ? {} : { decoupled_weight_decay: true });

const options: Readonly<Record<string, (type: string) => Record<string, number | boolean>>> = {
  'clip_grad_norm that bites': () => ({ clip_grad_norm: 3 }),
  'clip_grad_norm that does not': () => ({ clip_grad_norm: 1e5 }),
  clip_grad_value: () => ({ clip_grad_value: 0.3 }),
  decoupled_weight_decay: decoupled,
  'decay_bias_and_norm off': () => ({ decay_bias_and_norm: false }),
  accumulate_steps: () => ({ accumulate_steps: 3 }),
  ema_decay: () => ({ ema_decay: 0.7 }),
  'all of them': (type) => ({
    ...decoupled(type),
    clip_grad_norm: 5,
    clip_grad_value: 0.4,
    decay_bias_and_norm: false,
    accumulate_steps: 2,
    ema_decay: 0.9,
  }),
};

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => expect(gpu.errors).toEqual([]));

/** Bias, convolution kernel, batch norm: what decays and what may not. Both ways to sum squares. */
const compiled = [undefined, 256].map((fill) =>
  compile(inferModel(smallNet), { batch_size: 8, loss: { type: 'CrossEntropyLoss' }, data: 'u8', fill }),
);

const updatesOf = (c: Compiled, these: readonly Lane[]): Updates =>
  Updates.create(
    gpu.device,
    c,
    these.map(({ spec }) => spec.optimizer),
  );

/** The batch after `step` finished ones, with these gradients [P] for every lane. */
async function send(updates: Updates, c: Compiled, these: readonly Lane[], step: number, grad: Float32Array): Promise<void> {
  const all = new Float32Array(these.length * grad.length);
  for (const l of these.keys()) all.set(grad, l * grad.length);
  updates.write('partials', 0, partialsOf(c, all));
  await updates.send(trainRows(these, step, 1, ORDER));
}

const lanes: Lane[] = own.flatMap((spec, i) =>
  Object.entries(options).map(([name, more]) =>
    makeLane(`${i} ${spec.type}, ${name}`, { name, optimizer: { ...spec, ...more(spec.type) } }, { model: smallNet, seed: 1 }),
  ),
);

/** Words that hold a parameter, and of these the ones of biases and normalisation. */
function wordsOf(c: Compiled): { live: Set<number>; exempt: Set<number> } {
  const live = new Set<number>();
  const exempt = new Set<number>();
  for (const { block, entry } of c.params.entries.values()) {
    for (let i = 0; i < entry.length; i++) {
      const word = block.offset + entry.index(i);
      live.add(word);
      if (entry.spec.shape.length < 2) exempt.add(word);
    }
  }
  return { live, exempt };
}

describe.each([
  ['one sum a block', 0],
  ['sums of single threads', 1],
])('against the reference, with %s', (_, which) => {
  const c = compiled[which];
  const P = c.params.size;
  // Only how squares are added differs between the two.
  const some = which === 0 ? lanes : lanes.filter(({ id }) => /all of them|clip_grad_norm that bites/.test(id));

  it('every option with every kind of optimizer, side by side', async () => {
    const { live, exempt } = wordsOf(c);
    const updates = updatesOf(c, some);
    const stream = random(5, which);
    const draw = () => Float32Array.from({ length: P }, (__, i) => (live.has(i) ? stream.normal() : 0));
    const start = draw();
    for (const l of some.keys()) updates.write('params', l * P, start);
    let [params, state] = [await updates.read('params'), await updates.read('state')];
    const history: Float64Array[] = [];
    const wrong: (string | null)[] = [];
    for (let step = 0; step < STEPS; step++) {
      const grad = draw();
      history.push(Float64Array.from(grad));
      await send(updates, c, some, step, grad);
      const [after, next, report] = [await updates.read('params'), await updates.read('state'), await updates.read('report')];
      some.forEach((lane, l) => {
        const { type, args } = lane.optimizer;
        const { accumulate } = commonOf(args);
        const [old, now] = [updates.stateOf(l, state), updates.stateOf(l, next)];
        const before = params.subarray(l * P, (l + 1) * P);
        const param = Float64Array.from(before);
        const label = `${lane.id}, step ${step + 1}`;
        if ((step + 1) % accumulate !== 0) {
          wrong.push(bitwise(`${label} weights`, after.subarray(l * P, (l + 1) * P), before));
          const sum = history.slice(step - (step % accumulate)).reduce((a, b) => a.map((v, i) => v + b[i]));
          wrong.push(compare(`${label} grad_sum`, now.grad_sum, sum, { tolerance: 1e-6 }));
          return;
        }
        const average = old.ema ?? null;
        const t = (step + 1) / accumulate;
        commonStep(
          optimizerReferences[type],
          args,
          { state: old, param, average },
          history.slice(-accumulate),
          (i) => exempt.has(i),
          rateAt(lane, step),
          t,
        );
        wrong.push(compareStep(`${label} weights`, after.subarray(l * P, (l + 1) * P), param, before));
        if (average) wrong.push(compare(`${label} ema`, now.ema, average, { tolerance: 1e-6 }));
        if (accumulate > 1) wrong.push(compare(`${label} grad_sum`, now.grad_sum, new Float64Array(P), { tolerance: 0 }));
        // The norm that the page shows is that of the batch, before anything is cut.
        const { norms } = metricsOf(P, c.options.fill);
        const words = reportWords(norms);
        const squares = report.subarray(l * words + 4, l * words + 4 + norms).reduce((a, b) => a + b, 0);
        wrong.push(compare(`${label} Σg²`, [squares], [grad.reduce((a, g) => a + g * g, 0)], { tolerance: 1e-5 }));
      });
      [params, state] = [after, next];
    }
    expect(wrong.filter((sentence) => sentence !== null)).toEqual([]);
    updates.destroy();
  });

  it('gives the same bits alone and in company', async () => {
    const { live } = wordsOf(c);
    const all = await bitsOf(some);
    for (const l of [0, 2, 7, 15, 28, 47].filter((index) => index < some.length)) {
      const [alone] = await bitsOf([some[l]]);
      expect(bitwise(some[l].id, alone, all[l])).toBeNull();
    }
    async function bitsOf(these: readonly Lane[]): Promise<Float32Array[]> {
      const updates = updatesOf(c, these);
      const stream = random(6, which);
      const draw = () => Float32Array.from({ length: P }, (__, i) => (live.has(i) ? stream.normal() : 0));
      const start = draw();
      for (const l of these.keys()) updates.write('params', l * P, start);
      for (let step = 0; step < 4; step++) await send(updates, c, these, step, draw());
      const params = await updates.read('params');
      updates.destroy();
      return these.map((__, l) => params.slice(l * P, (l + 1) * P));
    }
  });
});

it('clips as PyTorch does', () => {
  const args = { clip_grad_norm: 1, clip_grad_value: 0 };
  // ‖(3, 4)‖ = 5, factor 1 / (5 + 1e-6)
  expect(Array.from(prepareGradient(args, [Float64Array.of(3, 4)]))).toEqual([3 / (5 + 1e-6), 4 / (5 + 1e-6)]);
  expect(Array.from(prepareGradient({ clip_grad_value: 2 }, [Float64Array.of(3, -4), Float64Array.of(1, -4)]))).toEqual([2, -2]);
});

describe('in training', () => {
  const data = smallData();
  /** No batch norm, no dropout: a batch is the sum of its samples. */
  const plain = { ...smallNet, layers: smallNet.layers.filter(({ type }) => type !== 'BatchNorm2d' && type !== 'Dropout') };

  it('k batches of b act as one of k · b', async () => {
    const specs: OptimizerSpec[] = [
      { type: 'SGD', lr: 0.05, momentum: 0.9 },
      { type: 'SGD', lr: 0.05, weight_decay: 0.01, clip_grad_norm: 0.5 },
      { type: 'RMSprop', lr: 0.001, eps: 1e-3 },
      { type: 'Muon', lr: 0.01, adamw_eps: 1e-3, clip_grad_norm: 0.5 },
    ];
    const runs = (more: Record<string, number> = {}) => specs.map((optimizer) => ({ optimizer: { ...optimizer, ...more }, seed: 3 }));
    const setup = { model: plain, data, device: gpu.device };
    const small = await outcomes({ ...setup, batch_size: 5, runs: runs({ accumulate_steps: 4 }) }, 24);
    const large = await outcomes({ ...setup, batch_size: 20, runs: runs() }, 6);
    for (const [r, { type }] of specs.entries()) {
      for (const [name, values] of Object.entries(large[r].dict)) {
        expect(compare(`${type} ${name}`, small[r].dict[name], values, { tolerance: 1e-5 })).toBeNull();
      }
    }
  });

  it('a run with options in a race is the run alone, bit for bit, through a checkpoint', async () => {
    const runs: { optimizer: OptimizerSpec }[] = [
      { optimizer: { type: 'Adam', lr: 0.003, clip_grad_norm: 0.3, ema_decay: 0.9 } },
      { optimizer: { type: 'Adam', lr: 0.003 } },
      { optimizer: { type: 'SGD', lr: 0.05, accumulate_steps: 3, decay_bias_and_norm: false, weight_decay: 0.1 } },
      { optimizer: { type: 'Muon', lr: 0.02, accumulate_steps: 2, clip_grad_norm: 0.3, clip_grad_value: 0.01, ema_decay: 0.9 } },
      { optimizer: { type: 'Muon', lr: 0.02, decay_bias_and_norm: false } },
    ];
    const setup = { model: smallNet, data, batch_size: 8, device: gpu.device };
    const race = await outcomes({ ...setup, runs }, 10);
    for (const [i, run] of runs.entries()) {
      const [alone] = await outcomes({ ...setup, runs: [run] }, 10);
      expect(differences(`run ${i}`, race[i], alone)).toEqual([]);
    }
    expect(Object.keys(race[0].snapshot.state)).toEqual(['ema', 'exp_avg', 'exp_avg_sq']);
  });

  it('the average is evaluated in the place of the weights, which come back', async () => {
    const setup = { model: smallNet, data, batch_size: 8, device: gpu.device };
    const kept = await createTrainer({
      ...setup,
      runs: [{ optimizer: { type: 'SGD', lr: 0.1, ema_decay: 0.9 } }, { optimizer: { type: 'SGD', lr: 0.1 } }],
    });
    await kept.step(9);
    const before = [await kept.stateDict(0), await kept.stateDict(1)];
    const [own, plain] = [await kept.evaluate(0, data), await kept.evaluate(1, data)];
    expect(plain).not.toHaveProperty('ema');
    expect([await kept.stateDict(0), await kept.stateDict(1)]).toEqual(before);
    // The same weights by another way: unpacked from the state, loaded into a run of their own.
    const { snapshots } = await kept.checkpoint();
    const { buffers, state } = snapshots.get('0') as LaneSnapshot;
    const { params } = compiled[0];
    const dict = { ...before[0] };
    for (const name of params.entries.keys()) dict[name] = unpackParam(params, name, state.ema) as Float32Array<ArrayBuffer>;
    expect(buffers.length).toBeGreaterThan(0);
    const other = await createTrainer({ ...setup, runs: [{ optimizer: { type: 'SGD', lr: 0.1 } }] });
    await other.loadStateDict(0, dict);
    const { loss, accuracy } = await other.evaluate(0, data);
    expect(own.ema).toEqual({ loss, accuracy });
    expect(own.loss).not.toBe(loss);
    // The next steps are those of a run that was never evaluated.
    const [again] = await kept.step(3);
    const untouched = await createTrainer({ ...setup, runs: [{ optimizer: { type: 'SGD', lr: 0.1, ema_decay: 0.9 } }] });
    expect((await untouched.step(12))[0].slice(9)).toEqual(again);
    for (const trainer of [kept, other, untouched]) trainer.destroy();
  });
});
