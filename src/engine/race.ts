/** From a compiled model and the optimizers of the runs to the plan of a race: updates, state, metrics. */
import { commonOf, commonStates, ownArgs } from '../model/optimizers/common.ts';
import type { Args } from '../model/types.ts';
import { type Compiled, withoutDecay } from './compile.ts';
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

/** What is compiled into the update of such a lane (shaders/lib/update.wgsl). */
function conditionsOf(args: Args) {
  const { clipNorm, clipValue, decoupled, exempt, accumulate, ema } = commonOf(args);
  const found = { clip_norm: clipNorm > 0, clip_value: clipValue > 0, decoupled, exempt, accumulate: accumulate > 1, ema: ema > 0 };
  return { ...found, prepared: found.clip_norm || found.clip_value || found.accumulate };
}

/** Lanes of one kind share the dispatches of their update: one optimizer, with the same options compiled in. */
export function kindOf({ type, args }: LaneOptimizer): string {
  const conditions = conditionsOf(args);
  return [type, ...Object.entries(conditions).flatMap(([name, on]) => (on && name !== 'prepared' ? [name] : []))].join('+');
}

/** All state arrays of a lane, those that all optimizers share first. */
export const statesOf = ({ type, args }: LaneOptimizer): readonly string[] => [
  ...commonStates(commonOf(args)),
  ...kernelOf(type).states(ownArgs(args)),
];

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

/** Sizes that the dispatches of an update share. `slabs`, `losses`: words of a lane's partial sums. */
interface Sizes {
  P: number;
  slabs: number;
  losses: number;
  metrics: Metrics;
}

/**
 * One update of all parameters of all lanes of this kind, summed-up slabs of their gradients included. `tables:<kind>` says where those
 * lie, which lanes these are, and where their state begins. Where a norm is clipped, two dispatches find the factor first.
 */
function updateDispatches({ P, slabs, losses, metrics }: Sizes, kind: string, { type, args }: LaneOptimizer): Dispatch[] {
  const partials = bind('partials', 'partials', slabs);
  const tables = bind('tables', `tables:${kind}`, 0);
  const params = bind('params', 'params', P, 'read_write');
  const state = bind('state', 'state', 0, 'read_write');
  const report = bind('report', 'report', reportWords(metrics.norms), 'read_write');
  const conditions = { serial: metrics.serial, ...conditionsOf(args) };
  const shared = { conditions, step: true, optimizer: kind, macs: 0 };
  const constants = { P4: P / 4, PARTIALS_LANE: slabs / 4, LOSSES: losses / 4, ...metricsConstants(metrics) };
  const clip = { ...shared, shader: 'clip', constants: { ...constants, SIZE: metrics.serial ? 1 : 64 } };
  const sum = conditions.accumulate ? state : null;
  const norm: Dispatch[] = [
    {
      ...clip,
      step: conditions.accumulate,
      label: `${kind} gradient`,
      entry: 'squares',
      bindings: [partials, tables, null, sum, null, null, report],
      grid: grid(metrics.blocks),
    },
    { ...clip, label: `${kind} gradient norm`, entry: 'factor', bindings: [null, tables, null, null, null, null, report], grid: [1, 1] },
  ];
  const update: Dispatch = {
    ...shared,
    label: `${kind} update`,
    shader: kernelOf(type).shader,
    entry: 'update',
    constants,
    bindings: [partials, tables, params, state, bind('bad', 'bad', 1), bind('step_loss', 'step_loss', losses), report],
    grid: grid(metrics.blocks),
  };
  return [...(conditions.clip_norm ? norm : []), update];
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
  const states = lanes.map((lane) => {
    const names = statesOf(lane);
    const initial = kernelOf(lane.type).initial?.(lane.args) ?? {};
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
  const kinds = [...new Set(lanes.map(kindOf))];
  const lanesOf = Object.fromEntries(kinds.map((kind) => [kind, lanes.flatMap((l, i) => (kindOf(l) === kind ? [i] : []))]));
  const { states, words, fills } = layoutStates(P, lanes);
  const planned = (id: string): BufferPlan => compiled.plans.find((p) => p.id === id) as BufferPlan;
  const { layer } = planned('params');
  const shared = (id: string, laneSize: number): BufferPlan => ({ id, laneSize: Math.max(4, laneSize), shared: true, layer });
  const first = (kind: string): LaneOptimizer => lanes[lanesOf[kind][0]];
  const tables = kinds.map((kind): Fill => {
    // The kernels count from the optimizer's own arrays.
    const own = (lane: number): number => states[lane].offset + P * commonStates(commonOf(lanes[lane].args)).length;
    const list = lanesOf[kind].flatMap((lane) => [lane, own(lane) / 4, 0, 0]);
    const blocks = conditionsOf(first(kind).args).exempt ? withoutDecay(compiled) : compiled.blockTable;
    return { buffer: `tables:${kind}`, offset: 0, data: Uint32Array.from([...blocks, ...list]) };
  });
  const metrics = metricsOf(P, compiled.options.fill);
  const sizes = { P, slabs: planned('partials').laneSize, losses: planned('step_loss').laneSize, metrics };
  const report = reportWords(metrics.norms);
  const notBad = lanes.map((_, l): Fill => ({ buffer: 'report', offset: l * report + REPORT_BAD, data: Uint32Array.of(NOT_BAD) }));
  return {
    lanes: lanes.length,
    buffers: [
      ...compiled.plans,
      shared('state', words),
      // Where the weights wait while their average is evaluated in their place.
      ...(states.some(({ names }) => names.includes('ema')) ? [{ id: 'kept', laneSize: P, layer }] : []),
      shared('ring', RING_SLOTS * RING_WORDS * lanes.length),
      ...tables.map(({ buffer, data }) => shared(buffer, data.length)),
    ],
    train: [...compiled.train.dispatches, ...kinds.flatMap((kind) => updateDispatches(sizes, kind, first(kind)))],
    closing: [metricsDispatch(metrics)],
    evaluate: compiled.evaluate.dispatches,
    fills: [{ buffer: 'bad', offset: 0, data: new Uint32Array(lanes.length).fill(NOT_BAD) }, ...fills, ...notBad, ...tables],
    lanesOf,
    states,
  };
}
