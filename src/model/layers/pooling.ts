import { flag, pair } from '../fields.ts';
import { formatSize } from '../format.ts';
import type { Args, Field, LayerDefinition, Shape } from '../types.ts';
import { checkPoolPadding, describeWindow, image, PYTORCH, windowed } from './shapes.ts';

const WINDOW: readonly Field[] = [
  { name: 'kernel_size', kind: 'pair', default: 2, min: 1, max: 255, slider: [1, 8], help: 'Height and width of the window.' },
  {
    name: 'stride',
    kind: 'pair',
    default: 2,
    defaultFrom: 'kernel_size',
    min: 1,
    max: 255,
    slider: [1, 8],
    help: 'Step of the window; kernel_size when left out.',
  },
  {
    name: 'padding',
    kind: 'pair',
    default: 0,
    min: 0,
    max: 127,
    slider: [0, 3],
    advanced: true,
    help: 'Border added on every side, at most half the kernel.',
  },
];

const shapeOf =
  (type: string) =>
  (args: Args, inputs: readonly Shape[]): Shape => {
    const [kernel, stride, padding] = [pair(args, 'kernel_size'), pair(args, 'stride'), pair(args, 'padding')];
    checkPoolPadding(type, kernel, padding);
    return [image(type, inputs[0]!)[0], ...windowed(type, inputs[0]!, kernel, stride, padding)];
  };

const parts = (args: Args): string[] =>
  describeWindow(pair(args, 'kernel_size'), pair(args, 'stride'), pair(args, 'kernel_size'), pair(args, 'padding'));

/** Input [C, H, W], output [C, OH, OW]; padding counts as −∞. */
export const MaxPool2d: LayerDefinition = {
  type: 'MaxPool2d',
  label: 'Max pooling',
  summary: 'Keeps the largest value of each window.',
  formula: 'y_{c,i,j} = \\max_{u,v} x_{c,\\; i s + u - p,\\; j s + v - p}',
  source: PYTORCH('MaxPool2d'),
  group: 'pooling',
  arity: 1,
  fields: WINDOW,
  shape: shapeOf('MaxPool2d'),
  describe: (args) => parts(args).join(', '),
};

/** Input [C, H, W], output [C, OH, OW]; padding counts as 0. */
export const AvgPool2d: LayerDefinition = {
  type: 'AvgPool2d',
  label: 'Average pooling',
  summary: 'Takes the mean of each window.',
  formula: 'y_{c,i,j} = \\frac{1}{KH \\cdot KW} \\sum_{u,v} x_{c,\\; i s + u - p,\\; j s + v - p}',
  source: PYTORCH('AvgPool2d'),
  group: 'pooling',
  arity: 1,
  fields: [
    ...WINDOW,
    { name: 'count_include_pad', kind: 'bool', default: true, advanced: true, help: 'Divide by the whole window at the border, zeros included.' },
  ],
  shape: shapeOf('AvgPool2d'),
  describe: (args) => [...parts(args), ...(flag(args, 'count_include_pad') ? [] : ['padding not counted'])].join(', '),
};

/** Input [C, H, W], output [C, OH, OW] = [C, ...output_size]; window i covers ⌊i·H/OH⌋ … ⌈(i+1)·H/OH⌉. */
export const AdaptiveAvgPool2d: LayerDefinition = {
  type: 'AdaptiveAvgPool2d',
  label: 'Adaptive average pooling',
  summary: 'Means over as many equal windows as asked for; 1×1 is global average pooling.',
  formula:
    'y_{c,i,j} = \\operatorname{mean}\\; x_{c,\\; \\lfloor iH/OH \\rfloor : \\lceil (i+1)H/OH \\rceil,\\; \\lfloor jW/OW \\rfloor : \\lceil (j+1)W/OW \\rceil}',
  source: PYTORCH('AdaptiveAvgPool2d'),
  group: 'pooling',
  arity: 1,
  fields: [{ name: 'output_size', kind: 'pair', default: 1, min: 1, max: 4096, slider: [1, 8], help: 'Height and width of the output.' }],
  shape: (args, inputs) => [image('AdaptiveAvgPool2d', inputs[0]!)[0], ...pair(args, 'output_size')],
  describe: (args) => `to ${formatSize(pair(args, 'output_size'))}`,
};
