/**
 * Element-wise activations in float64, y = f(x) and dx = f'(x) · dy, on a tensor of any shape. At the kink of ReLU and LeakyReLU the
 * derivative is the one from the left (0 and negative_slope), as in PyTorch.
 * Source: https://pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
 */
import { num } from '../../../model/fields.ts';
import type { Args } from '../../../model/types.ts';
import type { Reference } from '../../reference.ts';
import { tensor } from '../../reference.ts';

interface Activation {
  value(x: number, args: Args): number;
  derivative(x: number, args: Args): number;
}

/**
 * erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·5 … (2n+1)): all terms have one sign, so nothing cancels.
 * Source: NIST Digital Library of Mathematical Functions 7.6.2.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const normalCdf = (x: number) => (1 + erf(x / Math.SQRT2)) / 2;
const normalPdf = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Argument of GELU's tanh form, √(2/π) · (x + 0.044715 x³), and its derivative. */
const geluInner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const geluInnerDerivative = (x: number) => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);

const geluExact: Activation = {
  value: (x) => x * normalCdf(x),
  derivative: (x) => normalCdf(x) + x * normalPdf(x),
};

const geluTanh: Activation = {
  value: (x) => (x / 2) * (1 + Math.tanh(geluInner(x))),
  derivative: (x) => {
    const t = Math.tanh(geluInner(x));
    return (1 + t) / 2 + (x / 2) * (1 - t * t) * geluInnerDerivative(x);
  },
};

export const activations: Readonly<Record<string, Activation>> = {
  ReLU: {
    value: (x) => Math.max(x, 0),
    derivative: (x) => (x > 0 ? 1 : 0),
  },
  LeakyReLU: {
    value: (x, args) => (x > 0 ? x : num(args, 'negative_slope') * x),
    derivative: (x, args) => (x > 0 ? 1 : num(args, 'negative_slope')),
  },
  Sigmoid: {
    value: sigmoid,
    derivative: (x) => sigmoid(x) * sigmoid(-x),
  },
  Tanh: {
    value: Math.tanh,
    derivative: (x) => 1 - Math.tanh(x) ** 2,
  },
  SiLU: {
    value: (x) => x * sigmoid(x),
    derivative: (x) => sigmoid(x) * (1 + x * sigmoid(-x)),
  },
  GELU: {
    value: (x, args) => (args.approximate === 'tanh' ? geluTanh : geluExact).value(x, args),
    derivative: (x, args) => (args.approximate === 'tanh' ? geluTanh : geluExact).derivative(x, args),
  },
};

const activationReference = ({ value, derivative }: Activation): Reference => ({
  forward: (args, [input]) => ({
    output: tensor(
      input.shape,
      input.data.map((x) => value(x, args)),
    ),
  }),
  backward: (args, [input], _params, grad_output) => ({
    grad_inputs: [
      tensor(
        input.shape,
        input.data.map((x, i) => derivative(x, args) * grad_output.data[i]),
      ),
    ],
    grad_params: {},
  }),
});

/** By layer type. */
export const activationReferences: Readonly<Record<string, Reference>> = Object.fromEntries(
  Object.entries(activations).map(([type, activation]) => [type, activationReference(activation)]),
);
