/**
 * Which tile of a convolution a thread owns (shaders/conv2d.wgsl). All tiles of forward and grad_input give the same bits: only the time
 * differs. The cost is counted in vec4 multiply-adds and vec4 reads of one turn of the inner loop, weighted as measured on a software
 * adapter, where a read costs most.
 */
import { ceilDiv } from '../../op.ts';

/** A read in multiply-adds, per vec4. */
const READ = 4;
/** More sums than this spill on a GPU (vec4s); more multiply-adds in the unrolled loop take a second to compile. */
const MOST_SUMS = 32;
const MOST_CODE = 640;

/** One dimension of a sliding window. */
export interface Slide {
  kernel: number;
  stride: number;
  dilation: number;
}

/** Columns under `cols` neighbouring outputs: SPAN of them, GRAIN apart; output s and tap k meet at s·STEP + k·TAP. */
export interface Span {
  SPAN: number;
  GRAIN: number;
  STEP: number;
  TAP: number;
}

export const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

export function spanOf(cols: number, { kernel, stride, dilation }: Slide): Span {
  const GRAIN = gcd(cols > 1 ? stride : 0, kernel > 1 ? dilation : 0) || 1;
  const STEP = cols > 1 ? stride / GRAIN : 0;
  const TAP = kernel > 1 ? dilation / GRAIN : 0;
  return { SPAN: (cols - 1) * STEP + (kernel - 1) * TAP + 1, GRAIN, STEP, TAP };
}

export interface Tile {
  rows: number;
  cols: number;
  /** vec4s of channels. */
  tn: number;
}

interface Shape {
  /** Rows over the whole batch, and their length. */
  rows: number;
  width: number;
  /** vec4s of channels of what is written. */
  c4: number;
  slide: Slide;
  /** Channels read at a time: 4, or fewer of a narrow input. */
  depth: number;
  /** Phases of a strided gradient. */
  phases?: number;
  /** A tile is whole windows of the pool behind: rows and columns are multiples of these. */
  window?: readonly [number, number];
}

export const tileThreads = ({ rows, width, c4, phases = 1 }: Shape, t: Tile): number =>
  phases * ceilDiv(rows, t.rows) * ceilDiv(width, t.cols) * (c4 / t.tn);

/** Multiply-adds of the unrolled loop for each of `depth` channels. */
const work = (t: Tile, kernel: number): number => kernel * t.rows * t.cols * t.tn;

function cost(shape: Shape, t: Tile, fill: number): number {
  const { slide, depth } = shape;
  const reads = (t.rows * spanOf(t.cols, slide).SPAN * depth) / 4 + slide.kernel * t.tn * depth;
  const each = (depth * work(t, slide.kernel) + READ * 4 * reads) / (t.rows * t.cols * t.tn);
  const idle = (ceilDiv(shape.rows, t.rows) * t.rows * ceilDiv(shape.width, t.cols) * t.cols) / (shape.rows * shape.width);
  return each * idle * Math.max(1, fill / tileThreads(shape, t));
}

const MOST_COLS = 16;
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/** How many tiles are worth trying, beside the plainest. */
const CANDIDATES = 6;

/**
 * Tiles by estimated cost, smaller ones where fewer than `fill` threads would be left: the first is the default, the next differ from it
 * and from each other in channels or rows, or by half the columns; last comes the plainest of all.
 */
export function tilesOf(shape: Shape, fill: number): Tile[] {
  const { rows, width, c4, slide, depth, window: [KH, KW] = [1, 1] } = shape;
  const plain: Tile = { rows: KH, cols: KW, tn: 1 };
  const all: { tile: Tile; cost: number }[] = [{ tile: plain, cost: cost(shape, plain, fill) }];
  for (const tn of [1, 2, 3, 4].filter((n) => c4 % n === 0)) {
    for (const r of new Set([1, 2, 4, KH].filter((n) => n <= rows && n % KH === 0))) {
      for (const cols of upTo(Math.min(width, MOST_COLS)).filter((n) => n % KW === 0)) {
        const tile = { rows: r, cols, tn };
        if (r * cols * tn > MOST_SUMS || depth * work(tile, slide.kernel) > MOST_CODE) continue;
        all.push({ tile, cost: cost(shape, tile, fill) });
      }
    }
  }
  all.sort((a, b) => a.cost - b.cost);
  const tiles: Tile[] = [];
  const alike = (a: Tile, b: Tile): boolean => a.rows === b.rows && a.tn === b.tn && a.cols > b.cols / 2 && a.cols < 2 * b.cols;
  for (const { tile } of all) if (tiles.length < CANDIDATES && !tiles.some((t) => alike(t, tile))) tiles.push(tile);
  const others = tiles.filter((t) => nameOf(t) !== nameOf(plain));
  return [...others, plain];
}

/** "4×7×8": rows, columns, channels. */
export const nameOf = ({ rows, cols, tn }: Tile): string => `${rows}×${cols}×${4 * tn}`;

/** Weights that a thread of grad_weight owns: kernel rows and vec4s of output channels. Never by the device: it decides how sums are cut. */
export function weightTileOf(c4: number, slide: Slide, kernelRows: number, channels: number): { th: number; tn: number } {
  const narrow = channels < 4;
  const span = spanOf(4, slide).SPAN;
  const each = slide.kernel * (narrow ? channels : 4);
  let best = { th: 1, tn: 1 };
  let least = Number.POSITIVE_INFINITY;
  for (const tn of [1, 2, 3, 4].filter((n) => c4 % n === 0)) {
    for (const th of narrow ? upTo(kernelRows) : [1]) {
      const sums = th * each * tn;
      if (sums > WEIGHT_SUMS && sums > each) continue;
      const reads = (th * span * (narrow ? channels : 4)) / 4 + 4 * tn;
      const c = ((4 * sums + READ * 4 * reads) / sums) * ((ceilDiv(kernelRows, th) * th) / kernelRows);
      if (c < least) [best, least] = [{ th, tn }, c];
    }
  }
  return best;
}

const WEIGHT_SUMS = 50;
