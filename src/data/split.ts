/** Which samples train and which validate. */
import { hash2, hashText, permute } from '../model/random.ts';
import { standardise } from './standardise.ts';
import { DataError, type Dataset } from './types.ts';

/**
 * The samples of `dataset` in a seeded random order, the last `val_fraction` of them for validation (at least one on either side,
 * unless the share is 0), with the moments of the new training samples. Throws `DataError` for a share outside 0 … 0.9 or fewer
 * than two samples.
 */
export function split(dataset: Dataset, val_fraction: number, seed: number): Dataset {
  const { images, labels, shape } = dataset;
  const n = labels.length;
  if (!(val_fraction >= 0 && val_fraction <= 0.9)) {
    throw new DataError(`${dataset.name}: val_fraction must be from 0 to 0.9, found ${val_fraction}`, dataset.name);
  }
  if (n < 2 && val_fraction > 0) throw new DataError(`${dataset.name}: a split needs at least 2 samples, found ${n}`, dataset.name);
  const held = val_fraction === 0 ? 0 : Math.min(Math.max(Math.round(n * val_fraction), 1), n - 1);
  const size = shape[0] * shape[1] * shape[2];
  const key = hash2(seed >>> 0, hashText('data.split'));
  const mixed = images instanceof Uint8Array ? new Uint8Array(images.length) : new Float32Array(images.length);
  const mixedLabels = labels instanceof Uint8Array ? new Uint8Array(n) : new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const from = permute(i, n, key);
    mixed.set(images.subarray(from * size, (from + 1) * size), i * size);
    mixedLabels[i] = labels[from];
  }
  const train = n - held;
  return { ...dataset, images: mixed, labels: mixedLabels, train, ...standardise(mixed, shape, train) };
}
