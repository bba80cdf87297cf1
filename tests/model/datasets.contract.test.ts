/** What the definitions promise is what the generators make. */

import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../src/data/build.ts';
import { datasets, resolveData } from '../../src/model/datasets.ts';
import type { DataSpec } from '../../src/model/types.ts';

const few = (type: string): Record<string, number> =>
  datasets[type]!.fields.some((field) => field.name === 'train_samples') ? { train_samples: 30, val_samples: 20 } : {};
const specs: DataSpec[] = [
  ...Object.keys(datasets)
    .filter((type) => type !== 'files')
    .map((type) => ({ type, ...few(type) })),
  { type: 'spirals', arms: 3, samples: 61 },
];

describe('data sets', () => {
  it.each(specs)('$type has the promised shape, classes and split', async (spec) => {
    const { input, classes, split } = resolveData(spec);
    const data = await buildDataset(spec, 5);
    expect(data.shape).toEqual(input);
    expect(data.classes).toEqual(classes);
    expect(data.train).toBe(split!.train);
    expect(data.labels).toHaveLength(split!.train + split!.val);
    expect(data.images.BYTES_PER_ELEMENT).toBe(datasets[spec.type]!.bytes);
  });

  it.each(specs)('$type accepts the ends of every range', async (spec) => {
    for (const { name, kind, min, max } of datasets[spec.type]!.fields) {
      if (kind !== 'float' && name !== 'arms') continue;
      for (const value of [min!, max!]) await expect(buildDataset({ ...spec, [name]: value }, 5)).resolves.toBeTruthy();
    }
  });
});
