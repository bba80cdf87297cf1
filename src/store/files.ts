/** Dropped or chosen files: read in a worker of their own, then trained on instead of a generated data set. */
import { createStore } from 'zustand/vanilla';
import { readFiles } from '../worker/client.ts';
import { commit, configStore } from './config.ts';
import { withData } from './data.ts';
import { setDataset, sync } from './engine.ts';
import type { ErrorSummary } from './live.ts';
import { toast } from './toasts.ts';

export interface Reading {
  progress: { file: string; done: number; total: number } | null;
  error: ErrorSummary | null;
}

export const filesStore = createStore<Reading>(() => ({ progress: null, error: null }));

/** Share of dropped samples that is kept for validation, unless the files come with a test part of their own. */
const VALIDATION_SHARE = 0.1;

let reading = 0;

export async function openFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const mine = ++reading;
  filesStore.setState({ error: null, progress: { file: files[0]!.name, done: 0, total: 1 } });
  const { experiment } = configStore.getState();
  const event = await readFiles({ files, val_fraction: VALIDATION_SHARE, seed: experiment.seed }, ({ file, done, total }) => {
    if (mine === reading) filesStore.setState({ progress: { file, done, total } });
  });
  // A later drop has taken over.
  if (mine !== reading) return;
  if (event.type === 'error') return filesStore.setState({ progress: null, error: event.error });
  filesStore.setState({ progress: null, error: null });
  const { dataset } = event;
  setDataset(dataset);
  const { experiment: now, ids } = configStore.getState();
  const data = { type: 'files', name: printable(dataset.name) };
  commit({ experiment: withData(now, data, dataset.shape, dataset.classes.length), ids });
  sync();
  toast(`${dataset.name}: ${dataset.train} training and ${dataset.labels.length - dataset.train} validation samples.`);
}

/** File names are other people's text. */
const printable = (name: string): string => name.replace(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, '').slice(0, 80);

export const dismissFileError = (): void => filesStore.setState({ error: null });
