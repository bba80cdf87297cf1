import { expect, test } from 'vitest';
import { buildDataset } from '../../src/data/build.ts';
import { digits } from '../../src/data/digits.ts';
import { fingerprint } from '../../src/data/fingerprint.ts';
import { type DataSpec, ModelError } from '../../src/model/types.ts';
import { dataError } from './support.ts';

test('makes 8,000 digits to train on and 1,000 to validate with, unless told otherwise', async () => {
  const dataset = await buildDataset({ type: 'digits' }, 1);
  expect([dataset.train, dataset.labels.length]).toEqual([8000, 9000]);
});

test('passes the arguments and the seed on', async () => {
  const options = { train_samples: 50, val_samples: 10, difficulty: 0.25 };
  const heard: number[] = [];
  const dataset = await buildDataset({ type: 'digits', ...options }, 42, (fraction) => heard.push(fraction));
  expect(fingerprint(dataset)).toBe(fingerprint(digits({ ...options, seed: 42 })));
  expect(heard).toEqual([1]);
});

test('asks for files to be dropped again', async () => {
  expect((await dataError(() => buildDataset({ type: 'files' }, 1))).message).toMatch(/drop/);
});

test('refuses what the model does not know', async () => {
  const specs: DataSpec[] = [{ type: 'nonsense' }, { type: 'constructor' }, { type: 'digits', samples: 3 }, { type: 'digits', difficulty: 7 }];
  for (const spec of specs) {
    await expect(buildDataset(spec, 1)).rejects.toBeInstanceOf(ModelError);
  }
});
