/** Our own figures: steps a second with any number of lanes, and the time of every dispatch of a step. */

import { compileKernel, kernelList, measureKernel } from '../../src/bench/kernels.ts';
import { buildDataset } from '../../src/data/build.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import type { Command, Program } from '../../src/gpu/program.ts';
import { isTunable, Rig } from '../../src/gpu/variants.ts';
import { presets } from '../../src/model/presets.ts';
import type { ModelSpec, OptimizerSpec, RunSpec, ScheduleSpec } from '../../src/model/types.ts';
import { networks } from '../../src/model/zoo.ts';
import { Landscape } from '../../src/train/landscape.ts';
import { makeLane } from '../../src/train/lane.ts';
import { Outbox } from '../../src/train/outbox.ts';
import { Paths } from '../../src/train/paths.ts';
import { trainRows } from '../../src/train/rows.ts';
import { Trainer, type TrainerData } from '../../src/train/trainer.ts';
import { dataOf, optimizerOf, translate } from './model.ts';
import type { Optimizer, Workload } from './types.ts';
import { OPTIMIZERS, WORKLOADS, workload } from './workloads.js';

interface Subject {
  model: ModelSpec;
  runs: readonly RunSpec[];
  data: TrainerData;
  batch_size: number;
}

function fromWorkload(id: string): Subject {
  const w = workload(id, { batches: 8, labelNoise: 0.1 }) as unknown as Workload;
  const { images, labels, shape } = dataOf(w);
  const [N, ...sample] = shape;
  const plain = { mean: sample.map(() => 0).slice(0, 1), std: [1] };
  const data = { images, labels, shape: sample as [number, number, number], ...plain, train: N };
  const run: RunSpec = { name: 'Adam', optimizer: optimizerOf(OPTIMIZERS.adam as Optimizer) };
  return { model: translate(w).model, runs: [run], data, batch_size: w.batch };
}

/** The last run of a preset first: of the optimizer race that is Adam. */
async function fromPreset(id: string): Promise<Subject> {
  const preset = presets.find((p) => p.id === id);
  if (!preset) throw new Error(`no workload and no preset is called ${id}`);
  const { model, data, batch_size, runs } = preset.experiment;
  return { model, runs: [...runs].reverse(), data: await buildDataset(data, 1, () => {}), batch_size };
}

/** A network of the menu with Adam on the built-in shapes. */
async function fromNetwork(id: string): Promise<Subject> {
  const model = networks.find((n) => n.id === id)?.build([3, 32, 32], 10) as ModelSpec;
  const data = await buildDataset({ type: 'shapes', train_samples: 1000 }, 1, () => {});
  return { model, runs: [{ name: 'Adam', optimizer: { type: 'Adam', lr: 1e-3 } }], data, batch_size: 128 };
}

function subjectOf(name: string): Promise<Subject> | Subject {
  const id = WORKLOADS.find((w) => workload(w).name === name);
  if (id) return fromWorkload(id);
  return networks.some((n) => n.id === name) ? fromNetwork(name) : fromPreset(name);
}

const trainers = new Map<string, Trainer>();

interface Other {
  batch_size?: number;
  schedule?: ScheduleSpec;
  runs?: readonly RunSpec[];
}

async function makeTrainer(name: string, lanes: number, other: Other = {}): Promise<Trainer> {
  const { schedule, ...rest } = other;
  const { model, runs, data, batch_size } = { ...(await subjectOf(name)), ...rest };
  const made = Array.from({ length: lanes }, (_, i) =>
    makeLane(String(i), { ...runs[i % runs.length], ...(schedule && { schedule }) }, { model, seed: 1 }),
  );
  const events = { points: () => {}, validation: () => {}, diverged: () => {} };
  const options = { batch_size, loss: { type: 'CrossEntropyLoss' }, shuffle: false, eval_every: 0 };
  return Trainer.create(await requestGpu(), data, made, options, events);
}

/** A trainer, warmed up; the dispatches of its step. `optimizers`: of the lanes, in turn, instead of its own. */
async function prepare(name: string, lanes: number, optimizers: readonly OptimizerSpec[] | null = null): Promise<number> {
  const runs = optimizers?.map((optimizer) => ({ name: optimizer.type, optimizer }));
  const trainer = await makeTrainer(name, lanes, { ...(runs && { runs }) });
  trainers.set(keyOf(name, lanes, optimizers), trainer);
  await trainer.train(5);
  return trainer.dispatchesPerStep;
}

const keyOf = (...parts: unknown[]): string => JSON.stringify(parts);

/** Milliseconds a step over about so many seconds, ended by a read-back. */
async function slice(name: string, lanes: number, seconds: number, optimizers: readonly OptimizerSpec[] | null = null): Promise<number> {
  const trainer = trainers.get(keyOf(name, lanes, optimizers));
  if (!trainer) throw new Error(`${name} with ${lanes} lanes is not prepared`);
  const steps = Math.max(1, Math.round((1000 * seconds) / trainer.pace.msPerStep));
  const began = performance.now();
  await trainer.train(trainer.step + steps);
  return (performance.now() - began) / steps;
}

/** Microseconds of JavaScript a step, by what it does. */
interface Script {
  dispatches: number;
  /** Rows of the step table, encoding, handing over. */
  send: number;
  /** Points from the metrics, packed for the page. */
  decode: number;
}

/**
 * What one submit of `K` steps costs the thread that drives training, with a schedule; the median of `rounds`. One sample a batch: the
 * GPU's work is nothing to JavaScript, and waiting for it would be long.
 */
async function script(name: string, lanes: number, K: number, rounds: number): Promise<Script> {
  const trainer = await makeTrainer(name, lanes, { batch_size: 1, schedule: { type: 'CosineAnnealingLR', T_max: 1e6, warmup_steps: 100 } });
  const [group] = trainer.allGroups;
  const order = { batch_size: 1, train: trainer.data.train, shuffle: true };
  const outbox = new Outbox(() => {});
  const send: number[] = [];
  const decode: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const { from, done } = group.send(K, order);
    send.push(performance.now() - began);
    const words = await done;
    const back = performance.now();
    group.lanes.forEach((lane, l) => {
      outbox.add(lane.id, group.decode(words, from, l, 1).points, 0);
    });
    outbox.flush();
    decode.push(performance.now() - back);
  }
  const { dispatchesPerStep: dispatches } = trainer;
  trainer.destroy();
  const perStep = (times: number[]): number => (1000 * times.sort((a, b) => a - b)[rounds >> 1]) / K;
  return { dispatches, send: perStep(send), decode: perStep(decode) };
}

interface Inspected {
  label: string;
  /** Of all lanes. */
  macs: number;
}

let inspected: { program: Program; items: Command[][]; row: Uint32Array<ArrayBuffer> } | null = null;

/** Every dispatch of a step, and last the whole step: what `time` can time. */
async function inspect(name: string, lanes: number): Promise<Inspected[]> {
  const trainer = await makeTrainer(name, lanes);
  await trainer.train(3);
  const [{ program, lanes: list }] = trainer.allGroups;
  const { train } = program.plan;
  const commands = await program.commands(train);
  const row = trainRows(list, trainer.step, 1, { batch_size: trainer.batchSize, train: trainer.data.train, shuffle: false });
  inspected = { program, items: [...commands.map((c) => [c]), commands], row };
  const whole = { label: 'the whole step', macs: lanes * train.reduce((sum, d) => sum + d.macs, 0) };
  return [...train.map(({ label, macs }) => ({ label, macs: lanes * macs })), whole];
}

/** Milliseconds of one run of item `i`, from a submit of `count` of them, ended by a read-back. */
async function time(i: number, count: number): Promise<number> {
  if (!inspected) throw new Error('nothing is inspected');
  const { program, items, row } = inspected;
  const repeated = Array.from({ length: count }, () => items[i]).flat();
  const began = performance.now();
  await program.submit(repeated, row, program.buffer('ring'), 16);
  return (performance.now() - began) / count;
}

/** Milliseconds of an optimizer's own dispatches of a step, and of the whole step, one run; the least of `rounds`. */
async function updateTime(name: string, optimizer: OptimizerSpec, rounds: number): Promise<{ update: number; step: number; dispatches: number }> {
  const trainer = await makeTrainer(name, 1, { runs: [{ name: optimizer.type, optimizer }] });
  await trainer.train(2);
  const [{ program, lanes: list }] = trainer.allGroups;
  const { train } = program.plan;
  const commands = await program.commands(train);
  const own = commands.filter((_, i) => train[i].optimizer !== undefined);
  const row = trainRows(list, trainer.step, 1, { batch_size: trainer.batchSize, train: trainer.data.train, shuffle: false });
  inspected = { program, items: [own, commands], row };
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) for (const i of [0, 1]) least[i] = Math.min(least[i], await time(i, i === 0 ? 10 : 1));
  trainer.destroy();
  return { update: least[0], step: least[1], dispatches: own.length };
}

/** The kernels of the benchmark page at its batch of a real GPU, and the tiles of the matrix product. */
const kernels = kernelList(false).filter(({ bound }) => bound === 'arithmetic');
const kernelNames = (): string[] => kernels.map(({ kernel, shape }) => `${kernel}, ${shape}`);

/** GFLOP/s of kernel `i`. */
async function kernel(i: number): Promise<number> {
  shared ??= await requestGpu();
  const { gflops, note } = await measureKernel(shared, kernels[i]);
  if (gflops === null) throw new Error(note);
  return gflops;
}

/** Milliseconds of one run of every tile of the matrix product, in turn, `rounds` times. */
async function tiles(rounds: number): Promise<{ name: string; ms: number[] }[]> {
  shared ??= await requestGpu();
  const { compiled } = compileKernel(shared, kernels[0]);
  const dispatch = compiled.train.dispatches.find((d) => d.label === kernels[0].label);
  if (!dispatch || !isTunable(dispatch)) throw new Error('the matrix product has no tiles');
  const rig = new Rig(shared.device, dispatch);
  const found = dispatch.tuning.variants.map((variant) => ({ variant, name: variant.name, ms: [] as number[] }));
  for (const { variant } of found) await rig.time(variant, 1);
  for (let round = 0; round < rounds; round++) for (const { variant, ms } of found) ms.push(await rig.time(variant, 1));
  rig.destroy();
  return found.map(({ name, ms }) => ({ name, ms }));
}

let shared: Gpu | null = null;

/** Validation accuracy of LeNet-5 with Adam on the built-in digits after so many steps, activations in 16 bits or not. */
async function accuracy(halves: boolean, seed: number, steps: number): Promise<{ accuracy: number; loss: number; ms: number }> {
  const model = networks.find(({ id }) => id === 'lenet-5')?.build([1, 28, 28], 10) as ModelSpec;
  const data = await buildDataset({ type: 'digits' }, 1, () => {});
  const result = { accuracy: 0, loss: 0, ms: 0 };
  const events = {
    points: () => {},
    validation: (_run: string, _step: number, found: { accuracy: number; loss: number }) => Object.assign(result, found),
    diverged: () => {},
  };
  const lane = makeLane('0', { name: 'Adam', optimizer: { type: 'Adam', lr: 1e-3 } }, { model, seed });
  const options = { batch_size: 64, loss: { type: 'CrossEntropyLoss' }, shuffle: true, eval_every: steps, halves };
  shared ??= await requestGpu();
  const trainer = await Trainer.create(shared, data, [lane], options, events);
  const began = performance.now();
  await trainer.train(steps);
  result.ms = (performance.now() - began) / steps;
  trainer.destroy();
  return result;
}

/** Seconds of a landscape of LeNet-5 on the built-in digits after a few steps: until the first points, until all, and until a stop is answered. */
async function landscape(size: number, samples: number): Promise<{ lanes: number; first: number; all: number; stop: number }> {
  const model = networks.find(({ id }) => id === 'lenet-5')?.build([1, 28, 28], 10) as ModelSpec;
  const data = await buildDataset({ type: 'digits' }, 1, () => {});
  const run = makeLane('0', { name: 'Adam', optimizer: { type: 'Adam', lr: 1e-3 } }, { model, seed: 1 });
  const events = { points: () => {}, validation: () => {}, diverged: () => {} };
  const options = { batch_size: 64, loss: { type: 'CrossEntropyLoss' }, shuffle: true, eval_every: 0 };
  shared ??= await requestGpu();
  const trainer = await Trainer.create(shared, data, [run], options, events);
  await trainer.train(5);
  const began = performance.now();
  const since = (from: number): number => (performance.now() - from) / 1000;
  const made = await Landscape.create(trainer, { run: '0', mode: 'random', size, span: 1, samples, seed: 1, without: [] }, new Paths());
  let [lanes, first] = [0, 0];
  while (made.done < made.points) {
    const part = await made.advance(trainer, () => false);
    if (first === 0) [lanes, first] = [part?.loss.length ?? 0, since(began)];
  }
  const all = since(began);
  made.destroy();
  const stopped = await Landscape.create(trainer, { run: '0', mode: 'random', size, span: 1, samples, seed: 2, without: [] }, new Paths());
  let asked = 0;
  setTimeout(() => {
    asked = performance.now();
  }, 500);
  while (stopped.done < stopped.points && (await stopped.advance(trainer, () => asked > 0)));
  const stop = since(asked);
  stopped.destroy();
  trainer.destroy();
  return { lanes, first, all, stop };
}

async function environment() {
  const { info, device } = await requestGpu();
  const { vendor, architecture } = info;
  device.destroy();
  return { vendor, architecture };
}

export interface OwnBench {
  environment: typeof environment;
  prepare: typeof prepare;
  slice: typeof slice;
  script: typeof script;
  inspect: typeof inspect;
  time: typeof time;
  kernelNames: typeof kernelNames;
  kernel: typeof kernel;
  tiles: typeof tiles;
  accuracy: typeof accuracy;
  updateTime: typeof updateTime;
  landscape: typeof landscape;
}

Object.assign(window, {
  __own: { environment, prepare, slice, script, inspect, time, kernelNames, kernel, tiles, accuracy, updateTime, landscape } satisfies OwnBench,
});
