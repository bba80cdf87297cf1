/** Sizes at the ends: batches of 1 and of 1,000, maps of one pixel, 1 and 257 channels, more than 65,535 workgroups. */
import { beforeAll, expect, it } from 'vitest';
import { opCasesOf } from '../../src/engine/ops/cases.ts';
import type { Case } from '../../src/engine/reference.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { checkCase } from '../../src/gpu/selftest.ts';
import { compileCase } from '../../src/gpu/selftest_case.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});

const layer = (type: string, input: readonly number[], args: Case['args'] = {}): Case => ({ type, args, inputs: [input] });

async function sentences(item: Case): Promise<string[]> {
  const found = opCasesOf(item.type);
  if (!found) throw new Error(`no cases for ${item.type}`);
  return (await checkCase(gpu.device, item, found.cases, found.reference[item.type], 5)).wrong;
}

it.each([
  layer('Conv2d', [1000, 1, 1, 1], { out_channels: 257, kernel_size: 1 }),
  layer('Conv2d', [1000, 3, 3, 3], { out_channels: 4, kernel_size: 3, padding: 1 }),
  layer('Conv2d', [1, 257, 3, 3], { out_channels: 1, kernel_size: 3, padding: 1 }),
  layer('Conv2d', [2, 257, 2, 2], { out_channels: 257, kernel_size: 1 }),
  layer('Conv2d', [3, 257, 4, 4], { out_channels: 257, kernel_size: 3, padding: 1, groups: 257 }),
  layer('Linear', [1000, 257], { out_features: 1 }),
  layer('Linear', [1, 1], { out_features: 257 }),
  layer('BatchNorm2d', [1000, 257, 1, 1]),
  layer('BatchNorm2d', [1, 1, 30, 30]),
  layer('MaxPool2d', [1000, 1, 2, 2], { kernel_size: 2 }),
  layer('AdaptiveAvgPool2d', [1000, 257, 1, 1], { output_size: 1 }),
])('$type $args on $inputs', async (item) => {
  expect(await sentences(item)).toEqual([]);
});

it('more than 65,535 workgroups: the rest of them in y', async () => {
  const item = layer('SiLU', [1, 4, 2100, 2000]);
  expect(compileCase(item).dispatches[0].grid).toEqual([65535, 2]);
  expect(await sentences(item)).toEqual([]);
});
