import { flag, num, pair } from '../fields.ts';
import type { Args, LayerDefinition, ParamSpec, Shape } from '../types.ts';
import { ModelError } from '../types.ts';
import { describeWindow, image, PYTORCH, windowed } from './shapes.ts';

function shape(args: Args, inputs: readonly Shape[]): Shape {
  const [channels] = image('Conv2d', inputs[0]!);
  const groups = num(args, 'groups');
  const out_channels = num(args, 'out_channels');
  for (const [name, count] of [
    ['in_channels', channels],
    ['out_channels', out_channels],
  ] as const) {
    if (count % groups === 0) continue;
    throw new ModelError(`Conv2d with ${groups} groups needs ${name} divisible by ${groups}, has ${count}`, 'groups');
  }
  const size = windowed('Conv2d', inputs[0]!, pair(args, 'kernel_size'), pair(args, 'stride'), pair(args, 'padding'), pair(args, 'dilation'));
  return [out_channels, ...size];
}

function params(args: Args, inputs: readonly Shape[]): ParamSpec[] {
  const groups = num(args, 'groups');
  const out_channels = num(args, 'out_channels');
  const [kh, kw] = pair(args, 'kernel_size');
  const in_per_group = inputs[0]![0]! / groups;
  // PyTorch's _calculate_fan_in_and_fan_out reads the weight [C_out, C_in / groups, KH, KW]: fan_out does not divide by groups.
  const fans = { fan_in: in_per_group * kh * kw, fan_out: out_channels * kh * kw };
  const weight: ParamSpec = {
    name: 'weight',
    shape: [out_channels, in_per_group, kh, kw],
    kind: 'parameter',
    init: 'kaiming_uniform_sqrt5',
    ...fans,
  };
  const bias: ParamSpec = { name: 'bias', shape: [out_channels], kind: 'parameter', init: 'bias_uniform', ...fans };
  return flag(args, 'bias') ? [weight, bias] : [weight];
}

function describe(args: Args): string {
  const parts = describeWindow(pair(args, 'kernel_size'), pair(args, 'stride'), [1, 1], pair(args, 'padding'));
  const dilation = pair(args, 'dilation');
  if (dilation[0] > 1 || dilation[1] > 1) parts.push(`dilation ${dilation[0] === dilation[1] ? dilation[0] : dilation.join('×')}`);
  if (num(args, 'groups') > 1) parts.push(`${num(args, 'groups')} groups`);
  if (!flag(args, 'bias')) parts.push('no bias');
  return parts.join(', ');
}

/** Input [C_in, H, W], output [C_out, OH, OW]. */
export const Conv2d: LayerDefinition = {
  type: 'Conv2d',
  label: 'Convolution',
  summary: 'Slides learned kernels over the image; each output channel is one kernel’s response.',
  formula: 'y_{o,i,j} = b_o + \\sum_{c,u,v} w_{o,c,u,v}\\, x_{c,\\; i s + u d - p,\\; j s + v d - p}',
  source: PYTORCH('Conv2d'),
  group: 'convolution',
  arity: 1,
  fields: [
    { name: 'in_channels', kind: 'int', default: 1, min: 1, max: 8192, inferred: true, help: 'Channels of the input; read from the layer before.' },
    {
      name: 'out_channels',
      kind: 'int',
      default: 16,
      min: 1,
      max: 8192,
      slider: [1, 128],
      scale: 'log',
      help: 'Number of kernels, which is the number of output channels.',
    },
    { name: 'kernel_size', kind: 'pair', default: 3, min: 1, max: 255, slider: [1, 11], help: 'Height and width of a kernel.' },
    { name: 'stride', kind: 'pair', default: 1, min: 1, max: 255, slider: [1, 4], help: 'Step of the window; 2 halves height and width.' },
    {
      name: 'padding',
      kind: 'pair',
      default: 0,
      min: 0,
      max: 255,
      slider: [0, 5],
      help: 'Zeros added on every side; (kernel_size − 1) / 2 keeps the size at stride 1.',
    },
    {
      name: 'dilation',
      kind: 'pair',
      default: 1,
      min: 1,
      max: 255,
      slider: [1, 4],
      advanced: true,
      help: 'Distance between the taps of a kernel: a wider view for the same weights.',
    },
    {
      name: 'groups',
      kind: 'int',
      default: 1,
      min: 1,
      max: 8192,
      slider: [1, 64],
      advanced: true,
      help: 'Channels are split into so many groups that do not see each other; as many as in_channels is depthwise.',
    },
    { name: 'bias', kind: 'bool', default: true, help: 'Adds a learned number to each output channel; needless before a batch norm.' },
  ],
  infer: (inputs) => ({ in_channels: image('Conv2d', inputs[0]!)[0] }),
  shape,
  params,
  macs: (args, inputs, output) => {
    const [kh, kw] = pair(args, 'kernel_size');
    return output[0]! * (inputs[0]![0]! / num(args, 'groups')) * kh * kw * output[1]! * output[2]!;
  },
  describe,
};
