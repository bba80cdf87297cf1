/** Feature maps of a chosen layer and sample for every run: a forward pass of one sample, coloured on the GPU, read back as small tiles. */

import { captureBuffers, captureDispatches, MAX_TILES } from '../engine/capture.ts';
import { type CompiledPass, compileInspect } from '../engine/compile.ts';
import type { Dispatch } from '../engine/plan.ts';
import type { Tensor } from '../engine/tensors.ts';
import { isSoftware } from '../gpu/device.ts';
import type { Command, Program } from '../gpu/program.ts';
import { viridis } from '../model/viridis.ts';
import type { LaneGroup } from './group.ts';
import { PaintPace } from './pace.ts';
import { walkRows } from './rows.ts';
import type { Trainer } from './trainer.ts';

export interface Watched {
  layer: string;
  sample: number;
  channels: number;
}

export interface Maps {
  run: string;
  channels: number;
  total: number;
  width: number;
  height: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
  min: number;
  max: number;
}

interface Inspection {
  pass: CompiledPass;
  /** Words of a lane of `tiles`. */
  tileWords: number;
  /** By layer and number of channels. */
  commands: Map<string, Command[]>;
}

/** A flat activation is shown as one pixel a feature; after Flatten the features of one channel are still its map. */
const tilesOf = (t: Tensor, channels: number): number => Math.min(t.C, channels, MAX_TILES);

const largest = (pass: CompiledPass): number => Math.max(...[...pass.graph.outputs.values()].map((t) => tilesOf(t, MAX_TILES) * t.H * t.W));

export class MapPainter {
  private inspections = new WeakMap<Program, Inspection>();
  private readonly pace = new PaintPace();

  /** Whether training may wait for a painting. */
  get due(): boolean {
    return this.pace.due();
  }

  /** After a device was lost: nothing made on it can be used. */
  forget(): void {
    this.inspections = new WeakMap();
  }

  private inspection(group: LaneGroup): Inspection {
    let found = this.inspections.get(group.program);
    if (!found) {
      const { plans, ...pass } = compileInspect(group.compiled);
      const buffers = captureBuffers(largest(pass));
      group.program.add([...plans, ...buffers]);
      group.program.write('colours', 0, viridis);
      found = { pass, tileWords: buffers[2].laneSize, commands: new Map() };
      this.inspections.set(group.program, found);
    }
    return found;
  }

  /** Forward kernels up to the layer, then the painters. */
  private async commandsFor(group: LaneGroup, inspection: Inspection, t: Tensor, channels: number): Promise<Command[]> {
    const key = `${t.id} ${channels}`;
    let commands = inspection.commands.get(key);
    if (!commands) {
      const buffer = inspection.pass.placed.get(t.id) as string;
      const writes = (d: Dispatch): boolean => d.bindings.some((b) => b?.buffer === buffer && b.access === 'read_write');
      const all = inspection.pass.dispatches;
      const last = all.reduce((at, d, i) => (writes(d) ? i : at), 0);
      commands = await group.program.commands([...all.slice(0, last + 1), ...captureDispatches(t, buffer, channels, inspection.tileWords)]);
      inspection.commands.set(key, commands);
    }
    return commands;
  }

  /** One entry a run that has this layer. `sample` counts in the validation set, or in the training set when there is none. */
  async paint(trainer: Trainer, { layer, sample, channels }: Watched): Promise<Maps[]> {
    const began = performance.now();
    const { train } = trainer.data;
    const validation = trainer.dataset.count - train;
    const index = validation > 0 ? train + (sample % validation) : sample % train;
    const all: Maps[] = [];
    for (const group of trainer.allGroups) {
      const inspection = this.inspection(group);
      const t = inspection.pass.graph.outputs.get(layer);
      if (t) all.push(...(await this.paintGroup(group, inspection, t, index, tilesOf(t, channels))));
    }
    this.pace.painted(began, isSoftware(trainer.gpu.info));
    const order = trainer.lanes.map((lane) => lane.id);
    return all.sort((a, b) => order.indexOf(a.run) - order.indexOf(b.run));
  }

  private async paintGroup(group: LaneGroup, inspection: Inspection, t: Tensor, index: number, channels: number): Promise<Maps[]> {
    const { program, lanes } = group;
    const commands = await this.commandsFor(group, inspection, t, channels);
    // The ranges come with the submit; the tiles are read in a second copy right behind it.
    const painted = program.submit(commands, walkRows(lanes.length, index, 1, 1), program.buffer('range'), 16 * lanes.length);
    const [ranges, tiles] = await Promise.all([painted, program.read('tiles', 0, inspection.tileWords * lanes.length)]);
    const values = new Float32Array(ranges.buffer);
    const words = channels * t.H * t.W;
    return lanes.map((lane, l) => ({
      run: lane.id,
      channels,
      total: t.C,
      width: t.W,
      height: t.H,
      rgba: new Uint8ClampedArray(tiles.buffer.slice(4 * l * inspection.tileWords, 4 * (l * inspection.tileWords + words))),
      min: values[4 * l],
      max: values[4 * l + 1],
    }));
  }
}
