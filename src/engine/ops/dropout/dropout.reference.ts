/**
 * Dropout in float64, inverted: in training y = kept ? x / (1 − p) : 0, in evaluation y = x.
 *
 * The element with flat PyTorch index i in the whole batch tensor ([N, C, H, W] or [N, F], row-major) is kept iff
 * hash2(seed, i) ≥ ⌊p · 2³²⌋, compared as unsigned words. The mask is a function of (seed, i), so backward recomputes it.
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html; Srivastava et al., JMLR 15, 2014.
 */
import { num } from '../../../model/fields.ts';
import { hash2 } from '../../../model/random.ts';
import type { Args } from '../../../model/types.ts';
import type { Mode, Reference, Tensor } from '../../reference.ts';
import { tensor } from '../../reference.ts';

/** What each element is multiplied by: 0 or 1 / (1 − p). */
export function dropoutFactor(args: Args, index: number, mode: Mode): number {
  const p = num(args, 'p');
  if (!mode.train) return 1;
  if (mode.seed === undefined) throw new Error('dropout in training needs mode.seed');
  return hash2(mode.seed, index) >= Math.floor(p * 2 ** 32) ? 1 / (1 - p) : 0;
}

const dropped = (args: Args, { shape, data }: Tensor, mode: Mode): Tensor =>
  tensor(
    shape,
    data.map((x, i) => x * dropoutFactor(args, i, mode)),
  );

export const dropoutReference: Reference = {
  forward: (args, [input], _params, mode) => ({ output: dropped(args, input, mode) }),
  backward: (args, _inputs, _params, grad_output, mode) => ({ grad_inputs: [dropped(args, grad_output, mode)], grad_params: {} }),
};
