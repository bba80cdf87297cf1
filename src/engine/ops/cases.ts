// biome-ignore-all lint/style/noRestrictedImports: this is the table of references and cases, and like them for tests, the self-test and the benchmark.
/**
 * Every operation's specification and cases in one table, for the generic tests and the self-test page, and how a case becomes numbers.
 * cross_entropy stands apart: it has labels and no output tensor (cross_entropy/).
 */
import { inferModel } from '../../model/infer.ts';
import type { Random } from '../../model/random.ts';
import { random } from '../../model/random.ts';
import type { Args, LayerInfo, LayerSpec, ParamSpec } from '../../model/types.ts';
import type { Case, Cases, Draw, Mode, Reference, Tensor } from '../reference.ts';
import { tensor } from '../reference.ts';
import { activationCases } from './activation/activation.cases.ts';
import { activationReferences } from './activation/activation.reference.ts';
import { adaptiveAvgPool2dCases } from './adaptive_avg_pool2d/adaptive_avg_pool2d.cases.ts';
import { adaptiveAvgPool2dReference } from './adaptive_avg_pool2d/adaptive_avg_pool2d.reference.ts';
import { addCases } from './add/add.cases.ts';
import { addReference } from './add/add.reference.ts';
import { avgPool2dCases } from './avg_pool2d/avg_pool2d.cases.ts';
import { avgPool2dReference } from './avg_pool2d/avg_pool2d.reference.ts';
import { batchNormCases } from './batch_norm/batch_norm.cases.ts';
import { batchNormReference } from './batch_norm/batch_norm.reference.ts';
import { conv2dCases } from './conv2d/conv2d.cases.ts';
import { conv2dReference } from './conv2d/conv2d.reference.ts';
import { dropoutCases } from './dropout/dropout.cases.ts';
import { dropoutReference } from './dropout/dropout.reference.ts';
import { flattenCases } from './flatten/flatten.cases.ts';
import { flattenReference } from './flatten/flatten.reference.ts';
import { linearCases } from './linear/linear.cases.ts';
import { linearReference } from './linear/linear.reference.ts';
import { maxPool2dCases } from './max_pool2d/max_pool2d.cases.ts';
import { maxPool2dReference } from './max_pool2d/max_pool2d.reference.ts';

export interface OpCases {
  /** By layer type. */
  reference: Readonly<Record<string, Reference>>;
  cases: Cases;
}

/** By folder. */
export const opCases: Readonly<Record<string, OpCases>> = {
  conv2d: { reference: { Conv2d: conv2dReference }, cases: conv2dCases },
  linear: { reference: { Linear: linearReference }, cases: linearCases },
  batch_norm: { reference: { BatchNorm2d: batchNormReference, BatchNorm1d: batchNormReference }, cases: batchNormCases },
  activation: { reference: activationReferences, cases: activationCases },
  max_pool2d: { reference: { MaxPool2d: maxPool2dReference }, cases: maxPool2dCases },
  avg_pool2d: { reference: { AvgPool2d: avgPool2dReference }, cases: avgPool2dCases },
  adaptive_avg_pool2d: { reference: { AdaptiveAvgPool2d: adaptiveAvgPool2dReference }, cases: adaptiveAvgPool2dCases },
  flatten: { reference: { Flatten: flattenReference }, cases: flattenCases },
  dropout: { reference: { Dropout: dropoutReference }, cases: dropoutCases },
  add: { reference: { Add: addReference }, cases: addCases },
};

/** The entry that covers a layer type; undefined for a type without one. */
export const opCasesOf = (type: string): OpCases | undefined => Object.values(opCases).find((op) => type in op.reference);

/** A case as numbers, all of them exact in float32, so that a kernel and the specification read the same. */
export interface DrawnCase {
  /** Complete: defaults and inferred arguments filled in. */
  args: Args;
  mode: Mode;
  inputs: Tensor[];
  /** Parameters and buffers by name. */
  params: Record<string, Tensor>;
  /** [N, …] of the output. */
  grad_output: Tensor;
}

/** The layer of a case as the model sees it: per-sample shapes, complete arguments, parameters. */
export function inferCase({ type, args, inputs }: Case): LayerInfo {
  const [, C, H = 1, W = 1] = inputs[0];
  const flat = inputs[0].length === 2;
  const source = flat ? 'flat' : 'input';
  const layer: LayerSpec = { id: 'layer', type, inputs: inputs.map(() => source), ...args };
  const layers: LayerSpec[] = flat ? [{ id: 'flat', type: 'Flatten' }, layer] : [layer];
  const info = inferModel({ input: [C, H, W], layers }).layers.at(-1);
  if (!info) throw new Error('a model has layers');
  return info;
}

/** Draws inputs, parameters and an upstream gradient: a pure function of the case and the seed. */
export function drawCase(item: Case, seed: number): DrawnCase {
  const op = opCasesOf(item.type);
  if (!op) throw new Error(`${item.type} has no cases`);
  const info = inferCase(item);
  const draw = item.draw ?? op.cases.draw ?? 'normal';
  const inputs = item.inputs.map((shape, k) => drawInput(shape, draw, item, random(seed, k)));
  const params = Object.fromEntries(info.params.map((spec, k) => [spec.name, drawParam(spec, item, random(seed, 100 + k))]));
  const upstream = random(seed, 200);
  const grad_output = fill([item.inputs[0][0], ...info.shape], () => upstream.normal());
  return { args: info.args, mode: { train: item.train ?? true, seed: random(seed, 300).word() }, inputs, params, grad_output };
}

/** A tensor of float32 values. */
function fill(shape: readonly number[], value: (i: number) => number): Tensor {
  const result = tensor(shape);
  for (let i = 0; i < result.data.length; i++) result.data[i] = Math.fround(value(i));
  return result;
}

/** Distance that inputs keep from kinks and from each other. */
const CLEARANCE = 1e-3;

function drawInput(shape: readonly number[], draw: Draw, { mean = 0, scale = 1 }: Case, stream: Random): Tensor {
  if (draw === 'ties') return fill(shape, () => stream.below(5) - 2);
  if (draw === 'distinct') {
    const ranks = shuffled(tensor(shape).data.length, stream);
    const step = Math.max(CLEARANCE, (4 * scale) / ranks.length);
    return fill(shape, (i) => mean + (ranks[i] - ranks.length / 2) * step);
  }
  const input = fill(shape, () => mean + scale * stream.normal());
  if (draw === 'normal') return input;
  return fill(shape, (i) => (Math.abs(input.data[i]) > CLEARANCE ? input.data[i] : input.data[i] + (input.data[i] < 0 ? -2 : 2) * CLEARANCE));
}

/** Weights of a trained net's size: outputs have the scale of inputs; normalisation has weights around 1 and running statistics near the input's. */
function drawParam({ name, shape, fan_in }: ParamSpec, { mean = 0, scale = 1 }: Case, stream: Random): Tensor {
  if (name === 'running_mean') return fill(shape, () => mean + 0.3 * scale * stream.normal());
  if (name === 'running_var') return fill(shape, () => (scale || 1) ** 2 * (0.5 + stream.uniform()));
  if (name === 'bias') return fill(shape, () => 0.5 * stream.normal());
  if (fan_in > 0) return fill(shape, () => stream.normal() / Math.sqrt(fan_in));
  return fill(shape, () => 0.5 + stream.uniform());
}

/** 0 … n − 1 in random order (Fisher–Yates). */
function shuffled(n: number, stream: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
