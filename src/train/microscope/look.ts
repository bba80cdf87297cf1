/** One update of a layer, from before it to after it, as the GPU makes it: rehearsed, read and taken back. Only the layer is read. */
import { metricsOf, NOT_BAD, REPORT_CLIP, RING_WORDS, reportWords } from '../../engine/plan.ts';
import type { Rehearsal } from '../../gpu/rehearsal.ts';
import { commonOf } from '../../model/optimizers/common.ts';
import type { LaneGroup } from '../group.ts';
import type { Trainer } from '../trainer.ts';
import { type Layer, pick, sumSlabs } from './layer.ts';

/** Numbers of all weights of a layer, in PyTorch's order, tensor after tensor. */
export interface Update {
  before: Float32Array;
  after: Float32Array;
  /** Of the last batch alone. */
  last: Float32Array;
  /** Mean over the batches of the update, before it is clipped. */
  gradient: Float32Array;
  /** What clipping the norm multiplies it by. */
  shortened: number;
  /** Gradient of weight i after clipping: what the optimizer goes by. */
  clipped(i: number): number;
  /** Optimizer state by PyTorch's name. */
  stateBefore: Readonly<Record<string, Float32Array>>;
  stateAfter: Readonly<Record<string, Float32Array>>;
}

/** `batches`: how many until the update that is to be seen, that one included. */
export interface Sight {
  group: LaneGroup;
  ls: readonly number[];
  layer: Layer;
  batches: number;
}

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

/** The factor of a clipped norm, then the slabs of the gradient, if there are any. */
function passing({ compiled }: LaneGroup, l: number, { words, slabs, partialsLane }: Layer): Parts {
  const report = reportWords(metricsOf(compiled.params.size, compiled.options.fill).norms);
  const factor = { id: 'report', offset: l * report + REPORT_CLIP, words: 1 };
  return [factor, ...(slabs.count > 0 ? [{ id: 'partials', offset: l * partialsLane + slabs.offset, words: slabs.count * words }] : [])];
}

/** What was read of one lane, as named numbers. */
function updateOf(group: LaneGroup, l: number, layer: Layer, before: Float32Array[], after: Float32Array[]): Update {
  const { names } = group.program.plan.states[l];
  const { accumulate, clipNorm, clipValue } = commonOf(group.lanes[l].optimizer.args);
  const named = (parts: Float32Array[]) => Object.fromEntries(names.map((name, k) => [name, pick(parts[1 + k], layer)]));
  const [factor, slabs = new Float32Array(0)] = after.slice(1 + names.length);
  const stateBefore = named(before);
  const last = pick(sumSlabs(slabs, layer.words), layer);
  const gradient = accumulate > 1 ? last.map((g, i) => (g + stateBefore.grad_sum[i]) / accumulate) : last;
  const shortened = clipNorm > 0 ? factor[0] : 1;
  const clipped = (i: number): number => {
    const g = gradient[i] * shortened;
    return clipValue > 0 ? Math.max(-clipValue, Math.min(clipValue, g)) : g;
  };
  return { before: pick(before[0], layer), after: pick(after[0], layer), last, gradient, shortened, clipped, stateBefore, stateAfter: named(after) };
}

/** The next update of lanes `ls` of a group; null for one that meets a number that is not finite. */
export async function look(trainer: Trainer, rehearsal: Rehearsal, { group, ls, layer, batches }: Sight): Promise<(Update | null)[]> {
  const { program, lanes } = group;
  const sent = rehearsal.run(
    () =>
      [
        batches > 1 ? trainer.sendUncounted(group, 0, batches - 1) : Promise.resolve(null),
        program.readParts(ls.flatMap((l) => standing(group, l, layer))),
        trainer.sendUncounted(group, batches - 1, 1),
        program.readParts(ls.flatMap((l) => [...standing(group, l, layer), ...passing(group, l, layer)])),
      ] as const,
  );
  const [adding, before, metrics, after] = await Promise.all(sent);
  const bad = (words: Uint32Array | null, l: number): boolean =>
    words !== null && words[words.length - RING_WORDS * (lanes.length - l) + 5] !== NOT_BAD;
  return ls.map((l) => {
    const kept = 1 + program.plan.states[l].names.length;
    const parts = [before.splice(0, kept), after.splice(0, kept + passing(group, l, layer).length)] as const;
    return bad(adding, l) || bad(metrics, l) ? null : updateOf(group, l, layer, ...parts);
  });
}
