/** The plain files of a tar archive, as CIFAR-10 is handed out (ustar; names longer than 100 characters are not needed for it). */
import { quote } from './inflate.ts';
import { DataError } from './types.ts';

const BLOCK = 512;
const MOST_ENTRIES = 1000;

/** A named part of a file, or the whole of it. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

/** Text of a header field up to its first NUL. */
function field(bytes: Uint8Array, at: number, length: number): string {
  const end = bytes.subarray(at, at + length).indexOf(0);
  return String.fromCharCode(...bytes.subarray(at, at + (end < 0 ? length : end)));
}

export const looksLikeTar = (bytes: Uint8Array): boolean => bytes.length >= BLOCK && field(bytes, 257, 5) === 'ustar';

/** Regular files with their names less the folders, as views of `bytes`. Throws `DataError` for sizes that lead out of the archive. */
export function untar(bytes: Uint8Array, file: string): NamedBytes[] {
  const entries: NamedBytes[] = [];
  // An archive ends with empty blocks.
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const octal = field(bytes, at + 124, 12).trim();
    const size = /^[0-7]{1,11}$/.test(octal) ? Number.parseInt(octal, 8) : Number.NaN;
    const start = at + BLOCK;
    if (!(start + size <= bytes.length)) {
      throw new DataError(
        `${quote(file)}: expected a whole tar archive, found an entry at byte ${at} that ends outside of its ${bytes.length} bytes`,
        file,
      );
    }
    const name = field(bytes, at, 100).split('/').at(-1) ?? '';
    const type = bytes[at + 156];
    if (name && (type === 0 || type === 0x30)) entries.push({ name, bytes: bytes.subarray(start, start + size) });
    if (entries.length > MOST_ENTRIES) throw new DataError(`${quote(file)}: expected at most ${MOST_ENTRIES} files in an archive, found more`, file);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}
