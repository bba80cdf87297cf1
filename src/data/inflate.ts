/** Reads a dropped file whole and unpacks gzip, with a limit that counts the bytes that come out and believes no header. */
import { show } from '../model/fields.ts';
import { DataError } from './types.ts';

/** What a browser's `File` offers; one of the three ways to the bytes is enough. */
export interface SourceFile {
  readonly name: string;
  /** Bytes as stored, if known. */
  readonly size?: number;
  stream?(): ReadableStream<Uint8Array<ArrayBuffer>>;
  bytes?(): Promise<Uint8Array>;
  arrayBuffer?(): Promise<ArrayBuffer>;
}

/** Bytes that all files of one data set may take, unpacked. */
export const MOST_BYTES = 512 * 1024 * 1024;

/** What is left of the limit, shared by the files of one data set. */
export interface Budget {
  bytes: number;
}

/** A file's name as it may stand in a message. */
export const quote = (name: string): string => show(name).slice(1, -1);

const isGzip = (bytes: Uint8Array): boolean => bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Bytes as a stream; copied, because a view may lie on shared memory, which no Blob takes. */
const streamOf = (bytes: Uint8Array | ArrayBuffer): ReadableStream<Uint8Array<ArrayBuffer>> => new Blob([new Uint8Array(bytes)]).stream();

/** The file as a stream, whichever way it offers its bytes. */
async function open(file: SourceFile): Promise<ReadableStream<Uint8Array>> {
  if (file.stream) return file.stream();
  if (file.bytes) return streamOf(await file.bytes());
  if (file.arrayBuffer) return streamOf(await file.arrayBuffer());
  throw new Error('it offers no bytes');
}

/** All bytes of a stream. `onBytes` hears how many there are so far. Throws `DataError` when they pass the budget. */
async function collect(stream: ReadableStream<Uint8Array>, file: string, budget: Budget, onBytes?: (seen: number) => void): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let seen = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    seen += value.byteLength;
    if (seen > budget.bytes) {
      // The rest of a bomb is never unpacked.
      await reader.cancel().catch(() => undefined);
      throw new DataError(`${quote(file)}: expected at most ${MOST_BYTES / 2 ** 20} MiB in all after unpacking, found more`, file);
    }
    chunks.push(value);
    onBytes?.(seen);
  }
  budget.bytes -= seen;
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(seen);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** Unpacks gzip. Throws `DataError` where the data are damaged, end early or pass the budget. */
export async function gunzip(packed: Uint8Array, file: string, budget: Budget = { bytes: MOST_BYTES }): Promise<Uint8Array> {
  try {
    return await collect(streamOf(packed).pipeThrough(new DecompressionStream('gzip')), file, budget);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${quote(file)}: expected a whole gzip file, found one that is damaged or cut short at ${packed.byteLength} bytes`, file);
  }
}

/**
 * The file's bytes, unpacked if they are gzip. `onBytes` hears how many stored bytes have been read.
 * Throws `DataError` when the file cannot be read, is damaged, or passes the budget.
 */
export async function readWhole(file: SourceFile, budget: Budget, onBytes?: (seen: number) => void): Promise<Uint8Array> {
  const before = budget.bytes;
  let stored: Uint8Array;
  try {
    stored = await collect(await open(file), file.name, budget, onBytes);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${quote(file.name)}: could not be read (${error instanceof Error ? error.message : String(error)})`, file.name);
  }
  if (!isGzip(stored)) return stored;
  // Only what comes out stays in memory.
  budget.bytes = before;
  return gunzip(stored, file.name, budget);
}
