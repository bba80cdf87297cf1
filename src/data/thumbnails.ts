/** A few samples of each class, ready to be shown. */
import type { Dataset } from './types.ts';

/** Pictures for a canvas, or points for a plot. */
export type Thumbnails =
  | {
      kind: 'images';
      width: number;
      height: number;
      /** [n, H, W, 4], opaque: `new ImageData(rgba.subarray(k·H·W·4, (k+1)·H·W·4), W, H)`. */
      rgba: Uint8ClampedArray<ArrayBuffer>;
      /** [n]: the sample's place in the data set. */
      indices: Uint32Array;
      labels: Uint32Array;
    }
  | { kind: 'points'; x: Float32Array; y: Float32Array; indices: Uint32Array; labels: Uint32Array };

/** Places of up to n training samples, the first of each class, then the second of each … */
function pick({ labels, classes, train }: Dataset, n: number): Uint32Array {
  const queues = classes.map((): number[] => []);
  for (let i = 0; i < train; i++) if (queues[labels[i]].length < n) queues[labels[i]].push(i);
  const picked: number[] = [];
  for (let round = 0; picked.length < n && queues.some((queue) => queue.length > round); round++) {
    for (const queue of queues) if (queue.length > round && picked.length < n) picked.push(queue[round]);
  }
  return Uint32Array.from(picked);
}

/** How to bring a float image to 0 … 255: its own range. Bytes stay as they are. */
function toBytes(images: Uint8Array | Float32Array): (value: number, low: number, high: number) => number {
  return images instanceof Uint8Array ? (value) => value : (value, low, high) => (255 * (value - low)) / Math.max(high - low, 1e-12);
}

/** Three channels are red, green, blue; of any other number the first is shown in grey. */
function pictures({ images, shape, labels }: Dataset, indices: Uint32Array): Thumbnails {
  const [channels, height, width] = shape;
  const area = height * width;
  const rgba = new Uint8ClampedArray(indices.length * area * 4);
  const byte = toBytes(images);
  indices.forEach((sample, k) => {
    const pixels = images.subarray(sample * channels * area, (sample + 1) * channels * area);
    let low = Infinity;
    let high = -Infinity;
    for (const value of pixels) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    for (let p = 0; p < area; p++) {
      const at = (k * area + p) * 4;
      for (let c = 0; c < 3; c++) rgba[at + c] = byte(pixels[channels === 3 ? c * area + p : p], low, high);
      rgba[at + 3] = 255;
    }
  });
  return { kind: 'images', width, height, rgba, indices, labels: Uint32Array.from(indices, (i) => labels[i]) };
}

/** Up to n training samples, as many of each class as there is room for: pictures at their own size, or the points of a 2-D toy. */
export function thumbnails(dataset: Dataset, n: number): Thumbnails {
  const { shape, images, labels } = dataset;
  const indices = pick(dataset, n);
  if (shape[0] !== 2 || shape[1] !== 1 || shape[2] !== 1) return pictures(dataset, indices);
  const axis = (offset: 0 | 1) => Float32Array.from(indices, (i) => images[2 * i + offset]);
  return { kind: 'points', x: axis(0), y: axis(1), indices, labels: Uint32Array.from(indices, (i) => labels[i]) };
}
