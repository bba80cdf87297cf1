/** What layers need that do the pooling behind them while they store (op.ts `FusedPool`). */
import { type Bound, type Emit, NO_ACTIVATION, type Node } from '../op.ts';
import type { Tensor } from '../tensors.ts';
import { meanGradient } from './avg_pool2d/avg_pool2d.ts';
import { maximumGradient, winners } from './max_pool2d/max_pool2d.ts';

/** What the layer gives before the pooling. */
export const fullOf = ({ pool, output }: Node): Tensor => pool?.full ?? output;

/** What forward keeps for backward: the taps that won, or for the derivative of an activation before a mean the values themselves. */
export function keptBy({ pool, output }: Node, emit: Emit): Bound | null {
  if (!pool || !emit.train) return null;
  return pool.kind === 'max' ? emit.write('taps', winners(pool.layer, output, emit)) : emit.write('full', pool.full);
}

/** The gradient of what the layer itself gives, by a kernel of its own where a pooling comes between. */
export function gradientBeforePool({ pool, output, activation }: Node, emit: Emit): Tensor {
  if (!pool) return emit.gradient(output);
  const target = { gradient: emit.gradient(pool.full), accumulate: false };
  if (pool.kind === 'max') maximumGradient(pool, output, { ...target, activation: NO_ACTIVATION }, emit);
  else meanGradient(pool, output, { ...target, activation }, emit);
  return target.gradient;
}

/** Or read through the pooling (shaders/lib/through_pool.wgsl): conditions, constants and what stands at binding 7. */
export function throughPool({ pool, output, activation }: Node, emit: Emit) {
  const conditions = { pooled: pool?.kind === 'max', averaged: pool?.kind === 'avg' };
  if (!pool) return { conditions, constants: {}, kept: null };
  const { full, KH, KW } = pool;
  const constants = { POOL_C4: full.Cs / 4, FULL_H: full.H, FULL_W: full.W, POOL_H: KH, POOL_W: KW, ACT: activation.kind, SLOPE: activation.slope };
  const kept = pool.kind === 'max' ? emit.read('kept', winners(pool.layer, output, emit)) : emit.read('full', full);
  return { conditions, constants, kept };
}
