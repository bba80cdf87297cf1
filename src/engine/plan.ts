/**
 * What the compile step produces: plain data that says which buffers exist and which dispatches make a step. No GPUDevice here;
 * `gpu/program.ts` turns it into buffers, pipelines and bind groups once, and replays it.
 */

/** Floats of one vec4; every tensor is stored in whole vec4s. */
export const VEC = 4;

export type BufferId = string;

/** A GPU buffer. Per-lane buffers are [lanes][laneSize]; the leading dimension is what lets all runs share each dispatch. */
export interface BufferPlan {
  id: BufferId;
  /** 4-byte words of one lane. */
  laneSize: number;
  /** Shared by all lanes: a leading dimension of 1. */
  shared?: boolean;
  /** Layer that makes it as large as it is, for error messages. */
  layer?: string;
}

export interface Binding {
  /** Name of the WGSL variable; a test compares it by reflection. */
  name: string;
  buffer: BufferId;
  /** In words, within a lane. A multiple of 64 (256 bytes). */
  offset: number;
  /** In words, within a lane: the binding ends `size` words after the offset in the last lane. 0 binds the whole buffer. */
  size: number;
  /** Words between lanes; 0 when all lanes share. */
  lane: number;
  access: 'read' | 'read_write';
  /** Stored as halves, two to a word. */
  half?: boolean;
}

/** A buffer from its beginning. `lane`: words between lanes, all of them bound; 0 binds the whole buffer, which has no lane dimension. */
export const bindWhole = (name: string, buffer: BufferId, lane: number, access: Binding['access'] = 'read'): Binding => ({
  name,
  buffer,
  offset: 0,
  size: lane,
  lane,
  access,
});

/** Other ways to do the same dispatch, with equal results (engine/op.ts `Variant`). */
export interface Tuning {
  /** Kernel and shape: equal for dispatches that can share a choice. */
  key: string;
  /** "conv2d forward". */
  kernel: string;
  chosen: string;
  variants: readonly (Pick<Dispatch, 'constants' | 'conditions' | 'grid'> & { name: string })[];
}

export interface Dispatch {
  /** For error messages and the printed plan: "conv1 forward". */
  label: string;
  /** File in shaders/ without extension: "conv2d", "optim/adam". */
  shader: string;
  entry: string;
  /** Integers only (floats travel as their bits), so that no text of a visitor ever reaches a shader. */
  constants: Readonly<Record<string, number>>;
  conditions: Readonly<Record<string, boolean>>;
  /** Position = @binding number in @group(0); null = not bound in this variant. */
  bindings: readonly (Binding | null)[];
  /** Reads its row of the step table: @group(1) @binding(0), dynamic offset. */
  step: boolean;
  /** Workgroups; z is the lane unless `lanes` says otherwise. */
  grid: readonly [number, number];
  tuning?: Tuning;
  /** Optimizer dispatches run over the list of lanes of one kind (engine/race.ts) instead of all. */
  optimizer?: string;
  /** Words of `state` that it reads and writes in a lane, where that is not the whole state. */
  stateWords?: number;
  /** Multiply-accumulates a lane, for the cost model (bounds a submit before it is sent). */
  macs: number;
}

/** Words of one lane's row in the step table: 16 integers, then 16 floats. shaders/lib/step.wgsl has its twin. */
export const STEP_WORDS = 32;
/** Positions of the integers. */
export const STEP = { seed: 0, epoch: 1, position: 2, first: 3, count: 4, flags: 5, dropout: 6, slot: 7, noise: 15 } as const;
/** Positions of what all optimizers share; floats but for `adding`. */
export const SHARED = { clip_norm: 8, clip_value: 9, decay: 10, share: 11, adding: 12, ema_keep: 13 } as const;
export const STEP_FLOATS = 16;
/** Bits of `flags`. */
export const FLAG = { shuffle: 1, masked: 2 } as const;

/** Words of one (slot, lane) entry of the metrics ring: loss, correct, Σg², ΣΔ², Σw², bad (bits), 0, 0. */
export const RING_WORDS = 8;
/** Words of a lane in `report`: what its update leaves for the metrics of the step (shaders/lib/metrics.wgsl), with the place of `bad`. */
export const reportWords = (norms: number): number => 4 + 3 * norms;
export const REPORT_BAD = 2;
/** Place of what a clipped norm multiplies the gradient by (shaders/clip.wgsl). */
export const REPORT_CLIP = 3;

/** How an update reports and the metrics are added. */
export interface Metrics {
  /** Blocks of parameters of a lane. */
  blocks: number;
  /** Squares of each kind that a lane reports: one a block or, `serial`, one a thread. */
  norms: number;
  /** For devices on which a barrier costs more than additions (shaders/lib/update.wgsl). The same bits. */
  serial: boolean;
}

/** Devices that no more threads keep busy are software: a barrier runs as coroutines, and a load costs as much as many additions. */
export const SERIAL_FILL = 512;

/** Vec4s that a thread of an update takes where that is `serial`. */
const PER = 8;

/** `P`: words of a lane's parameters; `fill`: Emit.fill. */
export const metricsOf = (P: number, fill = Number.POSITIVE_INFINITY): Metrics => {
  const serial = fill <= SERIAL_FILL;
  return { blocks: P / 256, norms: serial ? P / (PER * VEC) : P / 256, serial };
};

/** Of the update and the metrics. SIZE: threads of a workgroup; PER: vec4s of one of them. */
export const metricsConstants = ({ blocks, norms, serial }: Metrics) => {
  const per = serial ? PER : 1;
  return { BLOCKS: blocks, NORMS: norms, REPORT_WORDS: reportWords(norms), PER: per, SIZE: 64 / per };
};

/** No non-finite value met. */
export const NOT_BAD = 0xffffffff;

/** Slots of the metrics ring, and the most steps a submit may hold. */
export const RING_SLOTS = 256;

/** Words written into a buffer before the first step. */
export interface Fill {
  buffer: BufferId;
  /** In words. */
  offset: number;
  data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/** A compiled model with the optimizers of its lanes: all that `gpu/program.ts` needs. */
export interface RacePlan {
  lanes: number;
  buffers: readonly BufferPlan[];
  /** One training step. Its metrics are written by the first dispatch of the next one… */
  train: readonly Dispatch[];
  /** …or, once a submit, by these, which read the row of the last step. */
  closing: readonly Dispatch[];
  /** One batch of a forward pass in evaluation mode. */
  evaluate: readonly Dispatch[];
  fills: readonly Fill[];
  /** Lanes of each kind of optimizer: the z of its dispatches. */
  lanesOf: Readonly<Record<string, readonly number[]>>;
  /** Per lane: where its optimizer state begins (words) and the names of its arrays: what all optimizers share, then PyTorch's. */
  states: readonly { offset: number; names: readonly string[] }[];
}
