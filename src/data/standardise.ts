/** Mean and standard deviation of each channel, which the GPU subtracts and divides by. */

export interface Moments {
  /** Length C. */
  mean: number[];
  /** Length C; population standard deviation, 1 where the channel is constant. */
  std: number[];
}

/** Calls `visit` with start and end of the channel's values in each of the first `samples` samples. */
function eachPlane(c: number, channels: number, area: number, samples: number, visit: (start: number, end: number) => void): void {
  for (let i = 0; i < samples; i++) {
    const start = (i * channels + c) * area;
    visit(start, start + area);
  }
}

/** Moments of one channel of bytes taken as x / 255. The sums are exact integers, so the result is the same on every machine. */
function ofBytes(images: Uint8Array, c: number, channels: number, area: number, samples: number): [mean: number, std: number] {
  const n = samples * area;
  let sum = 0;
  let squares = 0;
  eachPlane(c, channels, area, samples, (start, end) => {
    for (let p = start; p < end; p++) {
      const x = images[p];
      sum += x;
      squares += x * x;
    }
  });
  // n·Σx² − (Σx)² passes 2⁵³ for a few million pixels, hence BigInt.
  const spread = Number(BigInt(n) * BigInt(squares) - BigInt(sum) * BigInt(sum));
  return [sum / n / 255, Math.sqrt(spread) / n / 255];
}

/** Moments of one channel of floats, in two passes so that a large mean does not swallow a small spread. */
function ofFloats(images: Float32Array, c: number, channels: number, area: number, samples: number): [mean: number, std: number] {
  const n = samples * area;
  let sum = 0;
  eachPlane(c, channels, area, samples, (start, end) => {
    for (let p = start; p < end; p++) sum += images[p];
  });
  const mean = sum / n;
  let squares = 0;
  eachPlane(c, channels, area, samples, (start, end) => {
    for (let p = start; p < end; p++) squares += (images[p] - mean) ** 2;
  });
  return [mean, Math.sqrt(squares / n)];
}

/**
 * Moments per channel, in float64, of the first `samples` (at least 1) samples of `images` [N, C, H, W].
 * @param shape [C, H, W]
 */
export function standardise(images: Uint8Array | Float32Array, shape: readonly [number, number, number], samples: number): Moments {
  const [channels, height, width] = shape;
  const moments: Moments = { mean: [], std: [] };
  for (let c = 0; c < channels; c++) {
    const [mean, std] =
      images instanceof Uint8Array ? ofBytes(images, c, channels, height * width, samples) : ofFloats(images, c, channels, height * width, samples);
    moments.mean.push(mean);
    moments.std.push(std > 0 ? std : 1);
  }
  return moments;
}
