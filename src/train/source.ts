/** The samples of an experiment: generated once, or dropped by the visitor. */
import { buildDataset } from '../data/build.ts';
import type { Dataset } from '../data/types.ts';
import type { DataSpec } from '../model/types.ts';

/** Generated data do not change with the experiment's seed: seeds compare weights and batches, not data sets. */
const DATA_SEED = 1;

export class Source {
  private key = '';
  private current: Dataset | null = null;

  /** Of the last `open` that succeeded. */
  get dataset(): Dataset | null {
    return this.current;
  }

  async open(spec: DataSpec, dropped: Dataset | undefined, onProgress: (fraction: number) => void): Promise<Dataset> {
    const key = JSON.stringify(spec);
    if (!dropped && this.current && key === this.key) return this.current;
    this.current = dropped ?? (await buildDataset(spec, DATA_SEED, onProgress));
    this.key = key;
    return this.current;
  }
}
