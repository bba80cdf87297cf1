/**
 * What a plan costs: FLOPs and bytes moved per dispatch and per step, activation memory. Bytes are counted as a roofline does: every
 * dispatch reads its operands and writes its results once, caches ignored; a binding that is read and written counts twice.
 */
import type { Compiled } from './compile.ts';
import type { Binding, Dispatch } from './plan.ts';
import { type LaneOptimizer, planRace } from './race.ts';

export interface DispatchReport {
  label: string;
  shader: string;
  groups: number;
  /** 2 × multiply-accumulates. */
  flops: number;
  bytes: number;
}

export interface PlanReport {
  dispatches: DispatchReport[];
  flops: number;
  bytes: number;
  /** Activations that stay from forward to backward, of one run. */
  activations: number;
  /** All buffers of one run, activations and gradients sharing slots. */
  memory: number;
  /** The same without sharing. */
  unshared: number;
}

/** Results that a dispatch adds to are read, too; parameters and optimizer state are, statistics' scratch is not worth telling. */
const UPDATED = new Set(['params', 'state']);

function moved(b: Binding | null, batchBytes: number, stateBytes: number, stateWords: number | undefined): number {
  if (!b) return 0;
  if (b.buffer === 'images') return batchBytes;
  if (b.buffer === 'state') return stateWords === undefined ? 2 * stateBytes : 4 * stateWords;
  const once = 4 * b.size;
  return b.access === 'read_write' && UPDATED.has(b.buffer) ? 2 * once : once;
}

/** Bytes of tensors that stand from forward to backward: what is read after the loss before anything is written there. */
function keptActivations({ train }: Compiled): number {
  const { dispatches, graph } = train;
  const loss = dispatches.findIndex((d) => d.bindings.some((b) => b?.buffer === 'step_loss'));
  const slots = (d: Dispatch) => d.bindings.flatMap((b) => (b?.buffer.startsWith('slot') ? [b] : []));
  const written = new Map<string, number>();
  for (const b of dispatches.slice(0, loss).flatMap(slots)) if (b.access === 'read_write') written.set(b.buffer, 4 * b.size);
  const firstUse = new Map<string, Binding>();
  for (const b of dispatches.slice(loss + 1).flatMap(slots)) if (!firstUse.has(b.buffer)) firstUse.set(b.buffer, b);
  const input = train.placed.get(graph.input.id);
  return [...written].reduce((sum, [buffer, bytes]) => sum + (buffer !== input && firstUse.get(buffer)?.access === 'read' ? bytes : 0), 0);
}

export function reportPlan(compiled: Compiled, optimizer: LaneOptimizer): PlanReport {
  const race = planRace(compiled, [optimizer]);
  const { input } = compiled.train.graph;
  const batchBytes = compiled.options.batch_size * input.C * input.H * input.W * (compiled.options.data === 'u8' ? 1 : 4);
  const stateBytes = 4 * race.states[0].names.length * compiled.params.size;
  const dispatches = race.train.map(
    (d: Dispatch): DispatchReport => ({
      label: d.label,
      shader: `${d.shader}:${d.entry}`,
      groups: d.grid[0] * d.grid[1],
      flops: 2 * d.macs,
      bytes: d.bindings.reduce((sum, b) => sum + moved(b, batchBytes, stateBytes, d.stateWords), 0),
    }),
  );
  const tensors = new Map<string, number>();
  for (const pass of [compiled.train, compiled.evaluate]) {
    for (const d of pass.dispatches) for (const b of d.bindings) if (b?.buffer.startsWith('slot')) tensors.set(`${d.label} ${b.name}`, 4 * b.size);
  }
  return {
    dispatches,
    flops: dispatches.reduce((sum, d) => sum + d.flops, 0),
    bytes: dispatches.reduce((sum, d) => sum + d.bytes, 0),
    activations: keptActivations(compiled),
    memory: race.buffers.reduce((sum, b) => sum + 4 * b.laneSize, 0),
    unshared: [...tensors.values()].reduce((a, b) => a + b, 0),
  };
}
