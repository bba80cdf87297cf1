/** What the generators share: how many samples, the order of classes, and a random stream for every sample. */
import { hash2, permute, type Random, random } from '../model/random.ts';
import { DataError } from './types.ts';

export interface ImageOptions {
  train_samples: number;
  val_samples: number;
  seed: number;
  /** 0 (tidy) … 1 (wild). */
  difficulty: number;
}

/** Samples of either part: more would not fit into a tab beside the GPU's copy. */
const MOST_SAMPLES = 200_000;

/** Throws `DataError` naming the data set and the field unless `value` is in the range. */
export function checkRange(value: number, low: number, high: number, field: string, name: string): void {
  if (value >= low && value <= high) return;
  throw new DataError(`${name}: ${field} must be a number from ${low} to ${high}, found ${value}`, name);
}

/** Throws `DataError` naming the data set and the field unless `value` is a whole number in the range. */
export function checkWhole(value: number, low: number, high: number, field: string, name: string): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new DataError(`${name}: ${field} must be a whole number from ${low} to ${high}, found ${value}`, name);
}

/** Throws `DataError` naming the data set and the first field that is out of range. */
export function checkImageOptions({ train_samples, val_samples, difficulty }: ImageOptions, name: string): void {
  checkWhole(train_samples, 1, MOST_SAMPLES, 'train_samples', name);
  checkWhole(val_samples, 0, MOST_SAMPLES, 'val_samples', name);
  checkRange(difficulty, 0, 1, 'difficulty', name);
}

/** Class of sample i: every run of `classes` samples holds each class once, in an order of its own. */
function balancedLabel(i: number, classes: number, key: number): number {
  return permute(i % classes, classes, hash2(key, Math.floor(i / classes)));
}

/**
 * Label and random stream of sample i, training samples first. They depend on the key and on the sample's place within its part only:
 * more training samples keep the ones there are, and the validation samples stay the same.
 */
export function startSample(i: number, train: number, classes: number, key: number): { label: number; r: Random } {
  const held = i < train ? 0 : 1;
  const place = held ? i - train : i;
  return { label: balancedLabel(place, classes, hash2(key, held)), r: random(key, 2 * place + held) };
}
