/** Muon's unit is the matrix: which layers are one, and what orthogonalising does to its singular values. */

import type { Compiled } from '../../engine/compile.ts';
import { muonMix } from '../../engine/optim/explain/muon.ts';
import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { SingularValues } from '../../worker/inspection.ts';
import type { Layer } from './layer.ts';
import type { Update } from './look.ts';
import { singularValues } from './singular.ts';
import { norm } from './vectors.ts';

export interface MuonMatrix {
  /** C_out × fan-in, in PyTorch's order: the layer's first weights. */
  rows: number;
  cols: number;
  /** Factor of lr. */
  ratio: number;
}

/** Null where AdamW updates the whole layer: it is a vector's, or the first or last of the network. */
export function muonMatrix(compiled: Compiled, layer: Layer, args: Args): MuonMatrix | null {
  const matrices = [...compiled.params.blocks.values()].filter((block) => block.entries[0].spec.shape.length >= 2);
  const at = matrices.indexOf(layer.block);
  if (at < 0 || (flag(args, 'hidden_only') && (at === 0 || at === matrices.length - 1))) return null;
  const { shape, entry } = layer.params[0];
  const [rows, cols] = [shape[0], entry.length / shape[0]];
  const ratio = args.adjust_lr_fn === 'original' ? Math.sqrt(Math.max(1, rows / cols)) : 0.2 * Math.sqrt(Math.max(rows, cols));
  return { rows, cols, ratio };
}

/** An entry of the orthogonalised matrix, from what the update moved its weight by. */
export const orthogonalEntry = ({ before, after }: Update, at: number, args: Args, step: number, lr: number): number =>
  step === 0 ? 0 : (before[at] * (1 - lr * num(args, 'weight_decay')) - after[at]) / step;

/** Of what is orthogonalised, at norm 1, and of what comes out. */
export function muonSingular({ rows, cols, ratio }: MuonMatrix, update: Update, args: Args, lr: number): SingularValues | string {
  const count = rows * cols;
  const mixed = Float64Array.from({ length: count }, (_, i) => muonMix(args, update.stateBefore.momentum_buffer[i], update.clipped(i))[1]);
  const size = norm(mixed);
  const before = singularValues(
    mixed.map((v) => (size > 0 ? v / size : 0)),
    rows,
    cols,
  );
  const out = Float64Array.from({ length: count }, (_, i) => orthogonalEntry(update, i, args, lr * ratio, lr));
  const after = singularValues(out, rows, cols);
  return before && after
    ? { before, after }
    : 'The matrix is too large for its singular values to be found while training waits: both sides exceed 128.';
}
