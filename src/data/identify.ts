/** What a dropped file is, decided by its content; its name only helps to word the error. */
import { isPrintable } from '../model/fields.ts';
import { type CifarBatch, looksLikeCifar10, readCifar10 } from './cifar10.ts';
import { type IdxFile, looksLikeIdx, readIdx } from './idx.ts';
import { quote } from './inflate.ts';
import { DataError } from './types.ts';
import type { NamedBytes } from './untar.ts';

/** What the name says about a file's part in the experiment, if anything. */
export type Role = 'train' | 'val' | undefined;

export type Part = { name: string; role: Role } & (
  | { format: 'idx'; idx: IdxFile }
  | { format: 'cifar10'; batch: CifarBatch }
  | { format: 'names'; names: string[] }
);

/** A text file longer than this holds no class names. */
const MOST_TEXT = 64 * 1024;

const ACCEPTED = 'IDX images and labels (MNIST, Fashion-MNIST), CIFAR-10 binary batches, plain, gzipped or as tar.gz, and a text file of class names';

function roleOf(name: string): Role {
  // Not within a word: "latest" is no test.
  const val = /(?<![a-z])(t10k|test|val)/i.test(name);
  const train = /(?<![a-z])(train|data_batch)/i.test(name);
  return val === train ? undefined : val ? 'val' : 'train';
}

/** Class names, one a line, or undefined where the bytes are no such text. */
function readNames(bytes: Uint8Array): string[] | undefined {
  if (bytes.length > MOST_TEXT) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const names = text
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const sound = names.length > 0 && names.length <= 256 && names.every((line) => line.length <= 80 && isPrintable(line));
    return sound ? names : undefined;
  } catch {
    // Not UTF-8.
    return undefined;
  }
}

/** Formats that people drop by mistake, by their first bytes. */
const STRANGERS: readonly [magic: readonly number[], what: string][] = [
  [[0x50, 0x4b, 3, 4], 'a zip archive'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture'],
  [[0x80, 2], 'a Python pickle (take the binary version of CIFAR-10)'],
  [[0x80, 4], 'a Python pickle (take the binary version of CIFAR-10)'],
  [[0x93, 0x4e, 0x55, 0x4d], 'a NumPy array'],
  [[0x50, 0x41, 0x52, 0x31], 'a parquet file'],
];

const stranger = (bytes: Uint8Array): string | undefined => STRANGERS.find(([magic]) => magic.every((byte, i) => bytes[i] === byte))?.[1];

/** Reads a file by its content. Throws `DataError` that says which formats are accepted, or what is wrong within one of them. */
export function identify({ name, bytes }: NamedBytes): Part {
  const role = roleOf(name);
  const idx = (): Part => ({ name, role, format: 'idx', idx: readIdx(bytes, name) });
  const cifar10 = (): Part => ({ name, role, format: 'cifar10', batch: readCifar10(bytes, name) });
  if (looksLikeIdx(bytes)) {
    // A batch may by chance begin like IDX: label 0 and three dark pixels.
    if (!looksLikeCifar10(bytes)) return idx();
    try {
      return idx();
    } catch {
      return cifar10();
    }
  }
  if (looksLikeCifar10(bytes)) return cifar10();
  const names = readNames(bytes);
  if (names) return { name, role, format: 'names', names };
  const known = bytes.length === 0 ? 'an empty file' : stranger(bytes);
  if (!known) {
    // Nothing fits: say what is wrong with what the name promises.
    if (/ubyte/i.test(name)) return idx();
    if (/\.bin$|batch/i.test(name)) return cifar10();
  }
  const start = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ');
  throw new DataError(`${quote(name)}: expected ${ACCEPTED}; found ${known ?? `${bytes.length} bytes that begin with ${start}`}`, name);
}

/** The error for an empty drop. */
export const nothingFound = (): DataError => new DataError(`no files: expected ${ACCEPTED}`, '');
