/** Which lanes train in the same program, and what it is compiled from: lanes of one architecture at one step, as many as the device's buffers hold. */
import { type Compiled, compile } from '../engine/compile.ts';
import { type DatasetSource, kindOf } from '../gpu/dataset.ts';
import { type Gpu, isSoftware } from '../gpu/device.ts';
import { programsOf, turnsOf } from '../model/turns.ts';
import type { LossSpec } from '../model/types.ts';
import type { FitSummary } from '../worker/protocol.ts';
import { fitOf, kindsOf } from './fit.ts';
import type { Lane } from './lane.ts';

/** What a program is compiled for, beside its network. */
export interface CompileOptions {
  batch_size: number;
  loss: LossSpec;
  /** Activations in 16 bits. */
  halves?: boolean;
  /** Tiles to take (train/tiles.ts). */
  choices?: ReadonlyMap<string, string>;
  /** Tests: the kernel whose default tile is made wrong. */
  wrongTile?: string;
}

/** A few cores want large tiles; thousands of GPU threads want many. */
const SOFTWARE_FILL = 256;

/** Lanes of equal architecture at equal step. */
function sharersOf(lanes: readonly Lane[], stepOf: (lane: Lane) => number): Lane[][] {
  const members = new Map<string, Lane[]>();
  for (const lane of lanes) {
    const key = `${lane.architecture}@${stepOf(lane)}`;
    members.set(key, [...(members.get(key) ?? []), lane]);
  }
  return [...members.values()];
}

export class Division {
  private readonly compiled = new Map<string, Compiled>();
  private readonly fits = new Map<string, FitSummary>();

  constructor(
    private readonly gpu: Gpu,
    private readonly images: DatasetSource['images'],
    private readonly options: CompileOptions,
  ) {}

  /** Once for each architecture. */
  compile({ architecture, info }: Lane): Compiled {
    let compiled = this.compiled.get(architecture);
    if (!compiled) {
      const { batch_size, loss, halves, choices, wrongTile } = this.options;
      const software = isSoftware(this.gpu.info);
      const fill = software ? SOFTWARE_FILL : undefined;
      compiled = compile(info, { batch_size, loss, data: kindOf(this.images), fill, keep: software, halves, choices, wrongTile });
      this.compiled.set(architecture, compiled);
    }
    return compiled;
  }

  /** What is compiled from now on has these tiles. */
  retile(choices: ReadonlyMap<string, string>): void {
    this.options.choices = choices;
    this.compiled.clear();
  }

  /** How many lanes like these one program can hold; all of one architecture. */
  fit(lanes: readonly Lane[]): FitSummary {
    const optimizers = lanes.map(({ optimizer }) => optimizer);
    const key = [lanes[0].architecture, ...kindsOf(optimizers).keys()].join();
    const fit = this.fits.get(key) ?? fitOf(this.compile(lanes[0]), optimizers, this.gpu.device.limits);
    this.fits.set(key, fit);
    return fit;
  }

  /** The lanes of each program; those of one group that the device's buffers do not hold together are several, of about equal size. */
  divide(lanes: readonly Lane[], stepOf: (lane: Lane) => number): Lane[][] {
    return sharersOf(lanes, stepOf).flatMap((members) => this.split(members));
  }

  private split(members: Lane[]): Lane[][] {
    // What cannot be split stays whole, to be refused with the figures.
    const { turns, each } = programsOf(members.length, this.fit(members)) ?? turnsOf(members.length, members.length);
    return Array.from({ length: turns }, (_, i) => members.slice(i * each, (i + 1) * each)).filter((part) => part.length > 0);
  }
}
