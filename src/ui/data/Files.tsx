/** The way in for files: a button, and the whole page as a place to drop them. */
import { Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { dismissFileError, filesStore, openFiles } from '../../store/files.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import styles from './Data.module.css';

export function FilesMenu() {
  const [open, setOpen] = useState(false);
  const { progress, error } = useStore(filesStore);
  // What was dropped elsewhere on the page is told about here too.
  const shown = open || progress !== null || error !== null;
  const close = (): void => {
    setOpen(false);
    dismissFileError();
  };
  return (
    <>
      <button type="button" className={styles.open} title="Train on your own files (or drop them anywhere)" onClick={() => setOpen(true)}>
        <Upload size={13} /> Open files
      </button>
      {shown && (
        <Dialog title="Your own data" onClose={close}>
          <FilesForm onDone={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

function FilesForm({ onDone }: { onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const { progress, error } = useStore(filesStore);
  const take = async (files: FileList | null): Promise<void> => {
    await openFiles([...(files ?? [])]);
    if (!filesStore.getState().error) onDone();
  };
  return (
    <div className={styles.files}>
      <p>Drop them anywhere on the page, or choose them here. They stay on this device.</p>
      <ul>
        <li>
          <b>MNIST or Fashion-MNIST</b>: the four files <code>train-images-idx3-ubyte</code>, <code>train-labels-idx1-ubyte</code>,{' '}
          <code>t10k-images-idx3-ubyte</code>, <code>t10k-labels-idx1-ubyte</code>, with or without <code>.gz</code>
        </li>
        <li>
          <b>CIFAR-10</b>: the binary version, <code>data_batch_1.bin</code> … <code>data_batch_5.bin</code> and <code>test_batch.bin</code>
        </li>
      </ul>
      <div>
        <button type="button" disabled={progress !== null} onClick={() => input.current?.click()}>
          <Upload size={14} /> Choose files
        </button>
        <input ref={input} type="file" multiple hidden aria-label="Files" onChange={(event) => void take(event.target.files)} />
      </div>
      {progress && (
        <div role="status">
          <p>Reading {progress.file}</p>
          <progress aria-label="Reading" max={progress.total || 1} value={progress.total > 0 ? progress.done : undefined} />
        </div>
      )}
      {error && (
        <p role="alert" className={styles.error}>
          {error.file && !error.message.startsWith(error.file) && <b>{error.file}: </b>}
          {error.message}
        </p>
      )}
    </div>
  );
}

/** Shows where files may be dropped while they hang over the page. */
export function DropZone() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let leave: ReturnType<typeof setTimeout> | undefined;
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
      // dragleave fires for every element passed; silence means that the files are gone.
      clearTimeout(leave);
      leave = setTimeout(() => setOver(false), 200);
    };
    const onDrop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void openFiles([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('drop', onDrop);
    return () => {
      clearTimeout(leave);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return over ? (
    <div className={styles.drop} aria-hidden="true">
      <p>Drop the files to train on them</p>
    </div>
  ) : null;
}
