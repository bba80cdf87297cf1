/** From the data set that an experiment asks for to its samples. */
import { resolveData } from '../model/datasets.ts';
import { num } from '../model/fields.ts';
import type { DataSpec } from '../model/types.ts';
import type { Progress } from './cooperative.ts';
import { digitsSlowly } from './digits.ts';
import { shapesSlowly } from './shapes.ts';
import { circles, spirals, xor } from './toys.ts';
import { DataError, type Dataset } from './types.ts';

/**
 * The samples of `spec`, the same for the same spec and seed on every machine; arguments left out take the defaults of
 * src/model/datasets.ts. Pauses about every 50 ms, so a worker stays answerable. Rejects with `ModelError` for an unknown type or
 * argument, and with `DataError` for 'files', which no link can carry.
 */
export async function buildDataset(spec: DataSpec, seed: number, onProgress?: Progress): Promise<Dataset> {
  const { args } = resolveData(spec);
  const value = (name: string) => num(args, name);
  if (spec.type === 'files') throw new DataError('this experiment uses your own files, which a link cannot carry: drop them here again', 'files');
  const samples = { train_samples: value('train_samples'), val_samples: value('val_samples'), seed };
  switch (spec.type) {
    case 'digits':
      return digitsSlowly({ ...samples, difficulty: value('difficulty') }, onProgress);
    case 'shapes':
      return shapesSlowly({ ...samples, difficulty: value('difficulty') }, onProgress);
    case 'spirals':
      return spirals({ ...samples, noise: value('noise'), turns: value('turns'), arms: value('arms') });
    case 'circles':
      return circles({ ...samples, noise: value('noise') });
    case 'xor':
      return xor({ ...samples, noise: value('noise') });
    default:
      throw new DataError(`the data set "${spec.type}" has no generator`, spec.type);
  }
}
