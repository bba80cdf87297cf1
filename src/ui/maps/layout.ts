/** How many channels stand side by side, how large, and whether runs stand in two columns. */

export const LABEL_WIDTH = 104;
const GAP = 4;
const COLUMN_GAP = 16;
const MOST_CHANNELS = 16;
const LEAST_CHANNELS = 5;
const SMALLEST = 28;
const LARGEST = 96;

export interface Grid {
  /** Runs side by side. */
  columns: number;
  channels: number;
  /** Pixels of a tile's side. */
  tile: number;
  /** The name of a run above its tiles, and those in as many lines as they need. */
  stacked: boolean;
}

/** Of a phone: names beside the tiles would take a third. */
const NARROW = 480;
/** Tiles in a line there. */
const A_LINE = 8;

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
export function layout(space: Space): Grid {
  if (space.width < NARROW) return stack(space);
  const one = arrange(space, 1);
  const two = arrange(space, 2);
  return space.rows > 1 && shown(two, space) > shown(one, space) ? two : one;
}

function stack({ width, total, flat }: Space): Grid {
  const channels = Math.max(1, Math.min(total || 1, flat ? 2 * MOST_CHANNELS : MOST_CHANNELS));
  const tile = Math.floor((width + GAP) / Math.min(channels, A_LINE)) - GAP;
  return { columns: 1, channels, tile: Math.max(8, Math.min(flat ? SMALLEST : LARGEST, tile)), stacked: true };
}

function arrange({ width, height, rows, total, flat }: Space, columns: number): Grid {
  const room = Math.max(0, (width - (columns - 1) * COLUMN_GAP) / columns - LABEL_WIDTH);
  const most = Math.max(1, Math.min(total || 1, flat ? 2 * MOST_CHANNELS : MOST_CHANNELS));
  const tall = Math.floor(height / Math.max(1, Math.ceil(rows / columns))) - GAP;
  // Where width is scarcer than height.
  const narrow = Math.floor((room + GAP) / Math.min(most, LEAST_CHANNELS)) - GAP;
  const wanted = Math.max(SMALLEST, Math.min(flat ? SMALLEST : LARGEST, tall, narrow));
  const channels = Math.min(most, Math.max(1, Math.floor((room + GAP) / (wanted + GAP))));
  const tile = Math.min(wanted, Math.floor((room + GAP) / channels) - GAP);
  return { columns, channels, tile: Math.max(8, tile), stacked: false };
}

/** Area of picture that is in sight without scrolling. */
function shown({ columns, channels, tile }: Grid, { height, rows }: Space): number {
  const fit = Math.max(1, Math.floor((height + GAP) / (tile + GAP)));
  return Math.min(rows, fit * columns) * channels * tile * tile;
}
