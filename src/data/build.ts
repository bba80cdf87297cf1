/** From the data set that an experiment asks for to its samples. */
import type { DataSpec } from '../model/types.ts';
import type { Progress } from './cooperative.ts';
import { digitsSlowly } from './digits.ts';
import type { ImageOptions } from './options.ts';
import { DataError, type Dataset } from './types.ts';

/** A number of the spec, or its default where the spec leaves it out. */
function number(spec: DataSpec, field: string, otherwise: number): number {
  const value = spec[field] ?? otherwise;
  if (typeof value === 'number') return value;
  throw new DataError(`${spec.type}: ${field} must be a number, found ${JSON.stringify(value)}`, spec.type);
}

const imageOptions = (spec: DataSpec, seed: number): ImageOptions => ({
  train_samples: number(spec, 'train_samples', 8000),
  val_samples: number(spec, 'val_samples', 1000),
  difficulty: number(spec, 'difficulty', 0.5),
  seed,
});

/**
 * The samples of `spec`, the same for the same spec and seed on every machine. Pauses about every 50 ms, so a worker stays
 * answerable. Throws `DataError` for unknown types, for arguments out of range, and for 'files', which no link can carry.
 */
export async function buildDataset(spec: DataSpec, seed: number, onProgress?: Progress): Promise<Dataset> {
  switch (spec.type) {
    case 'digits': return digitsSlowly(imageOptions(spec, seed), onProgress);
    case 'files': throw new DataError('this experiment uses your own files, which a link cannot carry: drop them here again', 'files');
    default: throw new DataError(`unknown data set "${spec.type}": expected digits, shapes, spirals, circles, xor or files`, spec.type);
  }
}
