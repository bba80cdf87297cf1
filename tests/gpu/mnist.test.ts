/** Networks that learn: real MNIST through the reader of dropped files, and the built-in digits of the first preset. */
import { expect, it } from 'vitest';
import { openFiles } from '../../src/data/files.ts';
import type { SourceFile } from '../../src/data/inflate.ts';
import type { Dataset } from '../../src/data/types.ts';
import { preset } from '../../src/model/presets.ts';
import type { Experiment, ModelSpec } from '../../src/model/types.ts';
import { lanesOf } from '../../src/train/lane.ts';
import { dataFile, dataPresent } from '../support/data.ts';
import { Driven } from '../support/session.ts';
import { type Harness, harness, sharedGpu } from '../support/train.ts';

/** Trains in slices of 100 steps until the goal or the last step; validation accuracy at each slice. */
async function learn({ trainer, told }: Harness, run: string, goal: number, most: number): Promise<{ best: number; steps: number }> {
  const started = performance.now();
  let best = 0;
  let steps = 0;
  while (best < goal && steps < most) {
    steps += 100;
    await trainer.train(steps);
    const [{ loss, accuracy }] = await trainer.evaluateGroup(trainer.groupOf(run).group);
    best = Math.max(best, accuracy);
    console.info(
      `step ${steps}: ${((performance.now() - started) / 1000).toFixed(1)} s, training loss ${told.points[run][steps - 1].loss.toFixed(3)}, validation ${loss.toFixed(4)}, ${(100 * accuracy).toFixed(2)} %`,
    );
  }
  trainer.destroy();
  return { best, steps };
}

/** LeNet-5 as it is usually written today: ReLU and max pooling. */
const lenet: ModelSpec = {
  input: [1, 28, 28],
  layers: [
    { id: 'conv1', type: 'Conv2d', out_channels: 6, kernel_size: 5, padding: 2 },
    { id: 'relu1', type: 'ReLU' },
    { id: 'pool1', type: 'MaxPool2d', kernel_size: 2 },
    { id: 'conv2', type: 'Conv2d', out_channels: 16, kernel_size: 5 },
    { id: 'relu2', type: 'ReLU' },
    { id: 'pool2', type: 'MaxPool2d', kernel_size: 2 },
    { id: 'flatten', type: 'Flatten' },
    { id: 'fc1', type: 'Linear', out_features: 120 },
    { id: 'relu3', type: 'ReLU' },
    { id: 'fc2', type: 'Linear', out_features: 84 },
    { id: 'relu4', type: 'ReLU' },
    { id: 'fc3', type: 'Linear', out_features: 10 },
  ],
};

const mnist = async (): Promise<Dataset> => {
  const names = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];
  const files = names.map((name): SourceFile => ({ name: `${name}.gz`, bytes: () => dataFile(`mnist/${name}.gz`) }));
  return openFiles(files);
};

it.skipIf(!dataPresent)(
  'LeNet-5 with Adam, batch 64, on real MNIST: 96 % of unseen digits within 500 steps (needs MNIST)',
  { timeout: 240_000 },
  async () => {
    const data = await mnist();
    expect(data).toMatchObject({ shape: [1, 28, 28], train: 60_000 });
    expect(data.labels).toHaveLength(70_000);
    expect(data.mean[0]).toBeCloseTo(0.1307, 4);
    expect(data.std[0]).toBeCloseTo(0.3081, 4);
    const experiment = {
      model: lenet,
      seed: 1,
      runs: [{ name: 'Adam', optimizer: { type: 'Adam', lr: 0.002 } }],
    } as unknown as Experiment;
    const h = await harness(await sharedGpu(), lanesOf(experiment, ['a']), data, { batch_size: 64 });
    const { best, steps } = await learn(h, 'a', 0.96, 500);
    expect(best).toBeGreaterThanOrEqual(0.96);
    expect(steps).toBeLessThanOrEqual(500);
  },
);

it('the optimizer race, built-in digits: Adam passes 97 % within 600 steps', { timeout: 240_000 }, async () => {
  const { experiment } = preset('optimizer-race') ?? expect.fail('no such preset');
  const adam = experiment.runs.filter((run) => run.optimizer.type === 'Adam');
  const s = new Driven();
  await s.open({ ...experiment, data: { type: 'digits', train_samples: 8000, val_samples: 1000 }, eval_every: 100, runs: adam });
  let best = 0;
  const started = performance.now();
  for (let steps = 100; steps <= 600 && best < 0.97; steps += 100) {
    await s.step(100);
    const [step, loss, accuracy] = s.curve('r0').validation.at(-1) ?? [0, 0, 0];
    expect(step).toBe(steps);
    best = Math.max(best, accuracy);
    console.info(
      `step ${step}: ${((performance.now() - started) / 1000).toFixed(1)} s, validation ${loss.toFixed(4)}, ${(100 * accuracy).toFixed(2)} %`,
    );
  }
  expect(best).toBeGreaterThanOrEqual(0.97);
  s.close();
});
