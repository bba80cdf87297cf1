/**
 * A surface compiled like a network: parameters in one block, one dispatch that leaves gradient and loss where the layers of a network
 * would, and a trail. What `planRace` adds to it is what it adds to a network. Kernel: shaders/surface.wgsl.
 */
import type { Surface } from '../model/surfaces/definition.ts';
import { metricsBindings } from './ops/gather.ts';
import { BLOCK, type ParamBlock } from './params.ts';
import { type Binding, type Dispatch, metricsConstants, metricsOf, RING_SLOTS, reportWords } from './plan.ts';
import type { Trainable } from './race.ts';

/** Words of one (slot, lane) entry of the trail: x, y, loss, norm of the gradient. */
export const TRAIL_WORDS = 4;

/** Words of a lane's gradient: a binding's alignment. */
const PARTIALS = 64;
const LOSSES = 4;

function block(shape: readonly number[]): ParamBlock {
  const length = shape.reduce((a, b) => a * b, 1);
  const [rows, cols] = shape.length === 2 ? shape : [1, 4 * Math.ceil(length / 4)];
  const spec = { name: 'weight', shape, kind: 'parameter', init: 'zeros', fan_in: 0, fan_out: 0 } as const;
  return { layer: 'surface', offset: 0, rows, cols, entries: [{ name: 'surface.weight', spec, index: (i) => i, length }] };
}

export function compileSurface(surface: Surface, lanes: number, fill?: number): Trainable {
  const only = block(surface.shape);
  const metrics = metricsOf(BLOCK, fill);
  const bind = (name: string, size: number, access: Binding['access']): Binding => ({ name, buffer: name, offset: 0, size, lane: size, access });
  const evaluate: Dispatch = {
    label: surface.id,
    shader: 'surface',
    entry: 'evaluate',
    constants: { P4: BLOCK / 4, KIND: surface.kind, PARTIALS_LANE: PARTIALS / 4, ...metricsConstants(metrics) },
    conditions: { serial: metrics.serial },
    bindings: [
      ...metricsBindings(metrics),
      bind('params', BLOCK, 'read'),
      bind('partials', PARTIALS, 'read_write'),
      bind('step_loss', LOSSES, 'read_write'),
      bind('trail', 0, 'read_write'),
    ],
    step: true,
    grid: [1, 1],
    macs: 0,
  };
  return {
    params: { blocks: new Map([[only.layer, only]]), entries: new Map([['surface.weight', { block: only, entry: only.entries[0] }]]), size: BLOCK },
    options: { fill },
    plans: [
      { id: 'params', laneSize: BLOCK },
      { id: 'partials', laneSize: PARTIALS },
      { id: 'report', laneSize: reportWords(metrics.norms) },
      { id: 'step_loss', laneSize: LOSSES },
      { id: 'bad', laneSize: 1 },
      { id: 'trail', laneSize: RING_SLOTS * TRAIL_WORDS * lanes, shared: true },
    ],
    // One slab, of the vec4s that hold parameters.
    blockTable: Uint32Array.of(0, PARTIALS / 4, 1, (only.rows * only.cols) / 4),
    train: { dispatches: [evaluate] },
    evaluate: { dispatches: [] },
  };
}
