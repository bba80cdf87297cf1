/**
 * Muon in float64. A matrix of a hidden layer, rows × columns as PyTorch flattens it ([C_out, the rest]):
 *
 *   momentum_buffer ← momentum · momentum_buffer + (1 − momentum) · grad
 *   u = (1 − momentum) · grad + momentum · momentum_buffer with nesterov; momentum_buffer otherwise
 *   w ← w − lr · weight_decay · w − lr · s · orthogonalise(u)
 *   s = √max(1, rows / columns) ('original') or 0.2 · √max(rows, columns) ('match_rms_adamw')
 *
 * Everything else (vectors, the first and the last layer) takes AdamW's step with adamw_betas, adamw_eps, the same weight_decay and the rate
 * adamw_lr · lr / (lr at the start), so that it follows the schedule; its exp_avg stands in momentum_buffer.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html; Jordan et al., https://kellerjordan.github.io/posts/muon/.
 */
import { flag, num } from '../../model/fields.ts';
import type { Args } from '../../model/types.ts';
import type { OptimizerReference } from '../reference.ts';
import { zeros } from '../reference.ts';
import { adamwReference } from './adamw.reference.ts';

const STATES = ['momentum_buffer', 'exp_avg_sq'];

/** [rows][inner] · [inner][columns]. */
function product(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const c = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      for (let j = 0; j < columns; j++) c[i * columns + j] += a[i * inner + k] * b[k * columns + j];
    }
  }
  return c;
}

function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]);
}

/**
 * Newton–Schulz iterations X ← aX + (bA + cA²)X with A = XXᵀ, from X = u / max(‖u‖, eps): the singular vectors of u stay, and its singular
 * values approach 1 (with Jordan's coefficients, about 0.7 to 1.2).
 */
export function orthogonalise(args: Args, u: Float64Array, rows: number, columns: number): Float64Array {
  if (rows > columns) return transpose(orthogonalise(args, transpose(u, rows, columns), columns, rows), columns, rows);
  const [a, b, c] = args.ns_coefficients as number[];
  const norm = Math.max(Math.sqrt(u.reduce((sum, v) => sum + v * v, 0)), num(args, 'eps'));
  // 0 / 0 counts as 0.
  let x = u.map((v) => (norm === 0 ? 0 : v / norm));
  for (let k = 0; k < num(args, 'ns_steps'); k++) {
    const gram = product(x, transpose(x, rows, columns), rows, columns, rows);
    const square = product(gram, gram, rows, rows, rows);
    const grown = product(
      gram.map((v, i) => b * v + c * square[i]),
      x,
      rows,
      rows,
      columns,
    );
    x = x.map((v, i) => a * v + grown[i]);
  }
  return x;
}

/** s. */
const ratio = (args: Args, rows: number, columns: number): number =>
  args.adjust_lr_fn === 'original' ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));

export const muonReference: OptimizerReference = {
  states: () => STATES,
  init: (_, size) => zeros(STATES, size),
  step(args, { momentum_buffer, exp_avg_sq }, param, grad, lr, t, _, matrix) {
    if (!matrix) {
      const rate = num(args, 'lr') === 0 ? 0 : (num(args, 'adamw_lr') * lr) / num(args, 'lr');
      const adamw = { betas: args.adamw_betas, eps: args.adamw_eps, weight_decay: args.weight_decay, amsgrad: false };
      adamwReference.step(adamw, { exp_avg: momentum_buffer, exp_avg_sq }, param, grad, rate, t);
      return;
    }
    const momentum = num(args, 'momentum');
    for (let i = 0; i < param.length; i++) momentum_buffer[i] = momentum * momentum_buffer[i] + (1 - momentum) * grad[i];
    const u = momentum_buffer.map((m, i) => (flag(args, 'nesterov') ? (1 - momentum) * grad[i] + momentum * m : m));
    const x = orthogonalise(args, u, ...matrix);
    const step = lr * ratio(args, ...matrix);
    for (let i = 0; i < param.length; i++) param[i] -= lr * num(args, 'weight_decay') * param[i] + step * x[i];
  },
};
