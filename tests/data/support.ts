/** Hand-made files for the tests of the readers. */
import { gzipSync } from 'node:zlib';
import type { SourceFile } from '../../src/data/inflate.ts';
import { DataError } from '../../src/data/types.ts';

/** A byte that depends on its place, so that a shifted or swapped copy shows. */
const pixel = (i: number): number => (i * 151 + (i >>> 8) * 29 + 7) % 256;

const u32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];

/** IDX images [count, height, width]; `salt` tells files apart. */
export function idxImages(count: number, height = 4, width = 3, salt = 0): Uint8Array<ArrayBuffer> {
  const head = [0, 0, 8, 3, ...u32(count), ...u32(height), ...u32(width)];
  const bytes = new Uint8Array(16 + count * height * width);
  bytes.set(head);
  for (let i = 16; i < bytes.length; i++) bytes[i] = pixel(i + salt);
  return bytes;
}

/** IDX labels 0, 1, …, classes − 1, 0, 1, … */
export function idxLabels(count: number, classes = 10): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0, 0, 8, 1, ...u32(count), ...Array.from({ length: count }, (_, i) => i % classes)]);
}

/** CIFAR-10 records with labels 0, 1, …, 9, 0, … */
export function cifarBatch(count: number, salt = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * 3073);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i % 3073 === 0 ? (i / 3073) % 10 : pixel(i + salt);
  return bytes;
}

/** Compressed bytes as a plain Uint8Array. */
export const gzip = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(bytes));

/** A file as a browser offers it. */
export const asFile = (name: string, bytes: Uint8Array<ArrayBuffer>): SourceFile => new File([bytes], name);

/** The four files of an MNIST-like set, by their published names. */
export function mnistLike(train = 50, val = 20): Record<string, Uint8Array<ArrayBuffer>> {
  return {
    'train-images-idx3-ubyte': idxImages(train),
    'train-labels-idx1-ubyte': idxLabels(train),
    't10k-images-idx3-ubyte': idxImages(val, 4, 3, 1000),
    't10k-labels-idx1-ubyte': idxLabels(val),
  };
}

export const asFiles = (files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): SourceFile[] =>
  Object.entries(files).map(([name, bytes]) => asFile(name, bytes));

/** The DataError that the work ends in; fails for any other end. */
export async function dataError(work: () => unknown): Promise<DataError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error('expected a DataError, but the work succeeded');
}

/** One ustar entry: header and data, padded to blocks. */
export function tarEntry(name: string, data: Uint8Array, size = data.length, type = '0'): Uint8Array {
  const block = new Uint8Array(512 + Math.ceil(data.length / 512) * 512);
  const put = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put(size.toString(8).padStart(11, '0'), 124);
  put(type, 156);
  put('ustar', 257);
  block.set(data, 512);
  return block;
}

/** An archive of the entries. */
export function tar(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([...entries, new Uint8Array(1024)]));
}
