/** The microscope on a GPU: training is the same to the bit with it open, and what it shows is what the kernel then writes. */
import { afterAll, expect, it } from 'vitest';
import { orthogonalise } from '../../src/engine/optim/muon.reference.ts';
import { compareStep } from '../../src/gpu/selftest_compare.ts';
import { resolveOptimizer } from '../../src/model/optimizers/index.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import { Microscope } from '../../src/train/microscope.ts';
import type { Inspect, InspectedUpdate, Inspection } from '../../src/worker/inspection.ts';
import { Driven, smallExperiment, smallRuns } from '../support/session.ts';
import { arraysOf, bitwiseAll, fourOptimizers, type Harness, harness, lane, lossesOf, sharedGpu, smallData, trainerData } from '../support/train.ts';

const every: readonly OptimizerSpec[] = [
  ...fourOptimizers,
  { type: 'SGD', lr: 0.05, momentum: 0.9, nesterov: true },
  { type: 'Adadelta', lr: 1 },
  { type: 'AdamW', lr: 0.003, weight_decay: 0.1 },
  { type: 'Adamax', lr: 0.003 },
  { type: 'NAdam', lr: 0.003 },
  { type: 'RAdam', lr: 0.003, betas: [0.9, 0.99] },
  { type: 'Lion', lr: 0.0005, weight_decay: 0.1 },
  { type: 'SGD', lr: 0.05, momentum: 0.9, clip_grad_norm: 0.5, clip_grad_value: 0.02 },
  { type: 'Adam', lr: 0.003, weight_decay: 0.1, decoupled_weight_decay: true, decay_bias_and_norm: false, ema_decay: 0.9 },
  { type: 'AdamW', lr: 0.003, weight_decay: 0.1, decay_bias_and_norm: false, clip_grad_norm: 0.3 },
  { type: 'Muon', lr: 0.02, weight_decay: 0.1 },
];

const seen = (inspection: Inspection): InspectedUpdate => {
  if (inspection.status !== 'seen') throw new Error(JSON.stringify(inspection));
  return inspection;
};

const of = (run: string, more: Partial<Inspect> = {}): Inspect => ({ run, compare: null, layer: 'conv2', param: 'weight', index: 0, ...more });

const open = async (specs: readonly OptimizerSpec[], wild?: OptimizerSpec): Promise<Harness> =>
  harness(
    await sharedGpu(),
    [...specs, ...(wild ? [wild] : [])].map((spec, i) => lane(`r${i}`, spec)),
    trainerData(smallData(48), 40),
    { eval_every: 4 },
  );

afterAll(async () => {
  expect((await sharedGpu()).errors).toEqual([]);
});

it('changes no bit of training, beside validation, batch norm and dropout', async () => {
  const specs: readonly OptimizerSpec[] = [
    ...fourOptimizers,
    { type: 'Muon', lr: 0.02 },
    { type: 'Adam', lr: 0.01, accumulate_steps: 2, ema_decay: 0.9, clip_grad_norm: 0.5 },
  ];
  const [plain, watched] = [await open(specs), await open(specs)];
  await plain.trainer.train(9);
  const microscope = new Microscope();
  for (let step = 0; step <= 9; step++) {
    await watched.trainer.train(step);
    // While the next submits are on their way too: a look is one turn of the event loop.
    const training = watched.trainer.train(Math.min(9, step + 2));
    await microscope.look(watched.trainer, of(`r${step % 6}`, { compare: 'r0', layer: ['conv1', 'bn1', 'fc'][step % 3], index: step }));
    await training;
  }
  const [a, b] = [await plain.trainer.snapshot(), await watched.trainer.snapshot()];
  for (const r of specs.keys()) {
    const id = `r${r}`;
    const [own, other] = [a.get(id), b.get(id)];
    if (!own || !other) throw new Error(id);
    expect(bitwiseAll(id, arraysOf(other), arraysOf(own))).toEqual([]);
    expect(lossesOf(watched, id)).toEqual(lossesOf(plain, id));
    expect(watched.told.validation[id]).toEqual(plain.told.validation[id]);
  }
  microscope.close();
  for (const { trainer } of [plain, watched]) trainer.destroy();
});

it('shows what the kernel then writes, and explains it to the last digits', async () => {
  const { trainer } = await open(every);
  const microscope = new Microscope();
  const wrong: string[] = [];
  const promised: { id: string; name: string; index: number; after: number }[] = [];
  for (let step = 0; step < 8; step++) {
    for (const [r, spec] of every.entries()) {
      const id = `r${r}`;
      for (const [layer, param, index] of [
        ['conv1', 'weight', 7 * step + r],
        ['fc', 'bias', step % 4],
        ['bn1', 'weight', r % 5],
        ['conv2', 'weight', 11 * step + r],
      ] as const) {
        const name = `${layer}.${param}`;
        const { group, l } = trainer.groupOf(id);
        const before = (await group.readTensors(l)).get(name) as Float32Array;
        const look = seen(await microscope.look(trainer, of(id, { layer, param, index })));
        expect([look.step, look.optimizer]).toEqual([step + 1, spec.type]);
        expect(look.weight.before).toBe(before[look.weight.index]);
        const explained = look.weight.steps.at(-1)?.value ?? Number.NaN;
        const label = `${spec.type} step ${step + 1} ${name}`;
        wrong.push(...[compareStep(label, [look.weight.after], [explained], [look.weight.before]) ?? []].flat());
        promised.push({ id, name, index: look.weight.index, after: look.weight.after });
      }
    }
    await trainer.train(step + 1);
    for (const { id, name, index, after } of promised.splice(0)) {
      const { group, l } = trainer.groupOf(id);
      expect((await group.readTensors(l)).get(name)?.[index]).toBe(after);
    }
  }
  expect(wrong).toEqual([]);
  microscope.close();
  trainer.destroy();
});

it('looks ahead to the update that accumulated batches make, and changes nothing', async () => {
  const specs: readonly OptimizerSpec[] = [
    { type: 'Adam', lr: 0.01, accumulate_steps: 3, clip_grad_norm: 0.2 },
    { type: 'SGD', lr: 0.05 },
  ];
  const [plain, watched] = [await open(specs), await open(specs)];
  await plain.trainer.train(8);
  const microscope = new Microscope();
  for (let step = 0; step < 8; step++) {
    await watched.trainer.train(step);
    const look = seen(await microscope.look(watched.trainer, of('r0', { index: step })));
    const makes = 3 * Math.ceil((step + 1) / 3);
    expect(look.step).toBe(makes);
    const { before, after, steps } = look.weight;
    expect(compareStep(`step ${makes}`, [after], [steps.at(-1)?.value ?? Number.NaN], [before])).toBeNull();
    expect(steps[0].label).toBe('Mean gradient of 3 batches');
    expect(look.update_ratio).toBeGreaterThan(0);
    const other = await open(specs);
    await other.trainer.train(makes);
    const { group, l } = other.trainer.groupOf('r0');
    expect((await group.readTensors(l)).get('conv2.weight')?.[look.weight.index]).toBe(after);
    other.trainer.destroy();
  }
  await watched.trainer.train(8);
  const [a, b] = [await plain.trainer.snapshot(), await watched.trainer.snapshot()];
  for (const id of ['r0', 'r1']) {
    const [own, other] = [a.get(id), b.get(id)];
    if (!own || !other) throw new Error(id);
    expect(bitwiseAll(id, arraysOf(other), arraysOf(own))).toEqual([]);
  }
  microscope.close();
  for (const { trainer } of [plain, watched]) trainer.destroy();
});

it('shows what Muon does to the singular values of a matrix, and only there', async () => {
  const spec: OptimizerSpec = { type: 'Muon', lr: 0.02, momentum: 0.9, weight_decay: 0 };
  const { trainer } = await open([spec, { type: 'Adam', lr: 0.01 }]);
  const microscope = new Microscope();
  await trainer.train(4);
  const { group, l } = trainer.groupOf('r0');
  const args = resolveOptimizer(spec);
  const look = seen(await microscope.look(trainer, of('r0')));
  if (look.singular === null || typeof look.singular === 'string') throw new Error(String(look.singular));
  const { before, after } = look.singular;
  expect([before.length, after.length]).toEqual([6, 6]);
  // At norm 1 before; near 1 each afterwards, as far as five iterations bring them.
  expect(Math.hypot(...before)).toBeCloseTo(1, 9);
  const diagonal = Float64Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? before[Math.floor(i / 6)] : 0));
  const wanted = [...orthogonalise(args, diagonal, 6, 6)].filter((_, i) => i % 7 === 0).sort((a, b) => b - a);
  wanted.forEach((s, i) => {
    expect(Math.abs(after[i] - s), `singular value ${i}`).toBeLessThan(1e-3);
  });
  expect(look.histograms.map((h) => h.name)).toEqual(['gradient', 'update', 'first', 'step']);
  // The first and the last layer, vectors, and other optimizers have none.
  for (const [run, layer] of [
    ['r0', 'conv1'],
    ['r0', 'fc'],
    ['r0', 'bn1'],
    ['r1', 'conv2'],
  ])
    expect(seen(await microscope.look(trainer, of(run, { layer }))).singular, `${run} ${layer}`).toBeNull();
  expect(group.lanes[l].frozen).toBeNull();
  microscope.close();
  trainer.destroy();
});

it('agrees with the whole layer: gradient, ratio, angles and histograms from the reference', async () => {
  const { trainer } = await open([
    { type: 'SGD', lr: 0.1 },
    { type: 'Adam', lr: 0.01 },
  ]);
  const microscope = new Microscope();
  await trainer.train(3);
  const before = await trainer.snapshot();
  const sgd = seen(await microscope.look(trainer, of('r0', { compare: 'r1', layer: 'fc' })));
  const adam = seen(await microscope.look(trainer, of('r1', { compare: 'r0', layer: 'fc' })));
  await trainer.train(4);
  const after = await trainer.snapshot();
  const block = (snapshot: Map<string, { params: Float32Array }>, id: string): Float32Array => {
    const { block: b } = trainer.groupOf(id).group.compiled.params.entries.get('fc.weight') as {
      block: { offset: number; rows: number; cols: number };
    };
    return (snapshot.get(id)?.params ?? new Float32Array(0)).slice(b.offset, b.offset + b.rows * b.cols);
  };
  const delta = (id: string): Float64Array => {
    const old = block(before, id);
    return Float64Array.from(block(after, id), (w, i) => w - old[i]);
  };
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);
  const [d0, d1] = [delta('r0'), delta('r1')];
  const w0 = block(before, 'r0');
  expect(sgd.update_ratio).toBeCloseTo(Math.sqrt(dot(d0, d0) / dot(w0, w0)), 9);
  const angle = dot(d0, d1) / Math.sqrt(dot(d0, d0) * dot(d1, d1));
  expect(sgd.compared).toBeCloseTo(angle, 9);
  expect(adam.compared).toBeCloseTo(angle, 9);
  // SGD goes straight down; Adam does not. Every weight of SGD has lr, to the rounding of the weight.
  expect(sgd.descent).toBeGreaterThan(0.9999);
  expect(adam.descent).toBeLessThan(0.99);
  const weights = 4 * 6 * 4 + 4;
  for (const look of [sgd, adam]) {
    for (const { name, histogram: h } of look.histograms) {
      const counted = h.counts.reduce((a, b) => a + b, 0) + h.zero + h.non_finite;
      if (name === 'step') expect(counted).toBeLessThanOrEqual(weights);
      else expect(counted, name).toBe(weights);
    }
  }
  expect(sgd.histograms.map((h) => h.name)).toEqual(['gradient', 'update', 'step']);
  expect(adam.histograms.map((h) => h.name)).toEqual(['gradient', 'update', 'first', 'root', 'step']);
  const update = adam.histograms.find((h) => h.name === 'update')?.histogram;
  expect([update?.min, update?.max]).toEqual([Math.min(...d1), Math.max(...d1)]);
  microscope.close();
  trainer.destroy();
});

it('says why there is nothing to see', async () => {
  const { trainer } = await open([{ type: 'SGD', lr: 0.1 }], { type: 'SGD', lr: 1e30 });
  const microscope = new Microscope();
  expect(await microscope.look(trainer, of('gone'))).toMatchObject({ status: 'nothing' });
  expect(await microscope.look(trainer, of('r0', { layer: 'relu1' }))).toMatchObject({ status: 'nothing' });
  await trainer.train(1);
  let look = await microscope.look(trainer, of('r1', { compare: 'r0' }));
  for (let step = 2; look.status === 'seen' && step < 6; step++) {
    await trainer.train(step);
    look = await microscope.look(trainer, of('r1', { compare: 'r0' }));
  }
  expect(look.status).toBe('diverges');
  expect(seen(await microscope.look(trainer, of('r0', { compare: 'r1' }))).compared).toMatch(/diverges at this step/);
  await trainer.train(8);
  expect(await microscope.look(trainer, of('r1'))).toMatchObject({ status: 'frozen', step: (look as { step: number }).step });
  expect(seen(await microscope.look(trainer, of('r0', { compare: 'r1' }))).compared).toMatch(/diverged/);
  microscope.close();
  trainer.destroy();
});

it('a session looks while it trains and at once when it rests, and its curves are the same', async () => {
  const [plain, watched] = [new Driven(), new Driven()];
  await plain.open(smallExperiment(smallRuns));
  await watched.open(smallExperiment(smallRuns));
  const inspect: Inspect = { run: 'r1', compare: 'r0', layer: 'fc1', param: 'weight', index: 5 };
  watched.send({ type: 'inspect', inspect });
  const first = await watched.next('inspection');
  expect(seen(first.inspection)).toMatchObject({ step: 1, optimizer: 'Adam' });
  await plain.step(60);
  await watched.step(60);
  const all = watched.all('inspection');
  expect(seen(all.at(-1)?.inspection as Inspection).step).toBe(61);
  for (const run of ['r0', 'r1', 'r2']) expect(watched.curve(run)).toEqual(plain.curve(run));
  const from = watched.events.length;
  watched.send({ type: 'inspect', inspect: { ...inspect, layer: 'fc2', run: 'r2' } });
  const other = await watched.next('inspection', from);
  expect([other.of.layer, seen(other.inspection).optimizer]).toEqual(['fc2', 'RMSprop']);
  // A device that is lost takes the copies with it.
  const after = watched.events.length;
  watched.send({ type: 'lose_device' });
  expect(seen((await watched.next('inspection', after)).inspection).step).toBe(61);
  await plain.step(1);
  await watched.step(1);
  expect(watched.curve('r2')).toEqual(plain.curve('r2'));
  watched.send({ type: 'inspect', inspect: null });
  for (const driven of [plain, watched]) driven.close();
});
