/**
 * The references' gradients against central differences, in float64 (PyTorch's gradcheck: ε 1e-6, atol 1e-5, rtol 1e-3): some elements
 * of every input, weight and bias one by one, and all of them at once along a random direction.
 */
import { describe, expect, it } from 'vitest';
import { drawCase, opCases } from '../../src/engine/ops/cases.ts';
import { crossEntropyCases, drawCrossEntropy } from '../../src/engine/ops/cross_entropy/cross_entropy.cases.ts';
import { crossEntropy } from '../../src/engine/ops/cross_entropy/cross_entropy.reference.ts';
import type { Case, Cases, Reference, Tensor } from '../../src/engine/reference.ts';
import { num } from '../../src/model/fields.ts';
import { random } from '../../src/model/random.ts';

const EPSILON = 1e-6;
const ATOL = 1e-5;
const RTOL = 1e-3;
/** Of the norm of the gradient: a wrong element among thousands still shows. */
const DIRECTION_RTOL = 1e-5;
const RANDOM_CASES = 24;
const ELEMENTS = 12;

/** Cases by hand without ties (no derivative there) and random ones. */
function checkable({ cases, random: draw }: Cases): Case[] {
  const drawn = Array.from({ length: RANDOM_CASES }, (_, k) => draw(random(2024, k).uniform));
  return [...cases, ...drawn].filter((item) => item.draw !== 'ties');
}

/** (f(x + ε·d) − f(x − ε·d)) / 2ε for the scalar f = Σ outputs · grad_output, output by output so that large outputs do not cancel. */
function difference(x: Float64Array, d: ReadonlyMap<number, number>, outputs: () => Float64Array, grad_output: Float64Array): number {
  const at = (sign: number) => {
    const before = x.slice();
    for (const [i, direction] of d) x[i] += sign * EPSILON * direction;
    const y = outputs();
    x.set(before);
    return y;
  };
  const [above, below] = [at(1), at(-1)];
  return above.reduce((sum, y, o) => sum + (y - below[o]) * grad_output[o], 0) / (2 * EPSILON);
}

/** Sentences about what differs. */
function checkGradient(
  label: string,
  x: Float64Array,
  gradient: Float64Array,
  outputs: () => Float64Array,
  grad_output: Float64Array,
  seed: number,
): string[] {
  const stream = random(seed, 500);
  const wrong: string[] = [];
  const elements = new Set(x.length <= ELEMENTS ? x.keys() : Array.from({ length: ELEMENTS }, () => stream.below(x.length)));
  for (const i of elements) {
    const numeric = difference(x, new Map([[i, 1]]), outputs, grad_output);
    const limit = ATOL + RTOL * Math.abs(gradient[i]);
    if (!(Math.abs(numeric - gradient[i]) <= limit)) wrong.push(`${label}[${i}]: backward gives ${gradient[i]}, differences ${numeric}`);
  }
  const direction = new Map(Array.from(x.keys(), (i) => [i, stream.word() & 1 ? 1 : -1]));
  const numeric = difference(x, direction, outputs, grad_output);
  const analytic = gradient.reduce((sum, g, i) => sum + g * (direction.get(i) ?? 0), 0);
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  if (!(Math.abs(numeric - analytic) <= ATOL + DIRECTION_RTOL * norm))
    wrong.push(`${label} along a direction: backward gives ${analytic}, differences ${numeric}`);
  return wrong;
}

function checkCase(item: Case, reference: Reference, seed: number): string[] {
  const { args, inputs, params, grad_output, mode } = drawCase(item, seed);
  const { grad_inputs, grad_params } = reference.backward(args, inputs, params, grad_output, mode);
  const outputs = () => reference.forward(args, inputs, params, mode).output.data;
  const check = (name: string, x: Tensor, gradient: Tensor) => {
    expect(gradient.shape, name).toEqual(x.shape);
    return checkGradient(`${item.type} ${JSON.stringify(item)} ${name}`, x.data, gradient.data, outputs, grad_output.data, seed);
  };
  return [
    ...inputs.flatMap((input, k) => check(`input ${k}`, input, grad_inputs[k])),
    ...Object.entries(grad_params).flatMap(([name, gradient]) => check(name, params[name], gradient)),
  ];
}

describe('gradients of the references equal central differences', () => {
  it.each(Object.keys(opCases))('%s', (name) => {
    const { reference, cases } = opCases[name];
    const items = checkable(cases);
    expect(items.length).toBeGreaterThanOrEqual(20);
    expect(items.flatMap((item, seed) => checkCase(item, reference[item.type], seed))).toEqual([]);
  });

  it('cross_entropy', () => {
    const items = checkable(crossEntropyCases);
    const wrong = items.flatMap((item, seed) => {
      const { logits, labels } = drawCrossEntropy(item, seed);
      const smoothing = num(item.args, 'label_smoothing');
      const losses = () => crossEntropy(logits, labels, smoothing).losses.data;
      const mean = new Float64Array(labels.length).fill(1 / labels.length);
      const { grad_logits } = crossEntropy(logits, labels, smoothing);
      return checkGradient(JSON.stringify(item), logits.data, grad_logits.data, losses, mean, seed);
    });
    expect(wrong).toEqual([]);
  });
});

describe('the check itself', () => {
  const { reference, cases } = opCases.conv2d;
  const item = cases.cases[8];

  it('notices one element of a gradient that is 1 % off, and one that is missing', () => {
    for (const factor of [1.01, 0]) {
      const spoilt: Reference = {
        forward: reference.Conv2d.forward,
        backward: (...given) => {
          const result = reference.Conv2d.backward(...given);
          const { data } = result.grad_params.weight;
          const largest = data.reduce((best, g, i) => (Math.abs(g) > Math.abs(data[best]) ? i : best), 0);
          data[largest] *= factor;
          return result;
        },
      };
      expect(checkCase(item, spoilt, 1).join('\n')).toMatch(/weight along a direction/);
    }
    expect(checkCase(item, reference.Conv2d, 1)).toEqual([]);
  });
});
