/** From a compiled model and the optimizers of the runs to the plan of a race: closing kernels, state, who is updated by what. */
import type { Args } from '../model/types.ts';
import type { Compiled } from './compile.ts';
import { optimizers } from './optim/index.ts';
import type { OptimizerKernel } from './optimizer.ts';
import { BLOCK } from './params.ts';
import { type Binding, type BufferPlan, type Dispatch, type Fill, NOT_BAD, type RacePlan, RING_SLOTS, RING_WORDS } from './plan.ts';

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

/** One fused update of all parameters of all lanes that use this optimizer; `lanes:<type>` lists them with where their state begins. */
function updateDispatch(P: number, type: string): Dispatch {
  const blocks = P / BLOCK;
  return {
    label: `${type} update`,
    shader: kernelOf(type).shader,
    entry: 'update',
    constants: { P4: P / 4, BLOCKS: blocks },
    conditions: {},
    bindings: [
      bind('params', 'params', P, 'read_write'),
      bind('grads', 'grads', P),
      bind('state', 'state', 0, 'read_write'),
      bind('lanes', `lanes:${type}`, 0),
      bind('bad', 'bad', 1),
      bind('norms', 'norms', 3 * blocks, 'read_write'),
    ],
    step: true,
    grid: grid(blocks),
    optimizer: type,
    macs: 0,
  };
}

function metricsDispatch(P: number): Dispatch {
  const blocks = P / BLOCK;
  return {
    label: 'metrics',
    shader: 'metrics',
    entry: 'metrics',
    constants: { BLOCKS: blocks },
    conditions: {},
    bindings: [bind('norms', 'norms', 3 * blocks), bind('step_loss', 'step_loss', 4), bind('bad', 'bad', 1), bind('ring', 'ring', 0, 'read_write')],
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

export function planRace(compiled: Compiled, lanes: readonly LaneOptimizer[]): RacePlan {
  const P = compiled.params.size;
  const types = [...new Set(lanes.map((l) => l.type))];
  const lanesOf = Object.fromEntries(types.map((type) => [type, lanes.flatMap((l, i) => (l.type === type ? [i] : []))]));
  const { states, words, fills } = layoutStates(P, lanes);
  const { layer } = compiled.plans.find((p) => p.id === 'params') ?? {};
  const shared = (id: string, laneSize: number): BufferPlan => ({ id, laneSize: Math.max(4, laneSize), shared: true, layer });
  const lists = types.map((type): Fill => {
    const list = lanesOf[type].flatMap((lane) => [lane, states[lane].offset / 4]);
    return { buffer: `lanes:${type}`, offset: 0, data: Uint32Array.from(list) };
  });
  return {
    lanes: lanes.length,
    buffers: [
      ...compiled.plans,
      shared('state', words),
      shared('ring', RING_SLOTS * RING_WORDS * lanes.length),
      ...types.map((type) => shared(`lanes:${type}`, 2 * lanesOf[type].length)),
    ],
    train: [...compiled.train.dispatches, ...types.map((type) => updateDispatch(P, type)), metricsDispatch(P)],
    evaluate: compiled.evaluate.dispatches,
    fills: [
      { buffer: 'blocks', offset: 0, data: compiled.blockTable },
      { buffer: 'bad', offset: 0, data: new Uint32Array(lanes.length).fill(NOT_BAD) },
      ...fills,
      ...lists,
    ],
    lanesOf,
    states,
  };
}
