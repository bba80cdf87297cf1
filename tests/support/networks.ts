/** Random legal architectures, and a whole training step of any of them in float64, layer by layer from the references. */
import { opCasesOf } from '../../src/engine/ops/cases.ts';
import { crossEntropy } from '../../src/engine/ops/cross_entropy/cross_entropy.reference.ts';
import { choose, integer, type Mode, type Tensor } from '../../src/engine/reference.ts';
import { inferModel } from '../../src/model/infer.ts';
import { hash2, type Random } from '../../src/model/random.ts';
import type { LayerInfo, LayerSpec, ModelInfo } from '../../src/model/types.ts';

type Draft = Omit<LayerSpec, 'id'> & { type: string };

const ACTIVATIONS: readonly Draft[] = [
  { type: 'ReLU' },
  { type: 'LeakyReLU', negative_slope: 0.1 },
  { type: 'Sigmoid' },
  { type: 'Tanh' },
  { type: 'SiLU' },
  { type: 'GELU' },
  { type: 'GELU', approximate: 'tanh' },
];

/** A channel that hardly varies would blow rounding errors up by 1 / √eps; single layers are tested with the usual eps. */
const SOFT = { eps: 0.05 };

const anywhere = (u: () => number): Draft => (u() < 0.8 ? choose(u, ACTIVATIONS) : { type: 'Dropout', p: choose(u, [0.1, 0.5]) });

function onImages(u: () => number): Draft {
  const kind = u();
  const kernel_size = integer(u, 1, 3);
  if (kind < 0.35) {
    const groups = choose(u, [1, 1, 1, 2, 4]);
    return {
      type: 'Conv2d',
      out_channels: groups * integer(u, 1, 3),
      kernel_size,
      groups,
      stride: choose(u, [1, 1, 2]),
      padding: integer(u, 0, 1),
      bias: u() < 0.5,
    };
  }
  if (kind < 0.5) return { type: 'BatchNorm2d', ...SOFT };
  if (kind < 0.58) return { type: 'MaxPool2d', kernel_size: 2, stride: choose(u, [1, 2]) };
  if (kind < 0.66) return { type: 'AvgPool2d', kernel_size: 2, stride: choose(u, [1, 2]), padding: choose(u, [0, 1]), count_include_pad: u() < 0.5 };
  if (kind < 0.7) return { type: 'AdaptiveAvgPool2d', output_size: integer(u, 1, 3) };
  return anywhere(u);
}

function onVectors(u: () => number): Draft {
  const kind = u();
  if (kind < 0.4) return { type: 'Linear', out_features: integer(u, 1, 12), bias: u() < 0.7 };
  if (kind < 0.6) return { type: 'BatchNorm1d', ...SOFT };
  return anywhere(u);
}

/** A model that infers; drafts that do not fit are dropped. Some layers read an earlier one, some sums close a residual connection. */
export function randomModel({ uniform: u }: Random): ModelInfo {
  const input = [integer(u, 1, 5), integer(u, 4, 9), integer(u, 4, 9)] as const;
  const layers: LayerSpec[] = [];
  let info: ModelInfo | undefined;
  const push = (draft: Draft): boolean => {
    const layer = { id: `${draft.type.toLowerCase()}_${layers.length}`, ...draft } as LayerSpec;
    try {
      info = inferModel({ input, layers: [...layers, layer] });
    } catch {
      return false;
    }
    layers.push(layer);
    return true;
  };
  const grow = (draw: (u: () => number) => Draft, count: number) => {
    for (let k = 0; k < count; k++) {
      if (u() < 0.2) closeResidual();
      const draft = draw(u);
      // Now and then from further back: two readers of one tensor.
      const from = u() < 0.15 && layers.length > 1 ? { inputs: [layers[integer(u, 0, layers.length - 1)].id] } : {};
      if (!push({ ...draft, ...from })) push(draft);
    }
  };
  const closeResidual = () => {
    const all = info?.layers ?? [];
    const last = all.at(-1);
    const same = all.filter((l) => last && l.shape.join() === last.shape.join());
    if (last) push({ type: 'Add', inputs: [choose(u, same).id, last.id] });
  };
  grow(onImages, integer(u, 1, 6));
  push({ type: 'Flatten' });
  grow(onVectors, integer(u, 0, 3));
  // A vector of the flattened image's length, added to it: the two lie in memory in different orders.
  const flat = info?.layers.find((l) => l.type === 'Flatten');
  if (flat && flat.shape[0] <= 64 && u() < 0.3) {
    push({ type: 'Linear', out_features: flat.shape[0] });
    push({ type: 'Add', inputs: u() < 0.5 ? [flat.id, layers[layers.length - 1].id] : [layers[layers.length - 1].id, flat.id] });
  }
  if ((info as ModelInfo).output.length !== 1) push({ type: 'Flatten' });
  if ((info as ModelInfo).output[0] < 2 || u() < 0.8) push({ type: 'Linear', out_features: integer(u, 2, 7) });
  return info as ModelInfo;
}

/** Names as in a state dict. */
export type Weights = Record<string, Tensor>;

export interface StepResult {
  loss: number;
  logits: Tensor;
  gradients: Weights;
  /** Gradient of x. */
  input: Tensor;
  /** After the step. */
  buffers: Weights;
}

const sum = (a: Tensor | undefined, b: Tensor): Tensor => (a ? { shape: b.shape, data: b.data.map((v, i) => v + a.data[i]) } : b);

/** Forward, loss and backward. `dropout`: the step's word; `smoothing`: of the labels. */
export function trainStep(info: ModelInfo, x: Tensor, labels: readonly number[], weights: Weights, dropout: number, smoothing = 0): StepResult {
  const layers = liveLayers(info);
  const values = new Map<string, Tensor>([['input', x]]);
  const buffers: Weights = {};
  const modeOf = (layer: LayerInfo): Mode => ({ train: true, seed: hash2(dropout, info.layers.indexOf(layer)) });
  const inputsOf = (layer: LayerInfo) => layer.inputs.map((id) => values.get(id) as Tensor);
  const paramsOf = (layer: LayerInfo) => Object.fromEntries(layer.params.map((p) => [p.name, weights[`${layer.id}.${p.name}`]]));
  const referenceOf = (layer: LayerInfo) => {
    const reference = opCasesOf(layer.type)?.reference[layer.type];
    if (!reference) throw new Error(`${layer.type} has no reference`);
    return reference;
  };
  for (const layer of layers) {
    const result = referenceOf(layer).forward(layer.args, inputsOf(layer), paramsOf(layer), modeOf(layer));
    values.set(layer.id, result.output);
    for (const [name, t] of Object.entries(result.buffers ?? {})) buffers[`${layer.id}.${name}`] = t;
  }
  const last = layers[layers.length - 1];
  const logits = values.get(last.id) as Tensor;
  const { loss, grad_logits } = crossEntropy(logits, labels, smoothing);
  const upstream = new Map<string, Tensor>([[last.id, grad_logits]]);
  const gradients: Weights = {};
  for (const layer of [...layers].reverse()) {
    const g = upstream.get(layer.id) as Tensor;
    const { grad_inputs, grad_params } = referenceOf(layer).backward(layer.args, inputsOf(layer), paramsOf(layer), g, modeOf(layer));
    for (const [k, id] of layer.inputs.entries()) upstream.set(id, sum(upstream.get(id), grad_inputs[k]));
    for (const [name, t] of Object.entries(grad_params)) gradients[`${layer.id}.${name}`] = t;
  }
  return { loss, logits, gradients, buffers, input: upstream.get('input') as Tensor };
}

/** Layers that the last one depends on. */
export function liveLayers({ layers }: ModelInfo): LayerInfo[] {
  const needed = new Set<string>([layers[layers.length - 1].id]);
  for (const layer of [...layers].reverse()) if (needed.has(layer.id)) for (const id of layer.inputs) needed.add(id);
  return layers.filter((layer) => needed.has(layer.id));
}
