/** IDX, the format of MNIST and its relatives: 00 00, element type, number of dimensions, each dimension as a big-endian u32, the data. */
import { quote } from './inflate.ts';
import { DataError } from './types.ts';

/** Largest height and width of an image. */
const MOST_SIDE = 4096;

/** Element types by the third byte of the magic number; the reader takes unsigned bytes only. */
const TYPES: Readonly<Record<number, string>> = {
  8: 'unsigned bytes',
  9: 'signed bytes',
  11: '16-bit integers',
  12: '32-bit integers',
  13: '32-bit floats',
  14: '64-bit floats',
};

export type IdxFile =
  | { kind: 'labels'; count: number /** [N] */; data: Uint8Array }
  | { kind: 'images'; count: number; height: number; width: number /** [N, H, W] */; data: Uint8Array };

/** Whether the bytes begin as an IDX file of any element type. */
export function looksLikeIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && bytes[2] in TYPES && bytes[3] >= 1 && bytes[3] <= 4;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ') || 'nothing';

/** Checks the magic number and returns the number of dimensions: 1 (labels) or 3 (images). */
function readMagic(bytes: Uint8Array, file: string): 1 | 3 {
  const fail = (found: string): never => {
    throw new DataError(`${quote(file)}: expected an IDX file of images (00 00 08 03) or labels (00 00 08 01), found ${found}`, file);
  };
  if (!looksLikeIdx(bytes)) fail(bytes.length < 4 ? `only ${bytes.length} bytes` : `${hex(bytes)} at byte 0`);
  if (bytes[2] !== 8) fail(`${TYPES[bytes[2]]} (${hex(bytes)})`);
  if (bytes[3] !== 1 && bytes[3] !== 3) fail(`${bytes[3]} dimensions (${hex(bytes)})`);
  return bytes[3] as 1 | 3;
}

/**
 * Reads images or labels without copying: `data` is a view of `bytes`. The length must be exact.
 * @param expected What the file must hold, where the caller knows.
 * Throws `DataError` for a wrong magic number, element type, size or length, or when the file holds the other kind.
 */
export function readIdx(bytes: Uint8Array, file: string, expected?: IdxFile['kind']): IdxFile {
  const rank = readMagic(bytes, file);
  const kind = rank === 1 ? 'labels' : 'images';
  if (expected && kind !== expected) throw new DataError(`${quote(file)}: expected ${expected}, found ${kind} (${hex(bytes)})`, file);
  const header = 4 + 4 * rank;
  if (bytes.length < header) throw new DataError(`${quote(file)}: expected a header of ${header} bytes, found ${bytes.length} bytes`, file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const [count, height, width] = rank === 1 ? [view.getUint32(4), 1, 1] : [view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  if (count === 0) throw new DataError(`${quote(file)}: expected at least one sample, found 0`, file);
  if (height < 1 || width < 1 || height > MOST_SIDE || width > MOST_SIDE) {
    throw new DataError(`${quote(file)}: expected images from 1×1 to ${MOST_SIDE}×${MOST_SIDE}, found ${height}×${width}`, file);
  }
  // At most 2³² · 2²⁴: exact in a float64.
  const length = header + count * height * width;
  if (bytes.length !== length) {
    const size = rank === 1 ? `${count} labels` : `${count} images of ${height}×${width}`;
    throw new DataError(
      `${quote(file)}: expected ${length} bytes for ${size}, found ${bytes.length} (${bytes.length < length ? 'cut short' : 'too long'})`,
      file,
    );
  }
  const data = bytes.subarray(header);
  return rank === 1 ? { kind: 'labels', count, data } : { kind: 'images', count, height, width, data };
}
