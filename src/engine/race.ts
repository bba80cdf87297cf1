/** From a compiled model and the optimizers of the runs to the plan of a race: updates, state, metrics. */
import { commonOf, commonStates, ownArgs } from '../model/optimizers/common.ts';
import type { Args } from '../model/types.ts';
import { type Compiled, withoutDecay } from './compile.ts';
import { metricsBindings } from './ops/gather.ts';
import { optimizers } from './optim/index.ts';
import type { OptimizerKernel, Preparation, Prepared } from './optimizer.ts';
import {
  type Binding,
  type BufferPlan,
  bindWhole,
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

const NONE: Preparation = { dispatches: [], scratch: 0, table: new Uint32Array(0), buffers: [], fills: [] };

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

/** What the program of a lane goes by: a lane whose key stays may change its arguments in flight. */
export const planKey = (lane: LaneOptimizer): string =>
  [kindOf(lane), ...statesOf(lane), kernelOf(lane.type).planned?.(ownArgs(lane.args)) ?? ''].join();

const grid = (groups: number): [number, number] => [Math.min(groups, 65535), Math.ceil(groups / 65535)];

/** Sizes that the dispatches of an update share. `slabs`, `losses`: words of a lane's partial sums. */
interface Sizes {
  P: number;
  slabs: number;
  losses: number;
  metrics: Metrics;
}

/** What all dispatches of a kind have, and what its update binds, in the order of lib/update.wgsl. */
function frameOf({ P, slabs, losses, metrics }: Sizes, kind: string, { args }: LaneOptimizer) {
  return {
    conditions: { serial: metrics.serial, ...conditionsOf(args) },
    constants: { P4: P / 4, PARTIALS_LANE: slabs / 4, LOSSES: losses / 4, ...metricsConstants(metrics) },
    bindings: [
      bindWhole('partials', 'partials', slabs),
      bindWhole('tables', `tables:${kind}`, 0),
      bindWhole('params', 'params', P, 'read_write'),
      bindWhole('state', 'state', 0, 'read_write'),
      bindWhole('bad', 'bad', 1),
      bindWhole('step_loss', 'step_loss', losses),
      bindWhole('report', 'report', reportWords(metrics.norms), 'read_write'),
    ],
    step: true,
    optimizer: kind,
    macs: 0,
  };
}

type Frame = ReturnType<typeof frameOf>;

const only = (bindings: readonly Binding[], names: readonly string[]) => bindings.map((b) => (names.includes(b.name) ? b : null));

/** Two dispatches that find the factor of a clipped norm. */
function clipDispatches(frame: Frame, { metrics }: Sizes): Dispatch[] {
  const { conditions, bindings, optimizer } = frame;
  const clip = { ...frame, shader: 'clip' };
  const sum = conditions.accumulate ? ['state'] : [];
  return [
    {
      ...clip,
      step: conditions.accumulate,
      label: `${optimizer} gradient`,
      entry: 'squares',
      bindings: only(bindings, ['partials', 'tables', 'report', ...sum]),
      grid: grid(metrics.blocks),
    },
    {
      ...clip,
      label: `${optimizer} gradient norm`,
      entry: 'factor',
      constants: { ...clip.constants, SIZE: metrics.serial ? 1 : 64 },
      bindings: only(bindings, ['tables', 'report']),
      grid: [1, 1],
    },
  ];
}

function preparedDispatch(frame: Frame, { uses, own, groups, ...rest }: Prepared): Dispatch {
  const names: string[] = [...uses];
  // gradient() finds its factor there.
  if (uses.includes('partials') && frame.conditions.clip_norm) names.push('report');
  const used = only(frame.bindings, names);
  return {
    ...frame,
    ...rest,
    constants: { ...frame.constants, ...rest.constants },
    conditions: { ...frame.conditions, ...rest.conditions },
    bindings: own ? [...used, own] : used,
    grid: grid(groups),
  };
}

/**
 * One update of all parameters of all lanes of this kind, summed-up slabs of their gradients included. `tables:<kind>` says where those
 * lie, which lanes these are, and where their state begins. Before it: the factor of a clipped norm, and what the optimizer prepares.
 */
function updateDispatches(sizes: Sizes, kind: string, lane: LaneOptimizer, prepared: readonly Prepared[]): Dispatch[] {
  const frame = frameOf(sizes, kind, lane);
  return [
    ...(frame.conditions.clip_norm ? clipDispatches(frame, sizes) : []),
    ...prepared.map((d) => preparedDispatch(frame, d)),
    { ...frame, label: `${kind} update`, shader: kernelOf(lane.type).shader, entry: 'update', grid: grid(sizes.metrics.blocks) },
  ];
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
  const metrics = metricsOf(P, compiled.options.fill);
  const sizes = { P, slabs: planned('partials').laneSize, losses: planned('step_loss').laneSize, metrics };
  const prepared = kinds.map((kind) => {
    const args = lanesOf[kind].map((lane) => ownArgs(lanes[lane].args));
    return kernelOf(first(kind).type).prepare?.({ params: compiled.params, fill: compiled.options.fill, kind }, args) ?? NONE;
  });
  let scratch = words;
  const tables = kinds.map((kind, k): Fill => {
    // The kernels count from the optimizer's own arrays.
    const own = (lane: number): number => states[lane].offset + P * commonStates(commonOf(lanes[lane].args)).length;
    const list = lanesOf[kind].flatMap((lane) => {
      const at = scratch;
      scratch += prepared[k].scratch;
      return [lane, own(lane) / 4, at / 4, metrics.blocks + lanesOf[kind].length];
    });
    const blocks = conditionsOf(first(kind).args).exempt ? withoutDecay(compiled) : compiled.blockTable;
    return { buffer: `tables:${kind}`, offset: 0, data: Uint32Array.from([...blocks, ...list, ...prepared[k].table]) };
  });
  const report = reportWords(metrics.norms);
  const notBad = lanes.map((_, l): Fill => ({ buffer: 'report', offset: l * report + REPORT_BAD, data: Uint32Array.of(NOT_BAD) }));
  return {
    lanes: lanes.length,
    buffers: [
      ...compiled.plans,
      shared('state', scratch),
      // Where the weights wait while their average is evaluated in their place.
      ...(states.some(({ names }) => names.includes('ema')) ? [{ id: 'kept', laneSize: P, layer }] : []),
      shared('ring', RING_SLOTS * RING_WORDS * lanes.length),
      ...tables.map(({ buffer, data }) => shared(buffer, data.length)),
      ...prepared.flatMap((p) => p.buffers),
    ],
    train: [...compiled.train.dispatches, ...kinds.flatMap((kind, k) => updateDispatches(sizes, kind, first(kind), prepared[k].dispatches))],
    closing: [metricsDispatch(metrics)],
    evaluate: compiled.evaluate.dispatches,
    fills: [
      { buffer: 'bad', offset: 0, data: new Uint32Array(lanes.length).fill(NOT_BAD) },
      ...fills,
      ...notBad,
      ...tables,
      ...prepared.flatMap((p) => p.fills),
    ],
    lanesOf,
    states,
  };
}
