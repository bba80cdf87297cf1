/** What the image generators share: their options and the order of classes. */
import { hash2, permute } from '../model/random.ts';
import { DataError } from './types.ts';

export interface ImageOptions {
  train_samples: number;
  val_samples: number;
  /** 0 (tidy) … 1 (wild). */
  difficulty: number;
  seed: number;
}

/** Samples of either part: more would not fit into a tab beside the GPU's copy. */
const MOST_SAMPLES = 200_000;

/** Throws `DataError` naming the data set and the field unless `value` is a whole number in the range. */
export function checkWhole(value: number, low: number, high: number, field: string, name: string): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new DataError(`${name}: ${field} must be a whole number from ${low} to ${high}, found ${value}`, name);
}

/** Throws `DataError` naming the data set and the field unless `value` is in the range. */
export function checkRange(value: number, low: number, high: number, field: string, name: string): void {
  if (value >= low && value <= high) return;
  throw new DataError(`${name}: ${field} must be a number from ${low} to ${high}, found ${value}`, name);
}

export function checkImageOptions(options: ImageOptions, name: string): void {
  checkWhole(options.train_samples, 1, MOST_SAMPLES, 'train_samples', name);
  checkWhole(options.val_samples, 0, MOST_SAMPLES, 'val_samples', name);
  checkRange(options.difficulty, 0, 1, 'difficulty', name);
}

/** Class of sample i: every run of `classes` samples holds each class once, in an order of its own. */
export function balancedLabel(i: number, classes: number, key: number): number {
  return permute(i % classes, classes, hash2(key, Math.floor(i / classes)));
}
