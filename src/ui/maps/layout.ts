/** How many channels stand side by side, and how large. */

export const LABEL_WIDTH = 104;
const GAP = 4;
const MOST_CHANNELS = 16;
const LEAST_CHANNELS = 5;
const SMALLEST = 28;
const LARGEST = 72;

export interface Grid {
  channels: number;
  /** Pixels of a tile's side. */
  tile: number;
}

interface Space {
  width: number;
  height: number;
  rows: number;
  /** Channels of the layer. */
  total: number;
  /** One number a channel (after Flatten): small tiles will do. */
  flat: boolean;
}

/** As large as the panel allows, as many as the layer has; both within what one can look at. */
export function layout({ width, height, rows, total, flat }: Space): Grid {
  const room = Math.max(0, width - LABEL_WIDTH);
  const most = Math.max(1, Math.min(total || 1, flat ? 2 * MOST_CHANNELS : MOST_CHANNELS));
  const tall = Math.floor(height / Math.max(1, rows)) - GAP;
  // On a phone, width is scarcer than height.
  const narrow = Math.floor((room + GAP) / Math.min(most, LEAST_CHANNELS)) - GAP;
  const wanted = Math.max(SMALLEST, Math.min(flat ? SMALLEST : LARGEST, tall, narrow));
  const fits = Math.max(1, Math.floor((room + GAP) / (wanted + GAP)));
  const channels = Math.min(most, fits);
  const tile = Math.min(wanted, Math.floor((room + GAP) / channels) - GAP);
  return { channels, tile: Math.max(8, tile) };
}
