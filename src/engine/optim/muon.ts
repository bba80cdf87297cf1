/**
 * Muon: which matrices are orthogonalised, where they stand, and the dispatches of Newton–Schulz: three an iteration, whatever the number
 * of matrices and lanes. shaders/lib/muon.wgsl has the twin of the table.
 */
import { flag, num } from '../../model/fields.ts';
import type { Args, ParamSpec } from '../../model/types.ts';
import type { OptimizerKernel, Preparation, Prepared, Preparing } from '../optimizer.ts';
import { BLOCK, type ParamBlock, type ParamLayout } from '../params.ts';
import { type BufferPlan, type Fill, metricsOf } from '../plan.ts';
import { bits } from '../shader.ts';

/** One layer's weights: `rows` × 4 · `cols4` floats from `start` (vec4s) of a lane's parameters. */
interface Matrix {
  start: number;
  cols4: number;
  rows: number;
  /** The first or the last one of the network. */
  edge: boolean;
  /** Fewer rows than columns: Newton–Schulz works on the transpose. */
  wide: boolean;
  /** Newton–Schulz' matrix: `long` rows of `short4` vec4s. */
  long: number;
  short4: number;
  /** √max(1, C_out / fan-in) and 0.2 · √max(C_out, fan-in): factors of lr. */
  ratios: readonly [number, number];
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const isMatrix = ({ shape }: ParamSpec): boolean => shape.length >= 2;

/** The first tensor of a block that has one of two dimensions or more; vectors behind it (the bias) are a row each. */
function matrixOf(block: ParamBlock, edge: boolean): Matrix {
  const { shape } = block.entries[0].spec;
  const [out, fan] = [shape[0], product(shape.slice(1))];
  const rows = block.rows - (block.entries.length - 1);
  const cols4 = block.cols / 4;
  const wide = rows < block.cols;
  return {
    ...{ start: block.offset / 4, cols4, rows, edge, wide },
    long: wide ? block.cols : rows,
    short4: wide ? Math.ceil(rows / 4) : cols4,
    ratios: [Math.sqrt(Math.max(1, out / fan)), 0.2 * Math.sqrt(Math.max(out, fan))],
  };
}

/** Layers with a matrix, in the order of the network; without the first and the last unless a lane wants them. */
function matricesOf(params: ParamLayout, lanes: readonly Args[]): Matrix[] {
  const blocks = [...params.blocks.values()].filter(({ entries }) => isMatrix(entries[0].spec));
  const all = blocks.map((block, i) => matrixOf(block, i === 0 || i === blocks.length - 1));
  return lanes.every((args) => flag(args, 'hidden_only')) ? all.filter((m) => !m.edge) : all;
}

/** Vec4s of one matrix' scratch: X before and after an iteration, A and bA + cA², the scale of the first X. */
const scratchOf = ({ long, short4 }: Matrix): number => 2 * long * short4 + 8 * short4 ** 2 + 1;

/** Workgroups of `size` threads, each on one matrix: which, and its first thread there. */
function groupsOf(matrices: readonly Matrix[], threads: (m: Matrix) => number, size: number): number[][] {
  return matrices.flatMap((m, index) => Array.from({ length: Math.ceil(threads(m) / size) }, (_, g) => [index, g * size, 0, 0]));
}

/** Edge of a tile in vec4s, and threads of a workgroup. No result depends on them: a software adapter likes few threads with much to do. */
function tiling({ params, fill }: Preparing, matrices: readonly Matrix[]): { tile: number; size: number } {
  const { serial } = metricsOf(params.size, fill);
  const largest = Math.max(0, ...matrices.map((m) => m.short4));
  return { tile: largest >= (serial ? 2 : 32) ? 2 : 1, size: serial ? 16 : 64 };
}

/** [blocks] index of the block's matrix + 1; three entries a matrix; then who does what in each phase. */
function tableOf(blocks: number, matrices: readonly Matrix[], phases: readonly (readonly number[][])[]): Uint32Array<ArrayBuffer> {
  let scratch = 0;
  const owners = new Array<number>(blocks).fill(0);
  const entries = matrices.flatMap((m, index) => {
    const first = Math.floor((4 * m.start) / BLOCK);
    owners.fill(index + 1, first, first + Math.ceil((4 * m.rows * m.cols4) / BLOCK));
    const at = scratch;
    scratch += scratchOf(m);
    return [...[m.start, m.cols4, m.rows, (m.wide ? 1 : 0) + (m.edge ? 2 : 0)], ...[at, m.short4, m.long, 0], ...[...m.ratios.map(bits), 0, 0]];
  });
  return Uint32Array.from([...owners.flatMap((owner) => [owner, 0, 0, 0]), ...entries, ...phases.flat(2)]);
}

/** One 256-byte row an iteration: its number. A binding says which, so that all iterations share their pipelines. */
const rowsOf = (kind: string): string => `iterations:${kind}`;
const ROW = 64;

function iterationRows(kind: string, steps: number): { buffers: BufferPlan[]; fills: Fill[] } {
  const data = new Uint32Array(ROW * steps);
  for (let k = 0; k < steps; k++) data[ROW * k] = k;
  return { buffers: [{ id: rowsOf(kind), laneSize: data.length, shared: true }], fills: [{ buffer: rowsOf(kind), offset: 0, data }] };
}

const total = (matrices: readonly Matrix[], of: (m: Matrix) => number): number => matrices.reduce((sum, m) => sum + of(m), 0);

/** A = XᵀX, B = bA + cA², X ← aX + XB. */
function iteration(k: number, matrices: readonly Matrix[], sizes: { gram: number; grow: number }, kind: string): Omit<Prepared, 'constants'>[] {
  const own = { name: 'iteration', buffer: rowsOf(kind), offset: ROW * k, size: ROW, lane: 0, access: 'read' } as const;
  const shared = { shader: 'optim/newton_schulz', uses: ['tables', 'state', 'bad'], own } as const;
  const gram = { ...shared, entry: 'gram', groups: sizes.gram };
  // Words of X and of A; multiply-accumulates with X, and of A².
  const x = total(matrices, (m) => 4 * m.long * m.short4);
  const a = total(matrices, (m) => 16 * m.short4 ** 2);
  const thin = total(matrices, (m) => 16 * m.short4 ** 2 * m.long);
  const square = total(matrices, (m) => 64 * m.short4 ** 3);
  return [
    { ...gram, label: `Muon A ${k + 1}`, conditions: { square: false }, macs: thin, stateWords: x + a },
    { ...gram, label: `Muon B ${k + 1}`, conditions: { square: true }, macs: square, stateWords: 2 * a },
    { ...shared, label: `Muon X ${k + 1}`, entry: 'grow', conditions: {}, groups: sizes.grow, macs: thin, stateWords: 2 * x + a },
  ];
}

function prepare(of: Preparing, lanes: readonly Args[]): Preparation {
  const { params, kind } = of;
  const blocks = params.size / BLOCK;
  const matrices = matricesOf(params, lanes);
  if (matrices.length === 0) return { dispatches: [], scratch: 0, table: tableOf(blocks, [], []), buffers: [], fills: [] };
  const { tile, size } = tiling(of, matrices);
  const across = (m: Matrix): number => Math.ceil(m.short4 / tile);
  const mix = groupsOf(matrices, (m) => Math.ceil(m.rows / 4) * m.cols4, size);
  const gram = groupsOf(matrices, (m) => across(m) ** 2, size);
  const grow = groupsOf(matrices, (m) => Math.ceil(m.long / (4 * tile)) * across(m), size);
  const at = blocks + 3 * matrices.length;
  const groups = { MIX_AT: at, MIX_GROUPS: mix.length, GRAM_AT: at + mix.length, GRAM_GROUPS: gram.length };
  const constants = {
    ...groups,
    GROW_AT: at + mix.length + gram.length,
    GROW_GROUPS: grow.length,
    MATRICES: matrices.length,
    SIZE: size,
    TILE: tile,
  };
  const steps = Math.max(...lanes.map((args) => num(args, 'ns_steps')));
  const first = { shader: 'optim/muon_mix', macs: 0, conditions: {} };
  // Momentum is read, X written, and a square for every four weights.
  const words = total(matrices, (m) => 4 * m.rows * m.cols4);
  const sizes = { gram: gram.length, grow: grow.length };
  const dispatches: Omit<Prepared, 'constants'>[] = [
    { ...first, label: 'Muon mix', entry: 'mix', uses: ['partials', 'tables', 'state', 'bad'], groups: mix.length, stateWords: 2.25 * words },
    { ...first, label: 'Muon norm', entry: 'norm', uses: ['tables', 'state', 'bad'], groups: matrices.length, stateWords: words / 4 },
    ...Array.from({ length: steps }, (_, k) => iteration(k, matrices, sizes, kind)).flat(),
  ];
  return {
    dispatches: dispatches.map((d) => ({ ...d, constants })),
    scratch: 4 * total(matrices, scratchOf),
    table: tableOf(blocks, matrices, [mix, gram, grow]),
    ...iterationRows(kind, steps),
  };
}

/** Bits 0 to 2 and the rest of one scalar. */
const flagsOf = (args: Args): number =>
  (flag(args, 'nesterov') ? 1 : 0) +
  (args.adjust_lr_fn === 'match_rms_adamw' ? 2 : 0) +
  (flag(args, 'hidden_only') ? 4 : 0) +
  8 * num(args, 'ns_steps');

export const muon: OptimizerKernel = {
  type: 'Muon',
  shader: 'optim/muon',
  states: () => ['momentum_buffer', 'exp_avg_sq'],
  scalars: (args, lr, t) => {
    const [beta1, beta2] = args.adamw_betas as [number, number];
    const rate = num(args, 'lr') === 0 ? 0 : num(args, 'adamw_lr') * (lr / num(args, 'lr'));
    // AdamW's √v / √(1 − β₂ᵗ) + eps, times √(1 − β₂ᵗ).
    const root = Math.sqrt(1 - beta2 ** t);
    const momentum = num(args, 'momentum');
    const decay = num(args, 'weight_decay');
    return [
      ...[lr, (rate * root) / (1 - beta1 ** t), beta1, 1 - beta1, beta2, 1 - beta2, num(args, 'adamw_eps') * root, rate * decay],
      ...[lr * decay, momentum, 1 - momentum, flagsOf(args), ...(args.ns_coefficients as number[]), num(args, 'eps')],
    ];
  },
  prepare,
  planned: (args) => `${num(args, 'ns_steps')} ${flag(args, 'hidden_only')}`,
};
