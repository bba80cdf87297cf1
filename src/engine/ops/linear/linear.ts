/** Linear: one dispatch forward (bias and activation while storing), one backward (both gradients). Kernels: shaders/linear.wgsl. */
import { ceilDiv, divisor, type Emit, epilogue, type Node, type Operation } from '../../op.ts';
import { slabs } from '../conv2d/conv2d.ts';

/** A batch has few rows: no more threads than this are asked for. */
const MOST_THREADS = 512;

interface Tile {
  /** Samples, and vec4s of columns. */
  tm: number;
  tn: number;
}

/** The default for this many threads, others that may be faster, last the plainest. */
function tiles(rows: number, columns: number, fill: number): Tile[] {
  const tn = divisor(columns, [4, 3, 2, 1]);
  const tm = [8, 4, 2].find((t) => ceilDiv(rows, t) * (columns / tn) >= Math.min(fill, MOST_THREADS)) ?? 1;
  const others = [8, 4, 2, 1].flatMap((m) => [4, 2, 1].filter((n) => columns % n === 0).map((n): Tile => ({ tm: m, tn: n })));
  const different = others.filter((t) => t.tm <= rows && !(t.tm === tm && t.tn === tn) && !(t.tm === 1 && t.tn === 1));
  const plain = tm === 1 && tn === 1 ? [] : [{ tm: 1, tn: 1 }];
  return [{ tm, tn }, ...different.slice(0, 6), ...plain];
}

const nameOf = ({ tm, tn }: Tile): string => `${tm}×${4 * tn}`;

function sizes(node: Node): Record<string, number> {
  const x = node.inputs[0];
  return { N: node.N, K4: (x.H * x.W * x.Cs) / 4, O: node.output.C, O4: node.output.Cs / 4, HAS_BIAS: node.layer.args.bias ? 1 : 0 };
}

function forward(node: Node, emit: Emit): void {
  const s = sizes(node);
  emit.run({
    label: `${node.layer.id} forward`,
    shader: 'linear',
    entry: 'forward',
    conditions: { forward: true, grad_input: false, averaged: false },
    constants: { ...s, ACT: node.activation.kind, SLOPE: node.activation.slope },
    bindings: [emit.read('x', node.inputs[0]), emit.param('w', node.layer), emit.write('y', node.output)],
    variants: tiles(node.N, s.O4, emit.fill).map((t) => ({
      name: nameOf(t),
      constants: { TM: t.tm, TN: t.tn },
      threads: ceilDiv(node.N, t.tm) * (s.O4 / t.tn),
    })),
    macs: node.N * node.layer.macs,
  });
}

function backward(node: Node, emit: Emit): void {
  const s = sizes(node);
  const target = emit.target(node, 0);
  const ways = target ? tiles(node.N, s.K4, emit.fill) : [{ tm: 1, tn: 1 }];
  const average = emit.average(node.inputs[0]);
  const { KH = 1, KW = 1, full = node.inputs[0] } = average ?? {};
  const units = s.K4 + s.HAS_BIAS;
  const tu = Math.min(units, 2);
  const tn = divisor(s.O4, [2, 3, 1]);
  const each = ceilDiv(units, tu) * (s.O4 / tn);
  const { count, size } = slabs(node.N, each, 4 * units * 4 * s.O4);
  emit.run({
    label: `${node.layer.id} backward`,
    shader: 'linear',
    entry: 'backward',
    conditions: { forward: false, grad_input: target !== null, averaged: average !== null },
    constants: {
      ...s,
      ...epilogue(target),
      GW_TU: tu,
      GW_TN: tn,
      GW_THREADS: each * count,
      SLAB: size,
      ...(average && { POOL_H: KH, POOL_W: KW, FULL_W: full.W, POOL_C4: full.Cs / 4 }),
    },
    bindings: [
      emit.read('x', full),
      target ? emit.param('w', node.layer) : null,
      emit.read('gy', emit.gradient(node.output)),
      target ? emit.write('gx', target.gradient) : null,
      emit.partials('partials', node.layer, count),
    ],
    variants: ways.map((t) => {
      const threads = target ? ceilDiv(node.N, t.tm) * (s.K4 / t.tn) : 0;
      const groups = ceilDiv(threads, 64);
      return {
        name: nameOf(t),
        constants: { GI_GROUPS: groups, GI_TM: t.tm, GI_TN: t.tn, GI_THREADS: threads },
        groups: groups + ceilDiv(each * count, 64),
      };
    }),
    macs: (target ? 2 : 1) * node.N * node.layer.macs,
  });
}

export const linear: Operation = { name: 'linear', fusesActivation: true, takesAverage: true, forward, backward };
