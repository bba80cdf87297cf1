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
  const pictures = () => ({ train_samples: value('train_samples'), val_samples: value('val_samples'), difficulty: value('difficulty'), seed });
  const points = () => ({ samples: value('samples'), noise: value('noise'), seed });
  switch (spec.type) {
    case 'digits':
      return digitsSlowly(pictures(), onProgress);
    case 'shapes':
      return shapesSlowly(pictures(), onProgress);
    case 'spirals':
      return spirals({ ...points(), turns: value('turns'), arms: value('arms') });
    case 'circles':
      return circles(points());
    case 'xor':
      return xor(points());
    default:
      throw new DataError(`the data set "${spec.type}" has no generator`, spec.type);
  }
}
