/** Known networks, scaled to the inputs of the playground: the Networks menu and the presets. */

import type { LayerSpec, ModelSpec } from './types.ts';

type Input = readonly [number, number, number];

export interface Network {
  id: string;
  label: string;
  /** One line. */
  summary: string;
  source: { title: string; url: string };
  /** Whether the network makes sense for samples of this shape; `build` works for these. */
  suits(input: Input): boolean;
  /** `input` is [C, H, W]. */
  build(input: Input, classes: number): ModelSpec;
}

const isImage = ([, height, width]: Input): boolean => Math.min(height, width) >= 8;

interface CnnOptions {
  norm: boolean;
  /** Channels of each stage; every stage halves the side. */
  channels: readonly number[];
}

/** Stages of 3×3 convolution, batch norm, ReLU and 2×2 max pooling, then one linear layer. */
export function cnn(input: Input, classes: number, { norm, channels }: CnnOptions): ModelSpec {
  const stages = channels.flatMap((out_channels, index): LayerSpec[] => {
    const n = index + 1;
    return [
      // A bias before batch norm would be subtracted again with the mean.
      { id: `conv${n}`, type: 'Conv2d', out_channels, kernel_size: 3, padding: 1, ...(norm && { bias: false }) },
      ...(norm ? [{ id: `bn${n}`, type: 'BatchNorm2d' }] : []),
      { id: `relu${n}`, type: 'ReLU' },
      { id: `pool${n}`, type: 'MaxPool2d', kernel_size: 2 },
    ];
  });
  return { input: [...input], layers: [...stages, { id: 'flatten', type: 'Flatten' }, { id: 'fc', type: 'Linear', out_features: classes }] };
}

/** LeNet-5 as in Caffe and PyTorch's examples: tanh, mean pooling, fully connected C3. 61,706 parameters for 10 classes of 28 × 28. */
export function lenet(input: Input, classes: number): ModelSpec {
  // The paper's input is 32 × 32; 28 × 28 is padded to it.
  const padding = Math.min(input[1], input[2]) < 32 ? { padding: 2 } : {};
  return {
    input: [...input],
    layers: [
      { id: 'conv1', type: 'Conv2d', out_channels: 6, kernel_size: 5, ...padding },
      { id: 'tanh1', type: 'Tanh' },
      { id: 'pool1', type: 'AvgPool2d', kernel_size: 2 },
      { id: 'conv2', type: 'Conv2d', out_channels: 16, kernel_size: 5 },
      { id: 'tanh2', type: 'Tanh' },
      { id: 'pool2', type: 'AvgPool2d', kernel_size: 2 },
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc1', type: 'Linear', out_features: 120 },
      { id: 'tanh3', type: 'Tanh' },
      { id: 'fc2', type: 'Linear', out_features: 84 },
      { id: 'tanh4', type: 'Tanh' },
      { id: 'fc3', type: 'Linear', out_features: classes },
    ],
  };
}

/** Two 3×3 convolutions and a shortcut; with stride 2 the shortcut is a 1×1 convolution. Ids as in torchvision: "layer2.0.conv1". */
function residualBlock(name: string, before: string, out_channels: number, stride: number): LayerSpec[] {
  const shortcut: LayerSpec[] =
    stride === 1
      ? []
      : [
          { id: `${name}.downsample.0`, type: 'Conv2d', inputs: [before], out_channels, kernel_size: 1, stride, bias: false },
          { id: `${name}.downsample.1`, type: 'BatchNorm2d' },
        ];
  return [
    { id: `${name}.conv1`, type: 'Conv2d', inputs: [before], out_channels, kernel_size: 3, padding: 1, ...(stride > 1 && { stride }), bias: false },
    { id: `${name}.bn1`, type: 'BatchNorm2d' },
    { id: `${name}.relu1`, type: 'ReLU' },
    { id: `${name}.conv2`, type: 'Conv2d', out_channels, kernel_size: 3, padding: 1, bias: false },
    { id: `${name}.bn2`, type: 'BatchNorm2d' },
    ...shortcut,
    { id: `${name}.add`, type: 'Add', inputs: [`${name}.bn2`, stride === 1 ? before : `${name}.downsample.1`] },
    { id: `${name}.relu2`, type: 'ReLU' },
  ];
}

/**
 * Three stages of n residual blocks with c, 2c and 4c channels, global average pooling, one linear layer: the paper's CIFAR family of 6n + 2
 * layers, with a convolution in the shortcuts between stages (option B).
 */
export function resnet(input: Input, classes: number, n: number, channels = 16): ModelSpec {
  const blocks: LayerSpec[] = [];
  for (let stage = 0; stage < 3; stage++) {
    for (let i = 0; i < n; i++) {
      const before = i > 0 ? `layer${stage + 1}.${i - 1}.relu2` : stage > 0 ? `layer${stage}.${n - 1}.relu2` : 'relu';
      blocks.push(...residualBlock(`layer${stage + 1}.${i}`, before, channels * 2 ** stage, stage > 0 && i === 0 ? 2 : 1));
    }
  }
  return {
    input: [...input],
    layers: [
      { id: 'conv1', type: 'Conv2d', out_channels: channels, kernel_size: 3, padding: 1, bias: false },
      { id: 'bn1', type: 'BatchNorm2d' },
      { id: 'relu', type: 'ReLU' },
      ...blocks,
      { id: 'avgpool', type: 'AdaptiveAvgPool2d', output_size: 1 },
      { id: 'flatten', type: 'Flatten' },
      { id: 'fc', type: 'Linear', out_features: classes },
    ],
  };
}

/** Linear layers with an activation between them; no hidden layer gives a linear classifier. */
export function mlp(input: Input, classes: number, hidden: readonly number[], activation = 'Tanh'): ModelSpec {
  const inner = hidden.flatMap((out_features, index): LayerSpec[] => [
    { id: `fc${index + 1}`, type: 'Linear', out_features },
    { id: `${activation.toLowerCase()}${index + 1}`, type: activation },
  ]);
  const last: LayerSpec = { id: `fc${hidden.length + 1}`, type: 'Linear', out_features: classes };
  return { input: [...input], layers: [{ id: 'flatten', type: 'Flatten' }, ...inner, last] };
}

const LENET = {
  title: 'LeCun et al., Gradient-Based Learning Applied to Document Recognition',
  url: 'http://yann.lecun.com/exdb/publis/pdf/lecun-01a.pdf',
};
const RESNET = { title: 'He et al., Deep Residual Learning for Image Recognition', url: 'https://arxiv.org/abs/1512.03385' };
const BATCH_NORM = { title: 'Ioffe and Szegedy, Batch Normalization', url: 'https://arxiv.org/abs/1502.03167' };
const VGG = { title: 'Simonyan and Zisserman, Very Deep Convolutional Networks', url: 'https://arxiv.org/abs/1409.1556' };
const MLP = { title: 'Rumelhart et al., Learning representations by back-propagating errors', url: 'https://doi.org/10.1038/323533a0' };

export const networks: readonly Network[] = [
  {
    id: 'small-cnn-bn',
    label: 'Small CNN with batch norm',
    summary: 'Two stages of 3×3 convolution, batch norm, ReLU and pooling.',
    source: BATCH_NORM,
    suits: isImage,
    build: (input, classes) => cnn(input, classes, { norm: true, channels: [8, 16] }),
  },
  {
    id: 'small-cnn',
    label: 'Small CNN',
    summary: 'The same two stages without batch norm.',
    source: VGG,
    suits: isImage,
    build: (input, classes) => cnn(input, classes, { norm: false, channels: [8, 16] }),
  },
  {
    id: 'lenet-5',
    label: 'LeNet-5',
    summary: 'The classic of 1998: 5×5 convolutions, tanh, mean pooling, three linear layers.',
    source: LENET,
    suits: ([, height, width]) => Math.min(height, width) >= 16,
    build: lenet,
  },
  {
    id: 'resnet-8',
    label: 'ResNet-8',
    summary: 'Three residual blocks and global average pooling.',
    source: RESNET,
    suits: isImage,
    build: (input, classes) => resnet(input, classes, 1),
  },
  {
    id: 'resnet-20',
    label: 'ResNet-20',
    summary: 'Nine residual blocks and global average pooling: the smallest of the paper.',
    source: RESNET,
    suits: isImage,
    build: (input, classes) => resnet(input, classes, 3),
  },
  {
    id: 'mlp',
    label: 'Multi-layer perceptron',
    summary: 'Two hidden layers; no convolution.',
    source: MLP,
    suits: () => true,
    build: (input, classes) => (isImage(input) ? mlp(input, classes, [64, 32], 'ReLU') : mlp(input, classes, [16, 16])),
  },
  {
    id: 'linear',
    label: 'Linear classifier',
    summary: 'One linear layer: what a network without hidden layers can do.',
    source: MLP,
    suits: () => true,
    build: (input, classes) => mlp(input, classes, []),
  },
];
