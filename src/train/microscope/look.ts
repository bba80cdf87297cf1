/** One update of a layer, from before it to after it, as the GPU makes it: rehearsed, read and taken back. Only the layer is read. */
import { NOT_BAD, RING_WORDS } from '../../engine/plan.ts';
import type { Rehearsal } from '../../gpu/rehearsal.ts';
import type { LaneGroup } from '../group.ts';
import type { Trainer } from '../trainer.ts';
import { type Layer, pick, sumSlabs } from './layer.ts';

/** Numbers of all weights of a layer, in PyTorch's order, tensor after tensor. */
export interface Update {
  before: Float32Array;
  after: Float32Array;
  gradient: Float32Array;
  /** Optimizer state by PyTorch's name. */
  stateBefore: Readonly<Record<string, Float32Array>>;
  stateAfter: Readonly<Record<string, Float32Array>>;
}

export type Looked = { updates: Update[] } | { diverges: true };

type Parts = { id: string; offset: number; words: number }[];

/** Weights and state of a lane's layer. */
function standing(group: LaneGroup, l: number, { block, words }: Layer): Parts {
  const { size } = group.compiled.params;
  const { offset, names } = group.program.plan.states[l];
  return [
    { id: 'params', offset: l * size + block.offset, words },
    ...names.map((_, k) => ({ id: 'state', offset: offset + k * size + block.offset, words })),
  ];
}

const slabsOf = (l: number, { words, slabs, partialsLane }: Layer): Parts =>
  slabs.count > 0 ? [{ id: 'partials', offset: l * partialsLane + slabs.offset, words: slabs.count * words }] : [];

/** What was read of one lane, as named numbers. */
function updateOf(group: LaneGroup, l: number, layer: Layer, before: Float32Array[], after: Float32Array[]): Update {
  const { names } = group.program.plan.states[l];
  const named = (parts: Float32Array[]) => Object.fromEntries(names.map((name, k) => [name, pick(parts[1 + k], layer)]));
  return {
    before: pick(before[0], layer),
    after: pick(after[0], layer),
    gradient: pick(sumSlabs(after[1 + names.length] ?? new Float32Array(0), layer.words), layer),
    stateBefore: named(before),
    stateAfter: named(after),
  };
}

/** The next update of lanes `ls` of a group. */
export async function look(trainer: Trainer, rehearsal: Rehearsal, group: LaneGroup, ls: readonly number[], layer: Layer): Promise<Looked> {
  const { program } = group;
  const sent = rehearsal.run(
    () =>
      [
        program.readParts(ls.flatMap((l) => standing(group, l, layer))),
        trainer.sendUncounted(group),
        program.readParts(ls.flatMap((l) => [...standing(group, l, layer), ...slabsOf(l, layer)])),
      ] as const,
  );
  const [before, metrics, after] = await Promise.all(sent);
  if (ls.some((l) => metrics[l * RING_WORDS + 5] !== NOT_BAD)) return { diverges: true };
  const updates = ls.map((l) => {
    const kept = 1 + program.plan.states[l].names.length;
    return updateOf(group, l, layer, before.splice(0, kept), after.splice(0, kept + slabsOf(l, layer).length));
  });
  return { updates };
}
