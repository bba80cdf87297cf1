/** Mean and standard deviation of each channel, which the GPU subtracts and divides by. */

export interface Moments {
  /** Length C. */
  mean: number[];
  /** Length C; population standard deviation, 1 where the channel is constant. */
  std: number[];
}

/** Moments of n values from exact integer sums of bytes: rounded only once, so the same on every machine. */
function ofBytes(n: number, sum: number, squares: number): { mean: number; std: number } {
  // n·Σx² − (Σx)² passes 2⁵³ for a few million pixels, hence BigInt.
  const spread = Number(BigInt(n) * BigInt(squares) - BigInt(sum) * BigInt(sum));
  return { mean: sum / n / 255, std: Math.sqrt(spread) / n / 255 };
}

/**
 * Moments per channel of the first `samples` samples of `images` [N, C, H, W], bytes taken as x / 255.
 * @param shape [C, H, W]
 */
export function standardise(images: Uint8Array | Float32Array, shape: readonly [number, number, number], samples: number): Moments {
  const [channels, height, width] = shape;
  const area = height * width;
  const mean: number[] = [];
  const std: number[] = [];
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < samples; i++) {
      const start = (i * channels + c) * area;
      for (let p = start; p < start + area; p++) {
        const x = images[p];
        sum += x;
        squares += x * x;
      }
    }
    const n = Math.max(samples * area, 1);
    const moments = images instanceof Uint8Array ? ofBytes(n, sum, squares) : { mean: sum / n, std: Math.sqrt(Math.max(squares / n - (sum / n) ** 2, 0)) };
    mean.push(moments.mean);
    std.push(moments.std > 0 ? moments.std : 1);
  }
  return { mean, std };
}
