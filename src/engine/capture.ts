/** The kernels that turn one layer's activation of one sample into RGBA tiles. Kernels: shaders/feature_map.wgsl. */
import { type BufferPlan, bindWhole, type Dispatch } from './plan.ts';
import type { Tensor } from './tensors.ts';

/** Most tiles of one layer. */
export const MAX_TILES = 64;

/** Buffers that painting needs beside the activation, for maps of at most `pixels` pixels a layer. */
export function captureBuffers(pixels: number): BufferPlan[] {
  return [
    { id: 'range', laneSize: 4 },
    { id: 'colours', laneSize: 256, shared: true },
    { id: 'tiles', laneSize: 4 * Math.ceil(pixels / 4) },
  ];
}

/** `buffer`: where the tensor stands; `tileWords`: words of a lane of `tiles`. Paints the first `channels` channels. */
export function captureDispatches(t: Tensor, buffer: string, channels: number, tileWords: number): Dispatch[] {
  const HW = t.H * t.W;
  const constants = { HW, C: t.C, C4: t.Cs / 4, CHANNELS: channels, X_LANE: t.size / 4, TILES_LANE: tileWords / 4 };
  const base = { shader: 'feature_map', step: false, macs: 0 };
  const x = bindWhole('x', buffer, t.size);
  const threads = channels * HW;
  return [
    {
      ...base,
      label: 'range of the maps',
      entry: 'minmax',
      conditions: { minmax: true },
      constants: { ...constants, THREADS: 64 },
      bindings: [x, bindWhole('range', 'range', 4, 'read_write')],
      grid: [1, 1],
    },
    {
      ...base,
      label: 'paint maps',
      entry: 'paint',
      conditions: { minmax: false },
      constants: { ...constants, THREADS: threads },
      bindings: [x, bindWhole('range', 'range', 4), bindWhole('colours', 'colours', 0), bindWhole('tiles', 'tiles', tileWords, 'read_write')],
      grid: [Math.min(65535, Math.ceil(threads / 64)), Math.ceil(threads / 64 / 65535)],
    },
  ];
}
