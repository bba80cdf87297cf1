/** From a compiled model and the optimizers of the runs to the plan of a race: updates, state, metrics. */
import type { Args } from '../model/types.ts';
import type { Compiled } from './compile.ts';
import { metricsBindings } from './ops/gather.ts';
import { optimizers } from './optim/index.ts';
import type { OptimizerKernel } from './optimizer.ts';
import {
  type Binding,
  type BufferPlan,
  type Dispatch,
  type Fill,
  type Metrics,
  metricsConstants,
  metricsOf,
  NOT_BAD,
  type RacePlan,
  REPORT_BAD,
  RING_SLOTS,
  RING_WORDS,
  reportWords,
} from './plan.ts';

/** What a race needs of what is trained: a compiled network, or a surface (engine/surface.ts). */
export interface Trainable extends Pick<Compiled, 'params' | 'plans' | 'blockTable'> {
  options: Pick<Compiled['options'], 'fill'>;
  train: Pick<Compiled['train'], 'dispatches'>;
  evaluate: Pick<Compiled['evaluate'], 'dispatches'>;
}

/** The optimizer of one lane: arguments complete. */
export interface LaneOptimizer {
  type: string;
  args: Args;
}

export function kernelOf(type: string): OptimizerKernel {
  const kernel = (optimizers as Readonly<Record<string, OptimizerKernel | undefined>>)[type];
  if (!kernel) throw new Error(`no kernel for optimizer ${type}`);
  return kernel;
}

/** `lane`: words between lanes; 0 binds the whole buffer, which has no lane dimension. */
const bind = (name: string, buffer: string, lane: number, access: Binding['access'] = 'read'): Binding => ({
  name,
  buffer,
  offset: 0,
  size: lane,
  lane,
  access,
});

const grid = (groups: number): [number, number] => [Math.min(groups, 65535), Math.ceil(groups / 65535)];

/**
 * One update of all parameters of all lanes that use this optimizer, summed-up slabs of their gradients included. `tables:<type>` says
 * where those lie, which lanes these are, and where their state begins. `slabs`, `losses`: words of a lane's partial sums.
 */
function updateDispatch(P: number, { slabs, losses }: { slabs: number; losses: number }, metrics: Metrics, type: string): Dispatch {
  const report = reportWords(metrics.norms);
  return {
    label: `${type} update`,
    shader: kernelOf(type).shader,
    entry: 'update',
    constants: { P4: P / 4, PARTIALS_LANE: slabs / 4, LOSSES: losses / 4, ...metricsConstants(metrics) },
    conditions: { serial: metrics.serial },
    bindings: [
      bind('partials', 'partials', slabs),
      bind('tables', `tables:${type}`, 0),
      bind('params', 'params', P, 'read_write'),
      bind('state', 'state', 0, 'read_write'),
      bind('bad', 'bad', 1),
      bind('step_loss', 'step_loss', losses),
      bind('report', 'report', report, 'read_write'),
    ],
    step: true,
    grid: grid(metrics.blocks),
    optimizer: type,
    macs: 0,
  };
}

function metricsDispatch(metrics: Metrics): Dispatch {
  return {
    label: 'metrics',
    shader: 'metrics',
    entry: 'metrics',
    constants: metricsConstants(metrics),
    conditions: { serial: metrics.serial },
    bindings: metricsBindings(metrics),
    step: true,
    grid: [1, 1],
    macs: 0,
  };
}

function layoutStates(P: number, lanes: readonly LaneOptimizer[]): { states: RacePlan['states'][number][]; words: number; fills: Fill[] } {
  let words = 0;
  const fills: Fill[] = [];
  const states = lanes.map(({ type, args }) => {
    const kernel = kernelOf(type);
    const names = kernel.states(args);
    const initial = kernel.initial?.(args) ?? {};
    const offset = words;
    words += names.length * P;
    // Buffers start at zero.
    names.forEach((name, k) => {
      if (initial[name]) fills.push({ buffer: 'state', offset: offset + k * P, data: new Float32Array(P).fill(initial[name]) });
    });
    return { offset, names };
  });
  return { states, words, fills };
}

export function planRace(compiled: Trainable, lanes: readonly LaneOptimizer[]): RacePlan {
  const P = compiled.params.size;
  const types = [...new Set(lanes.map((l) => l.type))];
  const lanesOf = Object.fromEntries(types.map((type) => [type, lanes.flatMap((l, i) => (l.type === type ? [i] : []))]));
  const { states, words, fills } = layoutStates(P, lanes);
  const planned = (id: string): BufferPlan => compiled.plans.find((p) => p.id === id) as BufferPlan;
  const { layer } = planned('params');
  const sums = { slabs: planned('partials').laneSize, losses: planned('step_loss').laneSize };
  const shared = (id: string, laneSize: number): BufferPlan => ({ id, laneSize: Math.max(4, laneSize), shared: true, layer });
  const tables = types.map((type): Fill => {
    const list = lanesOf[type].flatMap((lane) => [lane, states[lane].offset / 4, 0, 0]);
    return { buffer: `tables:${type}`, offset: 0, data: Uint32Array.from([...compiled.blockTable, ...list]) };
  });
  const metrics = metricsOf(P, compiled.options.fill);
  const report = reportWords(metrics.norms);
  const notBad = lanes.map((_, l): Fill => ({ buffer: 'report', offset: l * report + REPORT_BAD, data: Uint32Array.of(NOT_BAD) }));
  return {
    lanes: lanes.length,
    buffers: [
      ...compiled.plans,
      shared('state', words),
      shared('ring', RING_SLOTS * RING_WORDS * lanes.length),
      ...tables.map(({ buffer, data }) => shared(buffer, data.length)),
    ],
    train: [...compiled.train.dispatches, ...types.map((type) => updateDispatch(P, sums, metrics, type))],
    closing: [metricsDispatch(metrics)],
    evaluate: compiled.evaluate.dispatches,
    fills: [{ buffer: 'bad', offset: 0, data: new Uint32Array(lanes.length).fill(NOT_BAD) }, ...fills, ...notBad, ...tables],
    lanesOf,
    states,
  };
}
