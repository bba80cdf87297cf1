/**
 * Exponential moving average as TensorBoard draws it: debiased, so that the first points are not pulled towards 0.
 *   s_t = w·s_{t−1} + (1 − w)·x_t,   smoothed_t = s_t / (1 − w^t)
 * Values that are not finite are passed on and leave the average alone.
 */
import { Column } from './column.ts';

export class Smoothed {
  readonly column = new Column();
  readonly weight: number;
  private sum = 0;
  /** w^t: kept, since a power for each of a million points would be felt. */
  private power = 1;

  constructor(weight: number) {
    this.weight = weight;
  }

  /** Takes in what the source gained since the last call. */
  follow(source: Column): Column {
    const w = this.weight;
    for (let i = this.column.length; i < source.length; i++) {
      const x = source.data[i]!;
      if (!Number.isFinite(x)) {
        this.column.push(x);
        continue;
      }
      this.sum = this.sum * w + (1 - w) * x;
      this.power *= w;
      this.column.push(w === 0 ? x : this.sum / (1 - this.power));
    }
    return this.column;
  }
}
