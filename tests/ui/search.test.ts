import { beforeEach, describe, expect, it } from 'vitest';
import { preset } from '../../src/model/presets.ts';
import type { Dimension } from '../../src/model/search.ts';
import { configStore, openExperiment } from '../../src/store/config.ts';
import { sayPrograms, sayTurns } from '../../src/store/fit.ts';
import { setRate } from '../../src/store/runs.ts';
import { cancelSearch, type Found, foundOf, type Search, searchStore, startRandom, startSweep } from '../../src/store/search.ts';
import type { Command, Event } from '../../src/worker/protocol.ts';
import { FakeWorker } from '../support/fake-worker.ts';

const race = preset('optimizer-race')!.experiment;
const sweep = (): Search => searchStore.getState().sweep!;
const random = (): Search => searchStore.getState().random!;
const runId = (i: number): string => configStore.getState().ids[i]!;
const loads = (worker: FakeWorker) => worker.commands.filter((command): command is Extract<Command, { type: 'load' }> => command.type === 'load');
const request = (patch: object = {}) => ({ run: runId(0), from: 1e-3, to: 1, lanes: 8, steps: 20, most: 32, ...patch });

/** Answers a load with an error while more than so many runs are asked for. */
class SmallWorker extends FakeWorker {
  constructor(private readonly holds: number) {
    super();
  }
  override send(command: Command): void {
    if (command.type !== 'load' || command.runs.length <= this.holds) return super.send(command);
    this.commands.push(command);
    this.emit({ type: 'error', load: command.load, error: { name: 'LimitError', message: 'More than the GPU has free.' } });
  }
}

/** Never ready until it is told. */
class HeldWorker extends FakeWorker {
  held: Command[] = [];
  closed = false;
  override send(command: Command): void {
    this.commands.push(command);
    this.held.push(command);
  }
  override close(): void {
    this.closed = true;
    super.close();
  }
}

beforeEach(() => {
  cancelSearch();
  openExperiment(race);
});

describe('a sweep', () => {
  it('trains one lane a rate, in an experiment of its own, and leaves the visitor’s as it is', async () => {
    const worker = new FakeWorker();
    const before = configStore.getState();
    await startSweep(request(), () => worker);
    expect(configStore.getState()).toBe(before);
    expect(loads(worker)).toHaveLength(1);
    const { experiment, runs } = loads(worker)[0]!;
    expect(experiment).toMatchObject({ model: race.model, data: race.data, batch_size: race.batch_size, seed: race.seed, eval_every: 20 });
    expect(experiment.runs.map((run) => run.optimizer.lr)).toEqual([1e-3, 2.68e-3, 7.2e-3, 0.0193, 0.0518, 0.139, 0.373, 1]);
    expect(new Set(runs).size).toBe(8);
    expect(sweep().state).toBe('done');
    const found = foundOf(sweep());
    expect(found.every(({ step, outcome }) => step === 20 && Number.isFinite(outcome?.final))).toBe(true);
    expect(searchStore.getState().progress).toBeNull();
  });

  it('of a run under one cycle tries peaks of the cycle, and a rate that is taken stands where it counts', async () => {
    openExperiment(preset('one-cycle')!.experiment);
    const worker = new FakeWorker();
    await startSweep(request({ run: runId(3) }), () => worker);
    const { runs } = loads(worker)[0]!.experiment;
    expect(runs.map((run) => run.schedule?.max_lr)).toEqual(runs.map((run) => run.optimizer.lr));
    expect(new Set(runs.map((run) => run.schedule?.max_lr)).size).toBe(8);
    setRate(runId(3), 0.2);
    setRate(runId(0), 0.2);
    const [constant, , , cycle] = configStore.getState().experiment.runs;
    expect(cycle).toMatchObject({ optimizer: { lr: 0.2 }, schedule: { type: 'OneCycleLR', max_lr: 0.2, total_steps: 600 } });
    expect(constant).toEqual({ name: 'Constant 0.05', optimizer: { type: 'SGD', lr: 0.2, momentum: 0.9 } });
  });

  it('takes turns where fewer lanes fit, every rate once', async () => {
    const worker = new FakeWorker();
    await startSweep(request({ most: 3 }), () => worker);
    expect(loads(worker).map(({ runs }) => runs.length)).toEqual([3, 3, 2]);
    expect(new Set(loads(worker).flatMap(({ runs }) => runs)).size).toBe(8);
    expect(foundOf(sweep()).every(({ step }) => step === 20)).toBe(true);
  });

  it('goes on with half as many when the GPU has no room after all, and says so', async () => {
    const worker = new SmallWorker(2);
    await startSweep(request(), () => worker);
    expect(loads(worker).map(({ runs }) => runs.length)).toEqual([8, 4, 2, 2, 2, 2]);
    expect(sweep()).toMatchObject({ state: 'done', message: 'The GPU had no room for more than 2 lanes at once.' });
    expect(foundOf(sweep()).every(({ step }) => step === 20)).toBe(true);
  });

  it('ends in words when not even one lane fits', async () => {
    await startSweep(request(), () => new SmallWorker(0));
    expect(sweep()).toMatchObject({ state: 'failed', message: 'More than the GPU has free. What was found stays.' });
  });

  it('keeps what it found when it is cancelled, and ends its worker', async () => {
    const worker = new HeldWorker();
    const end = startSweep(request(), () => worker);
    const { runs, load } = loads(worker)[0]!;
    const points = { step: Uint32Array.of(1, 2), train_loss: Float32Array.of(2, 1) };
    const rest = { train_accuracy: new Float32Array(2), lr: new Float32Array(2), grad_norm: new Float32Array(2) };
    const event: Event = {
      type: 'points',
      load,
      train: [{ run: runs[0]!, ...points, ...rest, update_ratio: new Float32Array(2), time: new Float32Array(2) }],
      validation: [],
    };
    worker.emit(event);
    worker.emit({ type: 'diverged', load, run: runs[7]!, step: 2, layer: null });
    worker.emit({ type: 'points', load: load - 1, train: [{ ...event.train[0]!, run: runs[1]! }], validation: [] });
    cancelSearch();
    await end;
    expect(worker.closed).toBe(true);
    expect(sweep().state).toBe('cancelled');
    const states = foundOf(sweep()).map(({ outcome }: Found) => outcome?.state);
    expect(states).toEqual(['stable', undefined, undefined, undefined, undefined, undefined, undefined, 'diverged']);
  });

  it('ends in words when the worker dies or there is no GPU', async () => {
    const dying = new HeldWorker();
    const end = startSweep(request(), () => dying);
    dying.crash('The training worker stopped.');
    await end;
    expect(sweep()).toMatchObject({ state: 'failed', message: 'The training worker stopped. What was found stays.' });
    await startSweep(request(), () => new FakeWorker({ unavailable: 'no-adapter' }));
    expect(sweep().state).toBe('failed');
  });

  it('is refused while another runs, for a run that is gone, and for a range that cannot be', async () => {
    const worker = new HeldWorker();
    const end = startSweep(request(), () => worker);
    await startSweep(request(), () => expect.fail('a second worker'));
    cancelSearch();
    await end;
    await startSweep(request({ run: 'gone' }), () => expect.fail('a worker for nothing'));
    await expect(startSweep(request({ from: 2 }), () => expect.fail('a worker for nothing'))).rejects.toThrow('runs backwards');
  });

  it('of a run with a network of its own sweeps that network', async () => {
    const model = { ...race.model, layers: race.model.layers.slice(0) };
    openExperiment({ ...race, runs: [{ ...race.runs[0]!, model }, ...race.runs.slice(1)] });
    const worker = new FakeWorker();
    await startSweep(request(), () => worker);
    const { experiment } = loads(worker)[0]!;
    expect(experiment.model).toBe(model);
    expect(experiment.runs.every((run) => run.model === undefined)).toBe(true);
  });
});

describe('a random search', () => {
  const dimensions: Dimension[] = [
    { name: 'lr', from: 1e-4, to: 1, spread: 'log' },
    { name: 'momentum', from: 0.5, to: 0.99, spread: 'complement' },
  ];

  it('narrows round by round around the best third, with twice the steps', async () => {
    const workers: FakeWorker[] = [];
    const open = (): FakeWorker => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    };
    await startRandom({ run: runId(1), dimensions, lanes: 9, steps: 20, rounds: 3, seed: 5, most: 32 }, open);
    expect(random().state).toBe('done');
    const found = foundOf(random());
    expect(found.map(({ round }) => round)).toEqual([0, 1, 2].flatMap((round) => new Array(9).fill(round)));
    expect([0, 9, 18].map((i) => found[i]!.step)).toEqual([20, 40, 80]);
    const [first, second, third] = random().rounds.map((ranges) => Math.log(ranges[0]!.to / ranges[0]!.from));
    expect(second).toBeLessThan(first!);
    expect(third).toBeLessThan(second!);
    for (const { run, round } of found) {
      const { lr, momentum } = run.optimizer;
      const [rates, momenta] = random().rounds[round]!;
      expect(lr).toBeGreaterThanOrEqual(rates!.from);
      expect(lr).toBeLessThanOrEqual(rates!.to);
      expect(momentum).toBeGreaterThanOrEqual(momenta!.from);
    }
    expect(workers).toHaveLength(3);
  });

  it('ends after the round in which it is cancelled', async () => {
    const worker = new HeldWorker();
    const end = startRandom({ run: runId(1), dimensions, lanes: 8, steps: 20, rounds: 3, seed: 5, most: 32 }, () => worker);
    cancelSearch();
    await end;
    expect(random()).toMatchObject({ state: 'cancelled' });
    expect(random().trials).toHaveLength(8);
  });
});

describe('what fits', () => {
  const fit = { most: 16, lane_bytes: 120e6, largest: 62e6, allowed: 1e9 };
  const one = 'One lane needs 3.0 GB in one buffer; this GPU gives 1.0 GB. A smaller batch or fewer channels would fit.';
  it.each([
    [fit, 16, '16 lanes need 1.9 GB: all train at once.'],
    [fit, 32, '32 lanes need 3.8 GB, 2.0 GB of it in one buffer; this GPU gives 1.0 GB a buffer: 2 turns of 16.'],
    [{ ...fit, most: 13 }, 32, '32 lanes need 3.8 GB, 2.0 GB of it in one buffer; this GPU gives 1.0 GB a buffer: 3 turns of up to 11.'],
    [{ ...fit, most: 0, largest: 3e9 }, 8, one],
    [{ ...fit, lane_bytes: 3000, largest: 1000, most: 999 }, 8, '8 lanes need 24 kB: all train at once.'],
  ])('of a search is said in a sentence', (given, lanes, sentence) => {
    expect(sayTurns(given, lanes)).toBe(sentence);
  });

  it.each([
    [fit, 16, true, '16 lanes need 1.9 GB.'],
    [fit, 33, true, '33 lanes need 4.0 GB, 2.0 GB of it in one buffer; this GPU gives 1.0 GB a buffer: 3 programs of up to 11, stepped in turn.'],
    [
      fit,
      34,
      false,
      '34 lanes need 4.1 GB, 2.1 GB of it in one buffer; this GPU gives 1.0 GB a buffer. Fewer runs or seeds, or a smaller batch, would fit.',
    ],
    [
      { most: 4, lane_bytes: 40e6, largest: 32e6, allowed: 128e6 },
      50,
      true,
      '50 lanes need 2.0 GB, 1.6 GB of it in one buffer; this GPU gives 128 MB a buffer: 13 programs of up to 4, stepped in turn.',
    ],
    [{ ...fit, most: 0, largest: 3e9 }, 8, false, one],
  ])('of a race is said in a sentence, and whether it can be', (given, lanes, fits, text) => {
    expect(sayPrograms(given, lanes)).toEqual({ fits, text });
  });
});
