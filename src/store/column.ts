/**
 * A growable column of numbers that knows the extremes of its blocks, so that a chart of a million points asks a thousand questions, not a million.
 */

/** Points a block; offsets inside a block fit a byte. */
const BLOCK = 64;
/** A block without a finite value. */
const NONE = 255;

/** Index of the smallest and of the largest finite value; null where a range holds none. */
export interface Extremes {
  low: number;
  high: number;
}

export class Column {
  /** Only the first `length` entries mean something. */
  data: Float32Array;
  length = 0;
  private lows: Uint8Array;
  private highs: Uint8Array;

  constructor(capacity = 256) {
    this.data = new Float32Array(capacity);
    this.lows = new Uint8Array(Math.ceil(capacity / BLOCK));
    this.highs = new Uint8Array(Math.ceil(capacity / BLOCK));
  }

  push(value: number): void {
    if (this.length === this.data.length) this.grow();
    const i = this.length++;
    this.data[i] = value;
    const block = Math.floor(i / BLOCK);
    const start = block * BLOCK;
    if (i === start) this.lows[block] = this.highs[block] = NONE;
    if (!Number.isFinite(value)) return;
    const low = this.lows[block]!;
    const high = this.highs[block]!;
    if (low === NONE || value < this.data[start + low]!) this.lows[block] = i - start;
    if (high === NONE || value > this.data[start + high]!) this.highs[block] = i - start;
  }

  last(): number {
    return this.length === 0 ? Number.NaN : this.data[this.length - 1]!;
  }

  /** Extremes of [from, to): blocks inside are asked, the ragged ends are read. */
  extremes(from: number, to: number): Extremes | null {
    let low = -1;
    let high = -1;
    const { data } = this;
    const see = (i: number): void => {
      const v = data[i]!;
      if (!Number.isFinite(v)) return;
      if (low < 0 || v < data[low]!) low = i;
      if (high < 0 || v > data[high]!) high = i;
    };
    let i = from;
    while (i < to) {
      if (i % BLOCK === 0 && i + BLOCK <= to) {
        const block = i / BLOCK;
        if (this.lows[block] !== NONE) {
          see(i + this.lows[block]!);
          see(i + this.highs[block]!);
        }
        i += BLOCK;
      } else see(i++);
    }
    return low < 0 ? null : { low, high };
  }

  private grow(): void {
    const capacity = this.data.length * 2;
    const data = new Float32Array(capacity);
    data.set(this.data);
    this.data = data;
    const lows = new Uint8Array(Math.ceil(capacity / BLOCK));
    const highs = new Uint8Array(Math.ceil(capacity / BLOCK));
    lows.set(this.lows);
    highs.set(this.highs);
    this.lows = lows;
    this.highs = highs;
  }
}

/** Steps: whole numbers, exact beyond float32's 2²⁴, strictly increasing. */
export class Steps {
  data = new Uint32Array(256);
  length = 0;

  push(step: number): void {
    if (this.length === this.data.length) {
      const data = new Uint32Array(this.data.length * 2);
      data.set(this.data);
      this.data = data;
    }
    this.data[this.length++] = step;
  }

  last(): number {
    return this.length === 0 ? 0 : this.data[this.length - 1]!;
  }
}

/** First index in [from, to) whose x is at least `x` (x increasing). */
export function lowerBound(xs: ArrayLike<number>, x: number, from: number, to: number): number {
  let lo = from;
  let hi = to;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (xs[mid]! < x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
