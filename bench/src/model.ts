/** A workload as a model spec and a state dict: OIHW stays, dense [in, out] becomes PyTorch's [out, in]. */
import type { LayerSpec, ModelSpec, OptimizerSpec } from '../../src/model/types.ts';
import type { Layer, Optimizer, Values, Workload } from './types.ts';

export interface Translated {
  model: ModelSpec;
  /** Initial parameters by state-dict name; running statistics start as they always do. */
  params: Record<string, Float32Array>;
}

const transposed = ({ shape: [rows, columns], data }: Values): Float32Array => data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);

class Translator {
  readonly layers: LayerSpec[] = [];
  readonly params: Record<string, Float32Array> = {};

  constructor(private readonly bn: Workload['bn']) {}

  private add(type: string, inputs: readonly string[], args: Record<string, number | boolean> = {}): string {
    const id = `${type.toLowerCase()}${this.layers.length}`;
    this.layers.push({ id, type, inputs, ...args });
    return id;
  }

  /** Appends `layers` to `from`; the id of the last. */
  chain(layers: readonly Layer[], from: string): string {
    return layers.reduce((input, layer) => this.layer(layer, input), from);
  }

  private layer(layer: Layer, input: string): string {
    switch (layer.op) {
      case 'conv': {
        const { filters, kernel, pad, stride, bias, params } = layer;
        const id = this.add('Conv2d', [input], { out_channels: filters, kernel_size: kernel, padding: pad, stride, bias });
        this.params[`${id}.weight`] = params.w.data;
        if (params.b) this.params[`${id}.bias`] = params.b.data;
        return id;
      }
      case 'bn': {
        const id = this.add('BatchNorm2d', [input], { eps: this.bn.eps, momentum: 1 - this.bn.momentum });
        this.params[`${id}.weight`] = layer.params.gamma.data;
        this.params[`${id}.bias`] = layer.params.beta.data;
        return id;
      }
      case 'dense': {
        const id = this.add('Linear', [input], { out_features: layer.units });
        this.params[`${id}.weight`] = transposed(layer.params.w);
        this.params[`${id}.bias`] = layer.params.b.data;
        return id;
      }
      case 'maxpool':
        return this.add('MaxPool2d', [input], { kernel_size: layer.size, stride: layer.stride });
      case 'relu':
        return this.add('ReLU', [input]);
      case 'tanh':
        return this.add('Tanh', [input]);
      case 'flatten':
        return this.add('Flatten', [input]);
      case 'gap':
        return this.add('Flatten', [this.add('AdaptiveAvgPool2d', [input], { output_size: 1 })]);
      case 'residual':
        return this.add('Add', [this.chain(layer.body, input), this.chain(layer.shortcut, input)]);
    }
  }
}

export function translate({ input, layers, bn }: Workload): Translated {
  const translator = new Translator(bn);
  const [C, H = 1, W = 1] = input;
  translator.chain(input.length === 1 ? [{ op: 'flatten' }, ...layers] : layers, 'input');
  return { model: { input: [C, H, W], layers: translator.layers }, params: translator.params };
}

export function optimizerOf(o: Optimizer): OptimizerSpec {
  if (o.kind === 'sgd') return { type: 'SGD', lr: o.lr, momentum: o.momentum };
  return { type: 'Adam', lr: o.lr, betas: [o.beta1, o.beta2], eps: o.eps };
}

/** All batches in a row, in the order they are trained on. */
export function dataOf({ batch, batches, input, classes }: Workload) {
  const [C, H = 1, W = 1] = input;
  const size = batch * C * H * W;
  const images = new Float32Array(batches.length * size);
  for (const [k, { x }] of batches.entries()) images.set(x, k * size);
  return {
    images,
    labels: batches.flatMap(({ y }) => [...y]),
    shape: [batches.length * batch, C, H, W] as [number, number, number, number],
    classes,
  };
}
