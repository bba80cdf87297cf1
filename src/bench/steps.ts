/** Whole training steps of named networks, as the playground does them: 1, 4 and 16 lanes with Adam. */
import { reportPlan } from '../engine/report.ts';
import { type Gpu, isSoftware } from '../gpu/device.ts';
import { random } from '../model/random.ts';
import type { ModelSpec } from '../model/types.ts';
import { networks } from '../model/zoo.ts';
import { makeLane } from '../train/lane.ts';
import { Trainer } from '../train/trainer.ts';
import type { StepsRow } from '../worker/lab.ts';

interface Subject {
  network: string;
  model: ModelSpec;
  batch: number;
  lanes: number;
}

const LANES = [1, 4, 16];
const SLICES = 3;
const SLICE_MS = 500;
/** A network whose steps take longer than this is not measured. */
const PATIENCE_MS = 8000;

function build(id: string, input: ModelSpec['input'], classes: number): { label: string; model: ModelSpec } {
  const network = networks.find((n) => n.id === id);
  if (!network) throw new Error(`no network ${id}`);
  return { label: network.label, model: network.build(input, classes) };
}

/** A software adapter gets smaller batches of the large networks. */
export function stepsList(software: boolean): Subject[] {
  const nets = [
    { id: 'mlp', input: [2, 1, 1], classes: 2, batch: 128 },
    { id: 'lenet-5', input: [1, 28, 28], classes: 10, batch: software ? 64 : 128 },
    { id: 'small-cnn-bn', input: [1, 28, 28], classes: 10, batch: software ? 64 : 128 },
    { id: 'resnet-8', input: [3, 32, 32], classes: 10, batch: software ? 8 : 128 },
    { id: 'resnet-20', input: [3, 32, 32], classes: 10, batch: software ? 8 : 128 },
  ] as const;
  return nets.flatMap(({ id, input, classes, batch }) => {
    const { label, model } = build(id, input, classes);
    return LANES.map((lanes) => ({ network: label, model, batch, lanes }));
  });
}

function noise({ input: [C, H, W] }: ModelSpec, classes: number, count: number) {
  const { below, normal } = random(1, 5);
  const images = Float32Array.from({ length: count * C * H * W }, () => normal());
  const zeros = new Array<number>(C).fill(0);
  return {
    shape: [C, H, W] as const,
    images,
    labels: Uint8Array.from({ length: count }, () => below(classes)),
    mean: zeros,
    std: zeros,
    train: count,
  };
}

/** Milliseconds a step: the median of slices, or of what patience allows. */
async function timeSteps(trainer: Trainer): Promise<number | null> {
  const slice = async (steps: number): Promise<number> => {
    const began = performance.now();
    await trainer.train(trainer.step + steps);
    return (performance.now() - began) / steps;
  };
  await slice(1);
  const first = await slice(1);
  if (first > PATIENCE_MS) return null;
  if (first > SLICE_MS) return (first + (await slice(1))) / 2;
  await slice(Math.ceil(200 / first));
  const each: number[] = [];
  for (let i = 0; i < SLICES; i++) each.push(await slice(Math.ceil(SLICE_MS / (each.at(-1) ?? first))));
  return each.sort((a, b) => a - b)[1];
}

/** Measures one network with one number of lanes; where it cannot be, the row says why. */
export async function measureSteps(gpu: Gpu, { network, model, batch, lanes }: Subject): Promise<StepsRow> {
  const row: StepsRow = {
    network,
    lanes,
    batch,
    ms: null,
    steps_per_second: null,
    samples_per_second: null,
    dispatches: 0,
    gflop: 0,
    megabytes: 0,
    note: '',
  };
  const made = Array.from({ length: lanes }, (_, i) =>
    makeLane(String(i), { name: 'Adam', optimizer: { type: 'Adam', lr: 1e-3 } }, { model, seed: i }),
  );
  const classes = made[0].info.output[0];
  const options = { batch_size: batch, loss: { type: 'CrossEntropyLoss' }, shuffle: true, eval_every: 0 };
  const events = { points: () => {}, validation: () => {}, diverged: () => {} };
  let trainer: Trainer | null = null;
  try {
    trainer = await Trainer.create(gpu, noise(model, classes, 4 * batch), made, options, events);
    trainer.pace.demand = { visible: true, maxSpeed: true };
    const plan = reportPlan(trainer.allGroups[0].compiled, made[0].optimizer);
    Object.assign(row, { dispatches: trainer.dispatchesPerStep, gflop: plan.flops / 1e9, megabytes: plan.bytes / 1e6 });
    const ms = await timeSteps(trainer);
    if (ms === null) return { ...row, note: `left out: a step takes more than ${PATIENCE_MS / 1000} s here` };
    return { ...row, ms, steps_per_second: 1000 / ms, samples_per_second: (1000 * batch * lanes) / ms };
  } catch (error) {
    return { ...row, note: error instanceof Error ? error.message : String(error) };
  } finally {
    trainer?.destroy();
  }
}

export const onSoftware = (gpu: Gpu): boolean => isSoftware(gpu.info);
