/**
 * The loss kernel against float64: loss, hits and gradient of all cases by hand and 40 random ones, on plain vectors and on flattened
 * images, in training and in evaluation with its masked last batch.
 */
import { beforeAll, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { crossEntropyCases, drawCrossEntropy } from '../../src/engine/ops/cross_entropy/cross_entropy.cases.ts';
import { crossEntropy } from '../../src/engine/ops/cross_entropy/cross_entropy.reference.ts';
import { RING_WORDS, STEP, STEP_WORDS } from '../../src/engine/plan.ts';
import { planRace } from '../../src/engine/race.ts';
import type { Case } from '../../src/engine/reference.ts';
import { type Tensor, unpackTensor } from '../../src/engine/tensors.ts';
import { GpuDataset } from '../../src/gpu/dataset.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { Program } from '../../src/gpu/program.ts';
import { compare } from '../../src/gpu/selftest_compare.ts';
import { num } from '../../src/model/fields.ts';
import { inferModel } from '../../src/model/infer.ts';
import { resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import { walkRows } from '../../src/train/rows.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});

/** The classes as an image [C, H, W]: as many channels as make a divisor that is not 1 or all, where there is one. */
function imageOf(classes: number): readonly [number, number, number] {
  const pixels = [6, 4, 3, 2, 5, 7].find((p) => classes % p === 0 && classes > p) ?? 1;
  return pixels % 2 === 0 ? [classes / pixels, 2, pixels / 2] : [classes / pixels, 1, pixels];
}

/** A network without weights: its logits are the data. */
async function check(item: Case, seed: number, image: readonly [number, number, number]): Promise<string[]> {
  const [N, C] = item.inputs[0];
  const smoothing = num(item.args, 'label_smoothing');
  const { logits, labels } = drawCrossEntropy(item, seed);
  const want = crossEntropy(logits, labels, smoothing);
  const info = inferModel({ input: image, layers: [{ id: 'flatten', type: 'Flatten' }] });
  const compiled = compile(info, { batch_size: N, loss: { type: 'CrossEntropyLoss', label_smoothing: smoothing }, data: 'f32', inputGradient: true });
  const plan = planRace(compiled, [{ type: 'SGD', args: resolveOptimizer({ type: 'SGD', lr: 0.1 }) }]);
  const none = new Array<number>(image[0]);
  const dataset = new GpuDataset(gpu.device, { shape: image, images: Float32Array.from(logits.data), labels, mean: none.fill(0), std: none.fill(1) });
  const program = await Program.create(gpu, plan, dataset, { guard: true });
  program.poison();
  const rows = new Uint32Array(STEP_WORDS);
  rows[STEP.count] = N;
  const ring = new Float32Array((await program.step(rows)).buffer).subarray(0, RING_WORDS);
  const { graph, placed } = compiled.train;
  const z: Tensor = graph.output;
  const gradient = unpackTensor(z, N, await program.readFloats(placed.get('grad:input') as string, 0, z.size));
  const totals = new Float32Array((await program.evaluate(walkRows(1, 0, N, N), true)).buffer);
  const broken = await program.brokenGuards();
  program.destroy();
  dataset.destroy();

  const largest = logits.data.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const limit = crossEntropyCases.tolerance * (1 + largest);
  const hits = labels.filter((label, n) => logits.data.subarray(n * C, (n + 1) * C).every((v) => v <= logits.data[n * C + label])).length;
  // Of equal logits any may count as the answer.
  const tied = item.scale === 0;
  const exact = { tolerance: 0 };
  return [
    compare('loss', [ring[0]], [want.loss], { tolerance: 1e-6, absolute: limit }),
    compare(
      'gradient · N',
      gradient.map((g) => g * N),
      want.grad_logits.data.map((g) => g * N),
      { tolerance: 0, absolute: crossEntropyCases.tolerance },
      [N, C],
    ),
    compare('validation loss', [totals[0] / N], [want.loss], { tolerance: 1e-6, absolute: limit }),
    tied ? null : compare('hits', [ring[1], totals[1]], [hits, hits], exact),
    compare('samples', [totals[2]], [N], exact),
    ...broken.map((id) => `words behind ${id} were overwritten`),
  ].flatMap((sentence) => (sentence ? [`[${N}, ${C}] as [${image}] ${JSON.stringify(item.args)} scale ${item.scale ?? 1}: ${sentence}`] : []));
}

const items = [...crossEntropyCases.cases, ...Array.from({ length: 40 }, (_, k) => crossEntropyCases.random(random(41, k).uniform))];

it.each([
  ['vectors', (classes: number) => [classes, 1, 1] as const],
  ['flattened images', imageOf],
])('loss, hits and gradient of %s', async (_name, shape) => {
  const wrong: string[] = [];
  for (const [seed, item] of items.entries()) wrong.push(...(await check(item, seed, shape(item.inputs[0][1]))));
  expect(wrong).toEqual([]);
  expect(gpu.errors).toEqual([]);
});
