import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { preset } from '../../src/model/presets.ts';
import type { Experiment } from '../../src/model/types.ts';
import * as actions from '../../src/store/actions.ts';
import {
  adopt,
  commit,
  configStore,
  duplicateRun,
  editExperiment,
  editRun,
  openExperiment,
  redo,
  removeRun,
  undo,
  uniqueNames,
} from '../../src/store/config.ts';
import { chooseData } from '../../src/store/data.ts';
import * as engine from '../../src/store/engine.ts';
import { crashed, handle } from '../../src/store/events.ts';
import { INITIAL, live, setLive } from '../../src/store/live.ts';
import { addLayer, moveLayer, removeLayer, setLayerArg } from '../../src/store/model.ts';
import { chooseOptimizer, choosePart, setOptimizerArg } from '../../src/store/runs.ts';
import { curves } from '../../src/store/series.ts';
import { summarise } from '../../src/store/summary.ts';
import { toastStore } from '../../src/store/toasts.ts';
import type { Command } from '../../src/worker/protocol.ts';
import { FakeWorker } from '../support/fake-worker.ts';

const race = preset('optimizer-race')!.experiment;

let worker: FakeWorker;
let disconnect: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  setLive(INITIAL, true);
  curves.clear();
  toastStore.setState({ toasts: [] });
  worker = new FakeWorker();
  disconnect = engine.connect(worker, handle, crashed);
  openExperiment(race);
  engine.sync();
});

afterEach(() => {
  disconnect();
  vi.useRealTimers();
});

const sent = (type: Command['type']): Command[] => worker.commands.filter((command) => command.type === type);
const settle = (): void => void vi.advanceTimersByTime(200);
const ids = (): readonly string[] => configStore.getState().ids;
const experiment = (): Experiment => configStore.getState().experiment;

describe('the worker is kept at the configuration', () => {
  it('loads once for many edits in a row', () => {
    for (const size of [16, 32, 128]) editExperiment({ batch_size: size });
    expect(sent('load')).toHaveLength(1);
    settle();
    expect(sent('load')).toHaveLength(2);
    expect(sent('load').at(-1)).toMatchObject({ experiment: { batch_size: 128 } });
  });

  it('updates the runs when only runs change, and tells nothing of names and colours', () => {
    editRun(ids()[0]!, { name: 'Plain', color: 5, hidden: true });
    settle();
    expect(sent('update_runs')).toHaveLength(0);
    setOptimizerArg(ids()[0]!, 'lr', 0.1);
    settle();
    expect(sent('update_runs')).toHaveLength(1);
    expect(sent('load')).toHaveLength(1);
  });

  it('keeps back what cannot be trained, says why, and goes on when it can', () => {
    setLayerArg('conv1', 'kernel_size', 99);
    settle();
    expect(sent('load')).toHaveLength(1);
    expect(live()).toMatchObject({ phase: 'waiting', error: { layer: 'conv1' } });
    undo();
    settle();
    expect(live()).toMatchObject({ phase: 'ready', error: null });
    expect(sent('load')).toHaveLength(1);
  });

  it('drops what an older experiment still has to say', () => {
    worker.emit({ type: 'status', load: 0, state: 'running', step: 999, epoch: 9, steps_per_second: 1 });
    expect(live().step).toBe(0);
  });

  it('starts when it is ready, if Start was pressed before', () => {
    editExperiment({ seed: 7 });
    engine.start();
    expect(live().phase).toBe('ready');
    worker.tick(0.1);
    expect(live().state).toBe('running');
    engine.pause();
    expect(live().state).toBe('paused');
  });
});

describe('steps', () => {
  it('resolve when they are done and their points are here', async () => {
    await engine.step(5);
    expect(live().step).toBe(5);
    for (const id of ids()) expect(curves.of(id).step.length).toBe(5);
  });

  it('refuse what is no number of steps', async () => {
    for (const n of [0, -1, 1.5, Number.NaN]) await expect(engine.step(n)).rejects.toThrow(RangeError);
  });

  it('are told when another experiment comes between', async () => {
    vi.spyOn(worker, 'send').mockImplementation(() => undefined);
    const waiting = engine.step(3);
    await Promise.resolve();
    await Promise.resolve();
    engine.reload();
    await expect(waiting).rejects.toThrow(/experiment changed/);
  });
});

describe('a change in flight', () => {
  it('leaves one marker for a drag, from where it began to where it ended', async () => {
    await engine.step(10);
    for (const lr of [0.06, 0.08, 0.1]) {
      setOptimizerArg(ids()[0]!, 'lr', lr);
      settle();
    }
    expect(live().markers[ids()[0]!]).toEqual([{ step: 10, text: 'lr 0.05 → 0.1' }]);
    expect(curves.of(ids()[0]!).step.length).toBe(10);
  });

  it('restarts the run where it is another optimizer, and leaves the others alone', async () => {
    await engine.step(10);
    chooseOptimizer(ids()[3]!, 'AdamW');
    settle();
    expect(curves.peek(ids()[3]!)?.step.length ?? 0).toBe(0);
    expect(curves.of(ids()[0]!).step.length).toBe(10);
    expect(live().markers[ids()[3]!] ?? []).toEqual([]);
  });
});

describe('nothing is lost', () => {
  it('Reset can be undone: the curves are back at once, and the steps are done again', async () => {
    await engine.step(40);
    const before = [...curves.of(ids()[0]!).train.train_loss.data.subarray(0, 40)];
    actions.reset();
    expect(live().step).toBe(0);
    expect(curves.lastStep()).toBe(0);
    toastStore.getState().toasts.at(-1)!.action!.run();
    expect([...curves.of(ids()[0]!).train.train_loss.data.subarray(0, 40)]).toEqual(before);
    await vi.waitFor(() => expect(live().replay).toBeNull());
    expect(worker.step).toBe(40);
    expect(curves.of(ids()[0]!).step.length).toBe(40);
    await engine.step(1);
    expect(curves.of(ids()[0]!).step.length).toBe(41);
  });

  it('a change of the model can be taken back with its curves', async () => {
    await engine.step(20);
    actions.followChanges();
    editExperiment({ batch_size: 8 });
    settle();
    expect(curves.lastStep()).toBe(0);
    toastStore.getState().toasts.at(-1)!.action!.run();
    expect(experiment().batch_size).toBe(64);
    expect(curves.lastStep()).toBe(20);
  });

  it('a crash restarts the worker, keeps every point and catches up', async () => {
    await engine.step(30);
    worker.crash();
    expect(worker.restarts).toBe(1);
    await vi.waitFor(() => expect(live().replay).toBeNull());
    expect(worker.step).toBe(30);
    expect(curves.of(ids()[0]!).step.length).toBe(30);
    expect(live().notice?.text).toMatch(/restarted/);
  });

  it('a worker that crashes again and again is left alone, and says so', async () => {
    for (let i = 0; i < 5; i++) worker.crash('no memory');
    expect(live()).toMatchObject({ phase: 'failed', error: { message: expect.stringContaining('no memory') } });
    await expect(engine.whenReady()).rejects.toThrow();
    vi.advanceTimersByTime(60_000);
  });

  it('without WebGPU the experiment stays, and whoever waits is told', async () => {
    disconnect();
    worker = new FakeWorker({ unavailable: 'no-webgpu' });
    disconnect = engine.connect(worker, handle, crashed);
    engine.reload();
    await expect(engine.whenReady()).rejects.toMatchObject({ name: 'EngineError', reason: 'no-webgpu' });
    expect(live().phase).toBe('unavailable');
    expect(experiment().runs).toHaveLength(4);
  });
});

describe('edits', () => {
  it('undo and redo a drag as one step', () => {
    const id = ids()[0]!;
    for (const lr of [0.1, 0.2, 0.3]) setOptimizerArg(id, 'lr', lr);
    expect(undo()).toBe(true);
    expect(experiment().runs[0]!.optimizer.lr).toBe(0.05);
    expect(redo()).toBe(true);
    expect(experiment().runs[0]!.optimizer.lr).toBe(0.3);
  });

  it('a run added between others recolours nobody', () => {
    duplicateRun(ids()[0]!);
    const { runs } = experiment();
    expect(runs.map((run) => run.name)).toEqual(['SGD', 'SGD 2', 'Momentum', 'RMSProp', 'Adam']);
    expect(runs.map((run, i) => run.color ?? i)).toEqual([0, 4, 1, 2, 3]);
    removeRun(ids()[0]!);
    expect(experiment().runs.map((run, i) => run.color ?? i)).toEqual([4, 1, 2, 3]);
    expect(new Set(ids()).size).toBe(4);
  });

  it('the last run stays', () => {
    for (const id of ids()) removeRun(id);
    expect(ids()).toHaveLength(1);
  });

  it('a stored session does not hand out its ids again', () => {
    adopt({ experiment: race, ids: ['run1', 'run2', 'run77', 'run4'] });
    duplicateRun('run4');
    expect(ids().at(-1)).toBe('run78');
  });

  it('names that repeat are told apart', () => {
    expect(uniqueNames([{ name: 'Adam' }, { name: 'SGD' }, { name: 'Adam' }] as unknown as Experiment['runs'])).toEqual(['Adam', 'SGD', 'Adam (2)']);
  });

  it('neutral choices are left out, as in links', () => {
    const id = ids()[0]!;
    choosePart(id, 'schedule', 'CosineAnnealingLR');
    expect(experiment().runs[0]).toHaveProperty('schedule');
    choosePart(id, 'schedule', 'constant');
    expect(experiment().runs[0]).not.toHaveProperty('schedule');
  });

  it('layers are added, moved and removed, and joins are relinked', () => {
    commit({ experiment: preset('shapes-race')!.experiment, ids: ['a', 'b', 'c'] });
    removeLayer('relu');
    const add = experiment().model.layers.find((layer) => layer.id === 'layer1.0.add');
    expect(add?.inputs).toEqual(['layer1.0.bn2', 'bn1']);
    expect(addLayer('Conv2d', 1)).toBe('conv2');
    moveLayer('conv2', 99);
    expect(experiment().model.layers.at(-1)?.id).toBe('conv2');
    expect(engine.problemOf(experiment())).not.toBeNull();
  });

  it('another data set brings a model that takes it', () => {
    chooseData('shapes');
    expect(experiment().model.input).toEqual([3, 32, 32]);
    expect(experiment().model.layers[0]?.id).toBe('conv1');
    chooseData('spirals');
    expect(experiment().model.input).toEqual([2, 1, 1]);
    expect(engine.problemOf(experiment())).toBeNull();
  });

  it('cards show newest loss, best accuracy and shared ranks', async () => {
    await engine.step(50);
    const rows = summarise(ids());
    const [sgd, momentum] = ids();
    expect(rows[momentum!]!.rank).toBe(1);
    expect(rows[sgd!]!.best).toBeLessThan(rows[momentum!]!.best);
    expect(rows[sgd!]!.loss).toBeCloseTo(curves.of(sgd!).train.train_loss.data[49]!, 6);
  });
});
