/** BatchNorm2d and BatchNorm1d: three dispatches each way, one in evaluation. Kernels and the reasons for them: shaders/batch_norm.wgsl. */
import { num } from '../../../model/fields.ts';
import { ceilDiv, dims, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import { bits } from '../../shader.ts';
import type { Tensor } from '../../tensors.ts';

const WORKGROUP = 64;
/** One thread of the merging workgroup a slab. */
const MAX_SLABS = 64;
/** A strand that reads fewer rows costs more to merge than it saves. */
const ROWS_A_STRAND = 32;
/** Rows a thread normalises (written out in the shader). */
const ROWS_EACH = 4;

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
  [name: string]: number;
}

/** A flat tensor's every word is a channel of its own. */
function shapeOf(x: Tensor, N: number): Shape {
  const C4 = (x.flat ? x.H * x.W * x.Cs : x.Cs) / 4;
  const ROWS = x.size / (4 * C4);
  if (x.flat && ROWS !== N) throw new Error(`batch norm: ${x.id} has ${ROWS} rows, not ${N}`);
  // Columns are spread evenly over as few workgroups as hold them.
  const TC = ceilDiv(C4, ceilDiv(C4, WORKGROUP));
  const TR = Math.floor(WORKGROUP / TC);
  const SLAB_ROWS = ceilDiv(ROWS, Math.min(MAX_SLABS, ceilDiv(ROWS, TR * ROWS_A_STRAND)));
  return { C4, ROWS, TC, TR, SLABS: ceilDiv(ROWS, SLAB_ROWS), SLAB_ROWS };
}

function constantsOf({ layer, inputs: [x], N, activation }: Node, shape: Shape): Record<string, number> {
  const M = shape.ROWS;
  return {
    ...dims('X', x),
    ...shape,
    N,
    INVERSE_ROWS: bits(1 / M),
    // A single value has no variance; PyTorch refuses it, and so does the check of the model.
    UNBIASED: bits(M > 1 ? M / (M - 1) : 1),
    MOMENTUM: bits(num(layer.args, 'momentum')),
    EPS: bits(num(layer.args, 'eps')),
    ACT: activation.kind,
    SLOPE: activation.slope,
  };
}

const GAP = null;
const words = (rows: number, { C4 }: Shape) => rows * 4 * C4;
const saved = (node: Node, emit: Emit, s: Shape) => emit.scratch(`${node.layer.id}.saved`, words(2, s));
const perThread = (s: Shape) => s.C4 * ceilDiv(s.ROWS, ROWS_EACH);

function forward(node: Node, emit: Emit): void {
  const { layer, inputs, output, N } = node;
  const s = shapeOf(inputs[0], N);
  const constants = constantsOf(node, s);
  const x = emit.read('x', inputs[0]);
  const part = (entry: string) => ({
    label: `${layer.id} ${entry}`,
    shader: 'batch_norm',
    entry,
    constants,
    conditions: { [entry]: true, train: emit.train },
  });
  if (emit.train) {
    const slabs = emit.scratch(`${layer.id}.slabs`, words(2 * s.SLABS, s));
    emit.run({ ...part('stats'), bindings: [x, emit.write('slab_sums', slabs)], groups: s.SLABS * ceilDiv(s.C4, s.TC) });
    const running = emit.buffer('running', layer, 'read_write');
    emit.run({
      ...part('finalize'),
      bindings: [GAP, GAP, emit.read('slab_stats', slabs), emit.write('saved', saved(node, emit, s)), running],
      groups: s.C4,
    });
  }
  const moments = emit.train ? emit.read('moments', saved(node, emit, s)) : emit.buffer('moments', layer, 'read');
  const bindings = [x, GAP, GAP, GAP, GAP, moments, emit.param('param', layer), emit.write('y', output)];
  emit.run({ ...part('normalize'), bindings, threads: perThread(s) });
}

function backward(node: Node, emit: Emit): void {
  const { layer, inputs, output, N } = node;
  const s = shapeOf(inputs[0], N);
  const target = emit.target(node, 0);
  const constants = { ...constantsOf(node, s), ...epilogue(target) };
  const part = (entry: string) => ({ label: `${layer.id} ${entry}`, shader: 'batch_norm', entry, constants, conditions: { [entry]: true } });
  const slabs = emit.scratch(`${layer.id}.grad_slabs`, words(2 * s.SLABS, s));
  const totals = emit.scratch(`${layer.id}.totals`, words(2, s));
  const x = emit.read('x', inputs[0]);
  const gy = emit.read('gy', emit.gradient(output));
  const moments = emit.read('moments', saved(node, emit, s));
  emit.run({
    ...part('grad_stats'),
    bindings: [x, emit.write('slab_sums', slabs), GAP, GAP, GAP, moments, GAP, GAP, gy],
    groups: s.SLABS * ceilDiv(s.C4, s.TC),
  });
  const partials = emit.partials('partials', layer, 1);
  emit.run({
    ...part('grad_finalize'),
    bindings: [GAP, GAP, emit.read('slab_stats', slabs), GAP, GAP, GAP, GAP, GAP, GAP, emit.write('totals', totals), partials],
    groups: s.C4,
  });
  if (!target) return;
  const param = emit.param('param', layer);
  const gx = emit.write('gx', target.gradient);
  emit.run({
    ...part('grad_input'),
    bindings: [x, GAP, GAP, GAP, GAP, moments, param, GAP, gy, GAP, GAP, emit.read('means', totals), gx],
    threads: perThread(s),
  });
}

export const batchNorm: Operation = { name: 'batch_norm', fusesActivation: true, elementwise: true, forward, backward };
