/** CIFAR-10's binary format: records of 3073 bytes, a label and then 32×32 red, green and blue values, without any header. */
import { quote } from './inflate.ts';
import { DataError } from './types.ts';

const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;

export const CIFAR10_CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

export interface CifarBatch {
  count: number;
  /** [N] */
  labels: Uint8Array;
  /** Writes the images [N, 3, 32, 32] to `out` from byte `at`. */
  copyImages(out: Uint8Array, at: number): void;
}

/** Whether the bytes can be a batch: whole records, every label below 10. */
export function looksLikeCifar10(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) return false;
  for (let at = 0; at < bytes.length; at += RECORD) if (bytes[at] > 9) return false;
  return true;
}

/** Reads one batch. Throws `DataError` unless it is a whole number of records, at least one, with labels below 10. */
export function readCifar10(bytes: Uint8Array, file: string): CifarBatch {
  const count = Math.floor(bytes.length / RECORD);
  const rest = bytes.length % RECORD;
  if (count === 0 || rest !== 0) {
    const hint = bytes.length % (RECORD + 1) === 0 && bytes.length > 0 ? ' (records of 3074 bytes: CIFAR-100?)' : '';
    throw new DataError(
      `${quote(file)}: expected CIFAR-10 records of ${RECORD} bytes, found ${bytes.length} bytes: ${count} records and ${rest} bytes more${hint}`,
      file,
    );
  }
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * RECORD];
    if (labels[i] > 9) throw new DataError(`${quote(file)}: expected labels below 10, found ${labels[i]} in record ${i} (byte ${i * RECORD})`, file);
  }
  const copyImages = (out: Uint8Array, at: number) => {
    for (let i = 0; i < count; i++) out.set(bytes.subarray(i * RECORD + 1, (i + 1) * RECORD), at + i * PIXELS);
  };
  return { count, labels, copyImages };
}
