/** Parses the files that a visitor dropped, away from the page and from training. Lives for one set of files: a hostile one can only hang itself. */
import { openFiles } from '../data/files.ts';
import type { DataCommand, DataEvent } from './protocol.ts';

const scope = self as unknown as {
  postMessage(event: DataEvent, transfer?: Transferable[]): void;
  onmessage: (message: MessageEvent<DataCommand>) => void;
};

/** Progress is told in thousandths. */
const PARTS = 1000;

scope.onmessage = ({ data }) => void read(data);

async function read({ files, val_fraction, seed }: DataCommand): Promise<void> {
  const file = files.length === 1 ? files[0].name : `${files.length} files`;
  const onProgress = (fraction: number): void => scope.postMessage({ type: 'progress', file, done: Math.round(fraction * PARTS), total: PARTS });
  try {
    const dataset = await openFiles(files, { val_fraction, seed, onProgress });
    scope.postMessage({ type: 'dataset', dataset }, [dataset.images.buffer as ArrayBuffer, dataset.labels.buffer as ArrayBuffer]);
  } catch (error) {
    const { name, message, file: about } = error as Error & { file?: string };
    scope.postMessage({ type: 'error', error: { name, message, file: about } });
  }
}
