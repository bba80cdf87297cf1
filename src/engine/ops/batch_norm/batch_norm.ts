/** BatchNorm2d and BatchNorm1d: two dispatches each way, one in evaluation. Kernels and the reasons for them: shaders/batch_norm.wgsl. */
import { num } from '../../../model/fields.ts';
import { type Again, type Bound, ceilDiv, dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import { bits } from '../../shader.ts';
import type { Tensor } from '../../tensors.ts';
import { keptBy, throughPool } from '../fused_pool.ts';

const WORKGROUP = 64;
/** What every workgroup adds up again. */
const MAX_SLABS = 64;
/** A strand that reads fewer rows costs more to merge than it saves. */
const ROWS_A_STRAND = 32;
/** Rows that a workgroup writes for every slab it adds up, at least. */
const ROWS_A_SLAB = 4;

interface Shape {
  /** vec4s of channels. */
  C4: number;
  /** Values of a channel. */
  ROWS: number;
  /** Columns and strands of a workgroup. */
  TC: number;
  TR: number;
  SLABS: number;
  SLAB_ROWS: number;
  /** Rows that `normalize` writes: fewer than it reads where a pooling follows. */
  OUT_ROWS: number;
  [name: string]: number;
}

/** A flat tensor's every word is a channel of its own. */
function shapeOf({ inputs: [x], output, N }: Node): Shape {
  const C4 = (x.flat ? x.H * x.W * x.Cs : x.Cs) / 4;
  const ROWS = x.size / (4 * C4);
  if (x.flat && ROWS !== N) throw new Error(`batch norm: ${x.id} has ${ROWS} rows, not ${N}`);
  // Columns are spread evenly over as few workgroups as hold them.
  const columns = ceilDiv(C4, WORKGROUP);
  const TC = ceilDiv(C4, columns);
  const TR = Math.floor(WORKGROUP / TC);
  const SLAB_ROWS = ceilDiv(ROWS, Math.min(MAX_SLABS, ceilDiv(ROWS, TR * ROWS_A_STRAND)));
  const SLABS = ceilDiv(ROWS, SLAB_ROWS);
  return { C4, ROWS, TC, TR, SLABS, SLAB_ROWS, OUT_ROWS: output.size / (4 * C4) };
}

/** How many of `rows` a workgroup writes, with `fill` threads to keep the device busy. No result depends on it. */
function chunksOf({ C4, TC, TR, SLABS }: Shape, rows: number, fill: number): { CHUNK: number; CHUNKS: number } {
  const busy = ceilDiv(rows, Math.max(1, Math.floor((4 * fill) / (WORKGROUP * ceilDiv(C4, TC)))));
  const CHUNK = Math.min(rows, Math.max(ROWS_A_SLAB * SLABS, TR * 4, busy));
  return { CHUNK, CHUNKS: ceilDiv(rows, CHUNK) };
}

function constantsOf({ layer, inputs: [x], activation }: Node, shape: Shape): Record<string, number> {
  const M = shape.ROWS;
  return {
    ...dims('X', x),
    ...shape,
    INVERSE_ROWS: bits(1 / M),
    // A single value has no variance; PyTorch refuses it, and so does the check of the model.
    UNBIASED: bits(M > 1 ? M / (M - 1) : 1),
    MOMENTUM: bits(num(layer.args, 'momentum')),
    EPS: bits(num(layer.args, 'eps')),
    ACT: activation.kind,
    SLOPE: activation.slope,
  };
}

const momentsOf = (node: Node, emit: Emit, s: Shape): Tensor => emit.scratch(`${node.layer.id}.moments`, 8 * s.C4 * (s.SLABS + 1));
const columnGroups = (s: Shape): number => ceilDiv(s.C4, s.TC);

/** One binding over the same kind of block of several layers, and where each begins in it, in vec4s. */
function spanning(bounds: readonly Bound[]): { bound: Bound; at: number[] } {
  const offset = Math.min(...bounds.map((b) => b.offset));
  const end = Math.max(...bounds.map((b) => b.offset + b.size));
  return { bound: { ...bounds[0], offset, size: end - offset }, at: bounds.map((b) => (b.offset - offset) / 4) };
}

function forward(node: Node, emit: Emit): void {
  const { layer, inputs, output, residual, partner } = node;
  const { train } = emit;
  const s = shapeOf(node);
  const chunks = chunksOf(s, s.OUT_ROWS, emit.fill);
  const pooled = throughPool(node, emit);
  const both = partner ? [layer, partner.layer] : [layer];
  const param = spanning(both.map((l) => emit.param('param', l)));
  const running = spanning(both.map((l) => emit.buffer(train ? 'running' : 'saved', l, train ? 'read_write' : 'read')));
  const constants = {
    ...constantsOf(node, s),
    ...chunks,
    ...pooled.constants,
    PARAM_AT: param.at[0],
    RUNNING_AT: running.at[0],
    OTHER_PARAM_AT: param.at[1] ?? 0,
    OTHER_RUNNING_AT: running.at[1] ?? 0,
    OTHER_MOMENTUM: bits(num((partner ?? node).layer.args, 'momentum')),
    OTHER_EPS: bits(num((partner ?? node).layer.args, 'eps')),
  };
  const x = emit.read('x', inputs[0]);
  const part = (entry: string) => ({
    label: `${layer.id} ${entry}`,
    shader: 'batch_norm',
    entry,
    constants,
    conditions: { [entry]: true, train, backward: false, residual: residual !== null, paired: partner !== null, ...pooled.conditions },
  });
  const moments = momentsOf(node, emit, s);
  if (train) emit.run({ ...part('stats'), bindings: [x, emit.write('moments', moments)], groups: s.SLABS * columnGroups(s) });
  if (node.deferred) return;
  const second = partner ? emit.read('residual', partner.inputs[0]) : residual && emit.read('residual', residual);
  emit.run({
    ...part('normalize'),
    bindings: [
      x,
      train ? emit.write('moments', moments) : running.bound,
      param.bound,
      emit.write('y', output),
      train ? running.bound : null,
      train ? emit.frozen('bad') : null,
      second ?? keptBy(node, emit),
      partner && train ? emit.write('other_moments', momentsOf(partner, emit, s)) : null,
    ],
    groups: chunks.CHUNKS * columnGroups(s),
  });
}

function backward(node: Node, emit: Emit): void {
  const { layer, inputs, output, residual } = node;
  const s = shapeOf(node);
  const chunks = chunksOf(s, s.ROWS, emit.fill);
  const pooled = throughPool(node, emit);
  if (residual) emit.passOn(node, residual);
  const target = emit.target(node, 0);
  const constants = { ...constantsOf(node, s), ...chunks, ...epilogue(target), ...pooled.constants };
  const part = (entry: string) => ({
    label: `${layer.id} ${entry}`,
    shader: 'batch_norm',
    entry,
    constants,
    conditions: { [entry]: true, backward: true, ...pooled.conditions },
  });
  const x = emit.read('x', inputs[0]);
  const gy = emit.read('gy', emit.gradient(output));
  const saved = emit.read('saved', momentsOf(node, emit, s));
  const partials = emit.partials('partials', layer, s.SLABS);
  emit.run({ ...part('grad_stats'), bindings: [x, saved, null, gy, partials, null, null, pooled.kept], groups: s.SLABS * columnGroups(s) });
  if (!target) return;
  emit.run({
    ...part('grad_input'),
    bindings: [
      x,
      saved,
      emit.param('param', layer),
      gy,
      { ...partials, name: 'sums', access: 'read' },
      emit.write('gx', target.gradient),
      null,
      pooled.kept,
    ],
    groups: chunks.CHUNKS * columnGroups(s),
  });
}

function again(node: Node, emit: Emit): Again {
  const { inputs, activation } = node;
  const s = shapeOf(node);
  return {
    x: inputs[0],
    saved: emit.read('saved', momentsOf(node, emit, s)),
    norm: emit.param('norm', node.layer),
    constants: { SAVED_AT: s.SLABS * 2 * s.C4, X_ACT: activation.kind, X_SLOPE: activation.slope },
  };
}

export const batchNorm: Operation = {
  name: 'batch_norm',
  fusesActivation: true,
  fusesResidual: true,
  // The gradient of a sum must stand in memory for the other summand.
  fusesPool: ({ residual, inputs: [x] }, { kind, KH, KW }) => kind === 'max' && KH * KW <= 16 && !residual && !x.flat,
  // One lies in memory like the other, since they are added; a pool or a sum before its end would have to be stored.
  takesPartner: (_, { activation, residual, pool, deferred }) => activation.kind === 0 && !residual && !pool && !deferred,
  elementwise: true,
  again,
  forward,
  backward,
};
