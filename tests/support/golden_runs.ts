/** The three whole runs of tests/fixtures/golden/make.py as model specs; names match its state dicts. */
import type { LayerSpec, ModelSpec } from '../../src/model/types.ts';

const layer = (id: string, type: string, args: Record<string, number | boolean | string | number[]> = {}, inputs?: string[]): LayerSpec => ({
  id,
  type,
  ...args,
  ...(inputs ? { inputs } : {}),
});

const conv = (id: string, out_channels: number, kernel_size: number, args: Record<string, number | boolean> = {}, inputs?: string[]): LayerSpec =>
  layer(id, 'Conv2d', { out_channels, kernel_size, ...args }, inputs);

function residual(id: string, out: number, stride: number, input: string): LayerSpec[] {
  return [
    conv(`${id}.conv1`, out, 3, { stride, padding: 1, bias: false }, [input]),
    layer(`${id}.bn1`, 'BatchNorm2d'),
    layer(`${id}.relu1`, 'ReLU'),
    conv(`${id}.conv2`, out, 3, { padding: 1, bias: false }),
    layer(`${id}.bn2`, 'BatchNorm2d'),
    conv(`${id}.shortcut.0`, out, 1, { stride, bias: false }, [input]),
    layer(`${id}.shortcut.1`, 'BatchNorm2d'),
    layer(`${id}.add`, 'Add', {}, [`${id}.bn2`, `${id}.shortcut.1`]),
    layer(`${id}.relu`, 'ReLU'),
  ];
}

export const goldenModels: Readonly<Record<string, ModelSpec>> = {
  lenet: {
    input: [1, 12, 12],
    layers: [
      conv('0', 4, 5, { padding: 2 }),
      layer('1', 'Tanh'),
      layer('2', 'AvgPool2d', { kernel_size: 2 }),
      conv('3', 6, 3),
      layer('4', 'ReLU'),
      layer('5', 'MaxPool2d', { kernel_size: 2 }),
      layer('6', 'Flatten'),
      layer('7', 'Linear', { out_features: 8 }),
      layer('8', 'ReLU'),
      layer('9', 'Linear', { out_features: 4 }),
    ],
  },
  'cnn-bn': {
    input: [3, 10, 10],
    layers: [
      conv('0', 6, 3, { padding: 1, bias: false }),
      layer('1', 'BatchNorm2d'),
      layer('2', 'ReLU'),
      layer('3', 'MaxPool2d', { kernel_size: 2 }),
      conv('4', 8, 3, { padding: 1, bias: false }),
      layer('5', 'BatchNorm2d'),
      layer('6', 'ReLU'),
      layer('7', 'AdaptiveAvgPool2d', { output_size: 1 }),
      layer('8', 'Flatten'),
      layer('9', 'Linear', { out_features: 5 }),
    ],
  },
  residual: {
    input: [3, 12, 12],
    layers: [
      conv('0', 4, 3, { padding: 1, bias: false }),
      layer('1', 'BatchNorm2d'),
      layer('2', 'ReLU'),
      ...residual('3', 6, 2, '2'),
      ...residual('4', 8, 2, '3.relu'),
      layer('5', 'AdaptiveAvgPool2d', { output_size: 1 }),
      layer('6', 'Flatten'),
      layer('7', 'Linear', { out_features: 3 }),
    ],
  },
};
