/** The plan of a program that only evaluates: many lanes of the same compiled model, and no buffer that only training needs. */
import type { Compiled } from './compile.ts';
import type { BufferPlan, RacePlan } from './plan.ts';

/** Those of the data set. */
const OUTSIDE: ReadonlySet<string> = new Set(['images', 'table']);

/** Buffers that the evaluation pass binds, each as large as this pass needs it: slots are shared with training, which may want more. */
function buffersOf({ evaluate, plans, params, buffers }: Compiled): BufferPlan[] {
  // Weights and running statistics are written whole, whether or not a layer reads them.
  const words = new Map([
    ['params', params.size],
    ['buffers', buffers.size],
  ]);
  for (const { bindings } of evaluate.dispatches) {
    for (const b of bindings) {
      if (b && !OUTSIDE.has(b.buffer)) words.set(b.buffer, Math.max(words.get(b.buffer) ?? 0, b.lane, b.offset + b.size));
    }
  }
  const layers = new Map(plans.map(({ id, layer }) => [id, layer]));
  return [...words].map(([id, laneSize]) => ({ id, laneSize, layer: layers.get(id) }));
}

export function planEvaluation(compiled: Compiled, lanes: number): RacePlan {
  const evaluate = compiled.evaluate.dispatches;
  return { lanes, buffers: buffersOf(compiled), train: [], closing: [], evaluate, fills: [], lanesOf: {}, states: [] };
}

/** Bytes of one lane. */
export const evaluationBytes = (plan: RacePlan): number => plan.buffers.reduce((sum, { laneSize }) => sum + 4 * laneSize, 0);
