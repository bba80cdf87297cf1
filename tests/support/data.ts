/** Real data sets for tests, in Node and in the browser alike. Guard with `it.skipIf(!dataPresent)('… (needs MNIST)', …)`. */
export const dataPresent = __DATA_DIR_PRESENT__;

/** The published file, byte for byte, e.g. 'mnist/train-images-idx3-ubyte.gz'. */
export async function dataFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof window === 'undefined') {
    const { readFile } = await import('node:fs/promises');
    return new Uint8Array(await readFile(`${__DATA_DIR__}/${path}`));
  }
  const response = await fetch(`/@data/${path}`);
  if (!response.ok) throw new Error(`No data file ${path} (${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}
