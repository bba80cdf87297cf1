/** A short name for the bytes of a data set: two runs with the same fingerprint saw the same samples. */
import type { Dataset } from './types.ts';

/** FNV-1a over 32-bit words and then the bytes left over. */
function fold(h: number, bytes: Uint8Array): number {
  const whole = bytes.byteLength >>> 2;
  // A view of words needs an aligned start; readers may hand out a subarray.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, whole);
  for (let i = 0; i < whole; i++) {
    h = Math.imul(h ^ words[i], 0x01000193);
    // A product moves bits only upwards; fold the top half down so that high bytes count too.
    h ^= h >>> 15;
  }
  for (let i = whole * 4; i < aligned.byteLength; i++) h = Math.imul(h ^ aligned[i], 0x01000193);
  return h;
}

/**
 * 32 bits over shape, split, images and labels. All platforms with WebGPU are little-endian, so word order is settled.
 * Labels count by value: a Uint8Array and a Uint32Array of the same classes agree.
 */
export function fingerprint(dataset: Dataset): number {
  const { images, labels, shape, train } = dataset;
  let h = fold(0x811c9dc5 | 0, new Uint8Array(Uint32Array.from([...shape, train, labels.length]).buffer));
  h = fold(h, new Uint8Array(images.buffer, images.byteOffset, images.byteLength));
  const values = labels instanceof Uint32Array ? labels : Uint32Array.from(labels);
  h = fold(h, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return h >>> 0;
}
