/** Conv2d: one dispatch forward (bias and activation while storing), one backward (both gradients). Kernels: shaders/conv2d.wgsl. */
import type { Args } from '../../../model/types.ts';
import { ceilDiv, dims, type Emit, epilogue, type Node, type Operation, type Target } from '../../op.ts';
import { rowsPerTap } from '../../params.ts';
import { fullOf, gradientBeforePool, keptBy, throughPool } from '../fused_pool.ts';
import { conv2dGrouped } from './conv2d_grouped.ts';
import { gcd, nameOf, type Slide, type Span, spanOf, type Tile, tilesOf, tileThreads, weightTileOf } from './tiles.ts';

const ONE: Tile = { rows: 1, cols: 1, tn: 1 };

/** Threads that share the sum of a weight gradient. */
const SLAB_THREADS = 2048;
/** A sum is cut into at most so many ranges: many only for small matrices, since each range writes a whole one. */
const mostSlabs = (words: number): number => Math.max(64, Math.min(256, Math.floor(2 ** 18 / words)));

/** How a sum over `length` terms, for a matrix of `words` by `threads`, is cut so that the device is kept busy. */
export function slabs(length: number, threads: number, words: number): { count: number; size: number } {
  const size = ceilDiv(length, Math.max(1, Math.min(mostSlabs(words), length, ceilDiv(SLAB_THREADS, threads))));
  return { count: ceilDiv(length, size), size };
}

function geometry(node: Node): Record<string, number> {
  const args: Args = node.layer.args;
  const [KH, KW] = args.kernel_size as number[];
  const [SH, SW] = args.stride as number[];
  const [PH, PW] = args.padding as number[];
  const [DH, DW] = args.dilation as number[];
  const x = node.inputs[0];
  return {
    N: node.N,
    ...dims('X', x),
    ...dims('Y', fullOf(node)),
    CI: rowsPerTap(x.C, 1),
    KH,
    KW,
    SH,
    SW,
    PH,
    PW,
    DH,
    DW,
    HAS_BIAS: args.bias ? 1 : 0,
  };
}

const across = (g: Record<string, number>): Slide => ({ kernel: g.KW, stride: g.SW, dilation: g.DW });

/** Constants of a span under a prefix: GI_SPAN and so on. */
const spanned = (prefix: string, { SPAN, GRAIN, STEP, TAP }: Span): Record<string, number> => ({
  [`${prefix}SPAN`]: SPAN,
  [`${prefix}GRAIN`]: GRAIN,
  [`${prefix}STEP`]: STEP,
  [`${prefix}TAP`]: TAP,
});

const conditionsOf = (g: Record<string, number>) => ({ narrow: g.CI < 4, strided: g.SW > 1 });

/** Vec4s of weights that a workgroup may share. */
const MOST_STAGED = 512;

/** The same tiles with weights in workgroup memory: for the tuner to try, where they fit. The plainest stays last. */
function withStaged(tiles: readonly Tile[], { CI, KW, YC4 }: Record<string, number>): { tile: Tile; staged: boolean }[] {
  const direct = tiles.map((tile) => ({ tile, staged: false }));
  if (CI < 4 || KW * 4 * YC4 > MOST_STAGED) return direct;
  return [...direct.slice(0, -1), ...tiles.slice(0, 2).map((tile) => ({ tile, staged: true })), ...direct.slice(-1)];
}

function forward(node: Node, emit: Emit): void {
  const x = node.inputs[0];
  const { pool } = node;
  const y = node.output;
  const window = [pool?.KH ?? 1, pool?.KW ?? 1] as const;
  // Rows and columns that no window covers need not be computed.
  const g: Record<string, number> = { ...geometry(node), YH: y.H * window[0], YW: y.W * window[1] };
  const shape = { rows: node.N * g.YH, width: g.YW, c4: y.Cs / 4, slide: across(g), depth: Math.min(g.CI, 4), window };
  emit.run({
    label: `${node.layer.id} forward`,
    shader: 'conv2d',
    entry: 'forward',
    conditions: {
      ...conditionsOf(g),
      forward: true,
      grad_input: false,
      pooled: pool?.kind === 'max',
      averaged: pool?.kind === 'avg',
      train: emit.train,
    },
    constants: {
      ...g,
      FOURS: Math.floor((g.KW * g.CI) / 4),
      REST: (g.KW * g.CI) % 4,
      ACT: node.activation.kind,
      SLOPE: node.activation.slope,
      POOL_H: window[0],
      POOL_W: window[1],
    },
    variants: withStaged(tilesOf(shape, emit.fill), g).map(({ tile: t, staged }) => ({
      name: staged ? `staged ${nameOf(t)}` : nameOf(t),
      conditions: { staged },
      constants: {
        ...spanned('', spanOf(t.cols, across(g))),
        ROWS: t.rows,
        COLS: t.cols,
        TN: t.tn,
        POOLS_H: t.rows / window[0],
        POOLS_W: t.cols / window[1],
      },
      threads: tileThreads(shape, t),
    })),
    bindings: [emit.read('x', x), emit.param('w', node.layer), emit.write('y', y), keptBy(node, emit)],
    macs: node.N * node.layer.macs,
  });
}

/** Constants of a tile of grad_input. Of the taps of a strided gradient one in every GI_EVERY hits an input, and each reads its own columns. */
function inputTile(g: Record<string, number>, threads: number, t: Tile, slide: Slide): Record<string, number> {
  const every = { GI_EVERY_H: g.SH / gcd(g.SH, g.DH), GI_EVERY_W: g.SW / gcd(g.SW, g.DW) };
  const tile = { GI_ROWS: t.rows, GI_COLS: t.cols, GI_TN: t.tn, ...spanned('GI_', spanOf(t.cols, slide)) };
  return { GI_GROUPS: ceilDiv(threads, 64), GI_THREADS: threads, ...tile, ...every };
}

/** The ways to do the grad_input half; without it there is one, which does nothing. */
function gradInput(node: Node, g: Record<string, number>, target: Target | null, fill: number) {
  const slide = { kernel: g.SW > 1 ? 1 : g.KW, stride: 1, dilation: g.DW };
  if (!target) return [{ name: 'none', threads: 0, constants: inputTile(g, 0, ONE, slide) }];
  const x = node.inputs[0];
  const shape = { rows: node.N * ceilDiv(x.H, g.SH), width: ceilDiv(x.W, g.SW), c4: x.Cs / 4, slide, depth: 4, phases: g.SH * g.SW };
  return tilesOf(shape, fill).map((t) => {
    const threads = tileThreads(shape, t);
    return { name: nameOf(t), threads, constants: inputTile(g, threads, t, slide) };
  });
}

/** Constants, threads and slabs of the grad_weight half. */
function gradWeight(node: Node, g: Record<string, number>): { threads: number; count: number; constants: Record<string, number> } {
  const c4 = node.output.Cs / 4;
  const { th, tn } = weightTileOf(c4, across(g), g.KH, g.CI);
  const each = ceilDiv(g.KH, th) * Math.max(1, g.CI / 4) * (c4 / tn);
  const { count, size } = slabs(node.N * g.YH, each, (g.KH * g.KW * g.CI + g.HAS_BIAS) * 4 * c4);
  const weights = each * count;
  const threads = weights + g.HAS_BIAS * c4 * count;
  const tile = { GW_TH: th, GW_TN: tn, ...spanned('GW_', spanOf(4, across(g))) };
  return { threads, count, constants: { ...tile, GW_THREADS: threads, GW_WEIGHTS: weights, SLABS: count, SLAB_ROWS: size } };
}

function backward(node: Node, emit: Emit): void {
  const [x] = node.inputs;
  const g = geometry(node);
  const target = emit.target(node, 0, true);
  // grad_weight reads every gradient but a few times, grad_input very often.
  const pooled = throughPool({ ...node, pool: target ? null : node.pool }, emit);
  const gradient = target ? gradientBeforePool(node, emit) : emit.gradient(node.output);
  const gi = gradInput(node, g, target, emit.fill);
  const gw = gradWeight(node, g);
  const again = emit.again(x);
  emit.run({
    label: `${node.layer.id} backward`,
    shader: 'conv2d',
    entry: 'backward',
    conditions: {
      ...conditionsOf(g),
      forward: false,
      grad_input: target !== null,
      again: again !== null,
      plus: target?.plus !== undefined,
      ...pooled.conditions,
    },
    constants: { ...g, ...gw.constants, ...epilogue(target), ...again?.constants, ...pooled.constants },
    bindings: [
      emit.read('x', again?.x ?? x),
      target ? emit.param('w', node.layer) : null,
      emit.read('gy', gradient),
      target ? emit.write('gx', target.gradient) : null,
      emit.partials('partials', node.layer, gw.count),
      again?.saved ?? null,
      again?.norm ?? null,
      target?.plus ? emit.read('plus', target.plus) : pooled.kept,
    ],
    variants: gi.map(({ name, threads, constants }) => ({ name, constants, groups: ceilDiv(threads, 64) + ceilDiv(gw.threads, 64) })),
    macs: (target ? 2 : 1) * node.N * node.layer.macs,
  });
}

const grouped = (node: Node): boolean => (node.layer.args.groups as number) > 1;

export const conv2d: Operation = {
  name: 'conv2d',
  fusesActivation: true,
  // The derivative before a mean needs every value, those outside the windows too.
  fusesPool: (node, { kind, full: { H, W }, KH, KW }) => !grouped(node) && KH * KW <= 16 && (kind === 'max' || (H % KH === 0 && W % KW === 0)),
  takesAgain: (node) => !grouped(node) && rowsPerTap(node.inputs[0].C, 1) >= 4,
  forward: (node, emit) => (grouped(node) ? conv2dGrouped : { forward }).forward(node, emit),
  backward: (node, emit) => (grouped(node) ? conv2dGrouped : { backward }).backward(node, emit),
};
