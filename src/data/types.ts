/** A data set in memory: training samples first, then validation samples. */
export interface Dataset {
  name: string;
  /** [C, H, W]. */
  shape: readonly [number, number, number];
  /** [N, C, H, W], row-major: u8 (0 … 255, scaled to 0 … 1 and standardised on the GPU) or ready float32 (2-D toys, library users). */
  images: Uint8Array | Float32Array;
  /** [N], each below `classes.length`. */
  labels: Uint32Array | Uint8Array;
  classes: readonly string[];
  /** The first `train` samples are for training, the rest for validation. */
  train: number;
  /** Per channel, of the training samples after scaling u8 to 0 … 1; the GPU computes (x − mean) / std. Length C. */
  mean: readonly number[];
  std: readonly number[];
}

/** A file that is not what it should be: the message names the file, what was expected and what was found. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly file: string;
  constructor(message: string, file: string) {
    super(message);
    this.file = file;
  }
}
