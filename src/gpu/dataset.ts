/** A data set resident on the GPU: u8 images (or ready floats), and what a sample is looked up in: its label, and the scale of u8. */
import { LimitError } from './device.ts';

const STORAGE_COPY_DST = 0x80 | 0x8;

export interface DatasetSource {
  shape: readonly [number, number, number];
  images: Uint8Array | Float32Array;
  labels: ArrayLike<number>;
  mean: readonly number[];
  std: readonly number[];
}

export const kindOf = (images: DatasetSource['images']): 'u8' | 'f32' => (images instanceof Uint8Array ? 'u8' : 'f32');

export class GpuDataset {
  readonly kind: 'u8' | 'f32';
  readonly count: number;
  readonly images: GPUBuffer;
  /** For u8 the floats [C][256], (v/255 − mean)/std, in float64 and rounded once; then the label of every sample. One buffer: gather binds many. */
  readonly table: GPUBuffer;
  readonly bytes: number;

  constructor(device: GPUDevice, source: DatasetSource) {
    const { images, labels, shape } = source;
    this.kind = kindOf(images);
    this.count = labels.length;
    const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    if (images.byteLength > most) {
      throw new LimitError(`The images take ${Math.ceil(images.byteLength / 1e6)} MB; this GPU allows ${Math.floor(most / 1e6)} MB in one buffer.`);
    }
    const words = Math.ceil(images.byteLength / 4);
    this.images = device.createBuffer({ label: 'images', size: 4 * Math.max(words, 4), usage: STORAGE_COPY_DST });
    const whole = images.byteLength - (images.byteLength % 4);
    if (whole > 0) device.queue.writeBuffer(this.images, 0, images.buffer as ArrayBuffer, images.byteOffset, whole);
    if (whole < images.byteLength) {
      const tail = new Uint8Array(4);
      tail.set(new Uint8Array(images.buffer, images.byteOffset + whole, images.byteLength - whole));
      device.queue.writeBuffer(this.images, whole, tail);
    }
    const channels = this.kind === 'u8' ? shape[0] : 0;
    const table = new Uint32Array(Math.max(256 * channels + labels.length, 4));
    const scale = new Float32Array(table.buffer);
    for (let c = 0; c < channels; c++) for (let v = 0; v < 256; v++) scale[256 * c + v] = (v / 255 - source.mean[c]) / source.std[c];
    for (let i = 0; i < labels.length; i++) table[256 * channels + i] = labels[i];
    this.table = device.createBuffer({ label: 'table', size: table.byteLength, usage: STORAGE_COPY_DST });
    device.queue.writeBuffer(this.table, 0, table);
    this.bytes = 4 * words + table.byteLength;
  }

  destroy(): void {
    this.images.destroy();
    this.table.destroy();
  }
}
