/**
 * PyTorch's values (tests/fixtures/golden/make.py writes them, `import … from 'golden/layers.json'` reads them) in the shape of our own
 * cases. Imports nothing of an environment: GPU tests in a browser and reference tests in Node share it.
 */
import { inferCase } from '../../src/engine/ops/cases.ts';
import type { Case, Tensor } from '../../src/engine/reference.ts';
import type { Args, Value } from '../../src/model/types.ts';

/** In PyTorch's files, not in the product. */
export const NOT_YET = {
  layers: [
    ...['ConvTranspose2d', 'LayerNorm', 'InstanceNorm2d', 'GroupNorm', 'LocalResponseNorm'],
    ...['ReLU6', 'ELU', 'SELU', 'Hardswish', 'Hardsigmoid', 'Mish', 'Softplus', 'Softmax', 'PReLU'],
  ],
  optimizers: [],
  losses: ['MSELoss', 'SmoothL1Loss', 'BCEWithLogitsLoss', 'MultiMarginLoss', 'FocalLoss', 'CrossEntropyLoss with weight'],
} as const;

interface GoldenTensor {
  shape: number[];
  data: number[];
}

type GoldenTensors = Record<string, GoldenTensor>;

/** As make.py writes them. `x`, `y`, `dy`, `dx` hold one tensor for each pass through the same layer. */
interface GoldenLayer {
  layer: string;
  hyper: Record<string, Value>;
  train: boolean;
  params: GoldenTensors;
  buffers: GoldenTensors;
  x: GoldenTensor[];
  y: GoldenTensor[];
  dy: GoldenTensor[];
  dx: GoldenTensor[];
  dparams: GoldenTensors;
  buffers_after: GoldenTensors;
}

export interface LayerPass {
  input: Tensor;
  output: Tensor;
  grad_output: Tensor;
  grad_input: Tensor;
}

export interface LayerGolden {
  name: string;
  type: string;
  hyper: Args;
  train: boolean;
  /** Parameters and, before the first pass, running statistics. */
  params: Record<string, Tensor>;
  passes: LayerPass[];
  /** Of the last pass. */
  grad_params: Record<string, Tensor>;
  /** After the last pass. */
  buffers_after: Record<string, Tensor>;
}

const read = ({ shape, data }: GoldenTensor): Tensor => ({ shape, data: Float64Array.from(data) });
const readAll = (tensors: GoldenTensors): Record<string, Tensor> => Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, read(t)]));

/** Every layer of layers.json, in the product or not. */
export function readLayers(json: unknown): LayerGolden[] {
  const { cases } = json as { cases: GoldenLayer[] };
  return cases.map((c) => ({
    name: `${c.layer} ${JSON.stringify(c.hyper)}${c.train ? '' : ' eval'}`,
    type: c.layer,
    hyper: c.hyper,
    train: c.train,
    params: { ...readAll(c.params), ...readAll(c.buffers) },
    passes: c.x.map((x, k) => ({ input: read(x), output: read(c.y[k]), grad_output: read(c.dy[k]), grad_input: read(c.dx[k]) })),
    grad_params: readAll(c.dparams),
    buffers_after: readAll(c.buffers_after),
  }));
}

/** A golden layer as one of our cases, and its complete arguments. */
export function caseOf({ type, hyper, train, passes }: LayerGolden): { item: Case; args: Args } {
  const item: Case = { type, args: hyper, inputs: [passes[0].input.shape], train };
  return { item, args: inferCase(item).args };
}

export interface LossGolden {
  name: string;
  /** Class name; 'CrossEntropyLoss with weight' counts as a loss of its own. */
  type: string;
  hyper: Readonly<Record<string, Value>>;
  input: Tensor;
  target: Tensor;
  value: number;
  grad_input: Tensor;
}

export function readLosses(json: unknown): LossGolden[] {
  const { cases } = json as {
    cases: { loss: string; hyper: Record<string, Value>; input: GoldenTensor; target: GoldenTensor; value: number; dinput: GoldenTensor }[];
  };
  return cases.map(({ loss, hyper, input, target, value, dinput }) => ({
    name: `${loss} ${JSON.stringify(hyper)}`,
    type: 'weight' in hyper ? `${loss} with weight` : loss,
    hyper,
    input: read(input),
    target: read(target),
    value,
    grad_input: read(dinput),
  }));
}

export interface OptimizerGolden {
  name: string;
  type: string;
  /** With lr. */
  hyper: { lr: number } & Record<string, Value>;
  /** Parameter after the step, by step (from 1). */
  after: Map<number, Float64Array>;
  /** Holds the mistake of nadam_before_2.ts. */
  before2: boolean;
}

/** One parameter, a fixed sequence of gradients, and where each optimizer takes it. */
export function readOptimizers(json: unknown): { p0: Float64Array; grads: Float64Array[]; cases: OptimizerGolden[] } {
  const golden = json as {
    /** "PyTorch 2.1.0, float64". */
    source: string;
    p0: number[];
    grads: number[][];
    cases: { optimizer: string; hyper: OptimizerGolden['hyper']; after: Record<string, number[]> }[];
  };
  const version = Number(/PyTorch (\d+)/.exec(golden.source)?.[1]);
  if (!(version > 0)) throw new Error(`of which PyTorch are these? ${golden.source}`);
  return {
    p0: Float64Array.from(golden.p0),
    grads: golden.grads.map((g) => Float64Array.from(g)),
    cases: golden.cases.map(({ optimizer, hyper, after }) => ({
      name: `${optimizer} ${JSON.stringify(hyper)}`,
      type: optimizer,
      hyper,
      after: new Map(Object.entries(after).map(([step, data]) => [Number(step), Float64Array.from(data)])),
      before2: optimizer === 'NAdam' && version < 2,
    })),
  };
}

/** The golden cases that the product has, by type. @throws when a type is neither in the product nor in `notYet`, or in both. */
export function supported<G extends { type: string }>(cases: readonly G[], product: readonly string[], notYet: readonly string[]): G[] {
  for (const { type } of cases) {
    if (product.includes(type) === notYet.includes(type)) {
      throw new Error(`${type} is ${product.includes(type) ? 'in the product and' : 'neither in the product nor'} listed as not yet`);
    }
  }
  return cases.filter(({ type }) => product.includes(type));
}
