import { num } from '../fields.ts';
import type { Args, Definition, Field, ParamSpec } from '../types.ts';

export interface Distribution {
  kind: 'uniform' | 'normal' | 'zeros';
  /** Half-width of the uniform, standard deviation of the normal. */
  scale: number;
}

export interface InitDefinition extends Definition {
  /** Distribution of the weight (not the bias) of a convolution or linear layer. */
  weight(args: Args, param: ParamSpec): Distribution;
}

type Fans = Pick<ParamSpec, 'fan_in' | 'fan_out'>;

const PYTORCH = { title: 'PyTorch: torch.nn.init', url: 'https://docs.pytorch.org/docs/stable/nn.init.html' };
const HE = { title: 'He et al., Delving Deep into Rectifiers', url: 'https://arxiv.org/abs/1502.01852' };
const GLOROT = {
  title: 'Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks',
  url: 'https://proceedings.mlr.press/v9/glorot10a.html',
};

const mode: Field = {
  name: 'mode',
  kind: 'enum',
  default: 'fan_in',
  options: ['fan_in', 'fan_out'],
  help: 'Keep the variance of the forward pass (fan_in) or of the gradients (fan_out).',
};

const gain: Field = {
  name: 'gain',
  kind: 'float',
  default: 1,
  min: 0,
  max: 100,
  slider: [0.1, 3],
  advanced: true,
  help: 'Factor on the scale; 5/3 suits tanh.',
};

const fan = (args: Args, { fan_in, fan_out }: Fans): number => (args.mode === 'fan_out' ? fan_out : fan_in);
const mean = ({ fan_in, fan_out }: Fans): number => (fan_in + fan_out) / 2;

/** PyTorch's layers: kaiming_uniform_(a = √5), which is U(±1/√fan_in); biases too. */
const standard: InitDefinition = {
  type: 'default',
  label: 'PyTorch’s default',
  summary: 'Uniform within ±1/√fan_in, weights and biases.',
  formula: 'w, b \\sim U\\left(\\pm \\frac{1}{\\sqrt{\\mathrm{fan_{in}}}}\\right)',
  source: PYTORCH,
  fields: [],
  weight: (_args, param) => ({ kind: 'uniform', scale: 1 / Math.sqrt(param.fan_in) }),
};

const kaiming_normal: InitDefinition = {
  type: 'kaiming_normal',
  label: 'Kaiming (He) normal',
  summary: 'Normal with variance 2/fan: keeps the variance through ReLU layers. Biases 0.',
  formula: 'w \\sim N\\left(0, \\frac{2}{\\mathrm{fan}}\\right)',
  source: HE,
  fields: [mode],
  weight: (args, param) => ({ kind: 'normal', scale: Math.sqrt(2 / fan(args, param)) }),
};

const kaiming_uniform: InitDefinition = {
  type: 'kaiming_uniform',
  label: 'Kaiming (He) uniform',
  summary: 'Uniform with variance 2/fan: keeps the variance through ReLU layers. Biases 0.',
  formula: 'w \\sim U\\left(\\pm \\sqrt{\\frac{6}{\\mathrm{fan}}}\\right)',
  source: HE,
  fields: [mode],
  weight: (args, param) => ({ kind: 'uniform', scale: Math.sqrt(6 / fan(args, param)) }),
};

const xavier_normal: InitDefinition = {
  type: 'xavier_normal',
  label: 'Xavier (Glorot) normal',
  summary: 'Normal with variance 2/(fan_in + fan_out): suits tanh and sigmoid. Biases 0.',
  formula: 'w \\sim N\\left(0, g^2 \\frac{2}{\\mathrm{fan_{in}} + \\mathrm{fan_{out}}}\\right)',
  source: GLOROT,
  fields: [gain],
  weight: (args, param) => ({ kind: 'normal', scale: num(args, 'gain') / Math.sqrt(mean(param)) }),
};

const xavier_uniform: InitDefinition = {
  type: 'xavier_uniform',
  label: 'Xavier (Glorot) uniform',
  summary: 'Uniform with variance 2/(fan_in + fan_out): suits tanh and sigmoid. Biases 0.',
  formula: 'w \\sim U\\left(\\pm g \\sqrt{\\frac{6}{\\mathrm{fan_{in}} + \\mathrm{fan_{out}}}}\\right)',
  source: GLOROT,
  fields: [gain],
  weight: (args, param) => ({ kind: 'uniform', scale: num(args, 'gain') * Math.sqrt(3 / mean(param)) }),
};

const zeros: InitDefinition = {
  type: 'zeros',
  label: 'Zeros',
  summary: 'All weights and biases 0: every unit of a layer stays the same for ever.',
  formula: 'w = 0',
  source: PYTORCH,
  fields: [],
  weight: () => ({ kind: 'zeros', scale: 0 }),
};

export const all = { default: standard, kaiming_normal, kaiming_uniform, xavier_normal, xavier_uniform, zeros } satisfies Record<
  string,
  InitDefinition
>;
