/** Runs that come, go and change in mid-race are, bit for bit, what they would have been had the race been so from the start. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import type { OptimizerSpec } from '../../src/model/types.ts';
import { bitwise, bitwiseAll, compareRuns, fourOptimizers, harness, lane, lossesOf, sharedGpu, smallData, trainerData } from '../support/train.ts';

const data = smallData();
let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

describe('runs that come, go and change', () => {
  const make = (...ids: string[]) => ids.map((id) => lane(id, fourOptimizers['abcd'.indexOf(id)]));

  it('a late one catches up, joins its group, and is as if it had been there from the start', async () => {
    const [late, early] = [await harness(gpu, make('a', 'b'), trainerData(data)), await harness(gpu, make('a', 'b', 'c'), trainerData(data))];
    await late.trainer.train(9);
    expect(await late.trainer.update(make('a', 'b', 'c'))).toEqual(['c']);
    expect(late.trainer.allGroups).toHaveLength(2);
    await late.trainer.train(25);
    await early.trainer.train(25);
    expect(late.trainer.allGroups).toHaveLength(1);
    expect(await compareRuns(late, early, ['a', 'b', 'c'])).toEqual([]);
    late.trainer.destroy();
    early.trainer.destroy();
  });

  it('two late ones, joining at different steps', async () => {
    const [late, early] = [await harness(gpu, make('d'), trainerData(data)), await harness(gpu, make('b', 'd', 'a'), trainerData(data))];
    await late.trainer.train(6);
    await late.trainer.update(make('d', 'b'));
    await late.trainer.train(8, () => late.trainer.step > 2);
    await late.trainer.update(make('a', 'd', 'b'));
    await late.trainer.train(20);
    await early.trainer.train(20);
    expect(await compareRuns(late, early, ['a', 'b', 'd'])).toEqual([]);
    late.trainer.destroy();
    early.trainer.destroy();
  });

  it('one that leaves takes nothing with it', async () => {
    const [left, without] = [await harness(gpu, make('a', 'b', 'c', 'd'), trainerData(data)), await harness(gpu, make('a', 'd'), trainerData(data))];
    await left.trainer.train(9);
    expect(await left.trainer.update(make('a', 'c', 'd'))).toEqual([]);
    await left.trainer.train(13);
    await left.trainer.update(make('a', 'd'));
    await left.trainer.train(22);
    await without.trainer.train(22);
    expect(left.trainer.lanes.map((l) => l.id)).toEqual(['a', 'd']);
    expect(await compareRuns(left, without, ['a', 'd'])).toEqual([]);
    left.trainer.destroy();
    without.trainer.destroy();
  });

  it('a changed lr acts from the next step on, on its run alone', async () => {
    const [h, plain] = [await harness(gpu, make('a', 'b', 'c'), trainerData(data)), await harness(gpu, make('a', 'b', 'c'), trainerData(data))];
    await h.trainer.train(10);
    const groups = h.trainer.allGroups;
    expect(await h.trainer.update([...make('a'), lane('b', { ...fourOptimizers[1], lr: 0.01 }), ...make('c')])).toEqual([]);
    expect(h.trainer.allGroups).toBe(groups);
    await h.trainer.train(20);
    await plain.trainer.train(20);
    expect(await compareRuns(h, plain, ['a', 'c'])).toEqual([]);
    const [changed, same] = [h.told.points.b, plain.told.points.b];
    expect(changed.slice(0, 10)).toEqual(same.slice(0, 10));
    expect(changed[10].loss).toBe(same[10].loss);
    expect(changed[10].lr).toBe(0.01);
    expect(changed.slice(11).every((p, i) => p.loss !== same[11 + i].loss)).toBe(true);
    h.trainer.destroy();
    plain.trainer.destroy();
  });

  it.each([
    ['another optimizer', { optimizer: fourOptimizers[0] }],
    ['another seed', { seed: 9 }],
    ['another initialiser', { init: { type: 'xavier_uniform' } }],
  ])('%s starts that run again', async (_, more) => {
    const h = await harness(gpu, make('b', 'c'), trainerData(data));
    await h.trainer.train(7);
    const changed = () => [lane('b', fourOptimizers[1], more), ...make('c')];
    expect(await h.trainer.update(changed())).toEqual(['b']);
    h.told.points.b = [];
    await h.trainer.train(12);
    const fresh = await harness(gpu, changed(), trainerData(data));
    await fresh.trainer.train(12);
    expect(await compareRuns(h, fresh, ['b', 'c'])).toEqual([]);
    h.trainer.destroy();
    fresh.trainer.destroy();
  });

  it('Muon’s iterations and layers change in flight: its state stays, and it is as beside a rival that had them all along', async () => {
    const muon = (more: Partial<OptimizerSpec> = {}): OptimizerSpec => ({ type: 'Muon', lr: 0.02, ...more });
    const [h, beside] = [
      await harness(gpu, [lane('a', muon())], trainerData(data)),
      await harness(gpu, [lane('a', muon()), lane('b', muon({ ns_steps: 10, hidden_only: false }))], trainerData(data)),
    ];
    await h.trainer.train(6);
    await beside.trainer.train(6);
    const state = (await h.trainer.snapshot()).get('a')?.state ?? {};
    expect(Object.values(state).every((values) => values.some((v) => v !== 0))).toBe(true);
    const next = lane('a', muon({ ns_steps: 8, hidden_only: false }));
    expect(await h.trainer.update([next])).toEqual([]);
    expect(bitwiseAll('state', (await h.trainer.snapshot()).get('a')?.state ?? {}, state)).toEqual([]);
    const rival = lane('b', muon({ ns_steps: 10, hidden_only: false }));
    expect(await beside.trainer.update([lane('a', muon({ ns_steps: 8, hidden_only: false })), rival])).toEqual([]);
    await h.trainer.train(14);
    await beside.trainer.train(14);
    expect(await compareRuns(h, beside, ['a'])).toEqual([]);
    h.trainer.destroy();
    beside.trainer.destroy();
  });

  it('another form of momentum in flight does not take a sum of gradients for a step', async () => {
    const sgd = (more: Partial<OptimizerSpec> = {}): OptimizerSpec => ({ type: 'SGD', lr: 0.01, momentum: 0.9, ...more });
    const h = await harness(gpu, [lane('a', sgd())], trainerData(data));
    await h.trainer.train(6);
    expect(await h.trainer.update([lane('a', sgd({ form: 'velocity' }))])).toEqual([]);
    expect((await h.trainer.snapshot()).get('a')?.state.velocity.every((v) => v === 0)).toBe(true);
    await h.trainer.train(12);
    expect(lossesOf(h, 'a')).toHaveLength(12);
    expect(lossesOf(h, 'a').every(Number.isFinite)).toBe(true);
    h.trainer.destroy();
  });

  it('momentum switched on in flight starts from a standing buffer, and a reset from the first step', async () => {
    const h = await harness(gpu, [lane('a', { type: 'SGD', lr: 0.05 }), ...make('c')], trainerData(data));
    await h.trainer.train(6);
    expect(await h.trainer.update([lane('a', { type: 'SGD', lr: 0.05, momentum: 0.9 }), ...make('c')])).toEqual([]);
    await h.trainer.train(12);
    const first = [...lossesOf(h, 'c')];
    expect(lossesOf(h, 'a')).toHaveLength(12);
    await h.trainer.reset();
    expect(h.trainer.step).toBe(0);
    await h.trainer.train(12);
    expect(bitwise('after a reset', lossesOf(h, 'c').slice(12), first)).toBeNull();
    h.trainer.destroy();
  });
});
