import { flag, num } from '../fields.ts';
import type { LayerDefinition, ParamSpec } from '../types.ts';
import { flat, PYTORCH } from './shapes.ts';

/** Input [in_features], output [out_features]. */
export const Linear: LayerDefinition = {
  type: 'Linear',
  label: 'Linear',
  summary: 'Every output is a weighted sum of all inputs.',
  formula: 'y_o = b_o + \\sum_i w_{o,i}\\, x_i',
  source: PYTORCH('Linear'),
  group: 'linear',
  arity: 1,
  fields: [
    { name: 'in_features', kind: 'int', default: 1, min: 1, max: 2 ** 26, inferred: true, help: 'Length of the input; read from the layer before.' },
    {
      name: 'out_features',
      kind: 'int',
      default: 10,
      min: 1,
      max: 65536,
      slider: [1, 512],
      scale: 'log',
      help: 'Length of the output; of the last layer the number of classes.',
    },
    { name: 'bias', kind: 'bool', default: true, help: 'Adds a learned number to each output.' },
  ],
  infer: (inputs) => ({ in_features: flat('Linear', inputs[0]!) }),
  shape: (args, inputs) => {
    flat('Linear', inputs[0]!);
    return [num(args, 'out_features')];
  },
  params: (args, inputs) => {
    const [fan_in, fan_out] = [inputs[0]![0]!, num(args, 'out_features')];
    const weight: ParamSpec = { name: 'weight', shape: [fan_out, fan_in], kind: 'parameter', init: 'kaiming_uniform_sqrt5', fan_in, fan_out };
    const bias: ParamSpec = { name: 'bias', shape: [fan_out], kind: 'parameter', init: 'bias_uniform', fan_in, fan_out };
    return flag(args, 'bias') ? [weight, bias] : [weight];
  },
  macs: (_args, inputs, output) => inputs[0]![0]! * output[0]!,
  describe: (args) => (flag(args, 'bias') ? '' : 'no bias'),
};
