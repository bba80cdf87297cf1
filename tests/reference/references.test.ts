/** What a reference promises beyond its gradient: masks, ties, borders and running statistics, checked by hand. */
import { describe, expect, it } from 'vitest';
import { erf } from '../../src/engine/ops/activation/activation.reference.ts';
import { drawCase, inferCase, opCases } from '../../src/engine/ops/cases.ts';
import type { Tensor } from '../../src/engine/reference.ts';
import { tensor } from '../../src/engine/reference.ts';
import { hash2 } from '../../src/model/random.ts';
import type { Args } from '../../src/model/types.ts';

const of = (shape: readonly number[], ...values: number[]): Tensor => tensor(shape, Float64Array.from(values));

/** Output and input gradient of a layer without parameters for an upstream gradient of 1, 2, 3 …. */
function run(op: string, type: string, given: Args, input: Tensor, mode = { train: true, seed: 1 }) {
  const { args, shape } = inferCase({ type, args: given, inputs: [input.shape] });
  const upstream = tensor([input.shape[0], ...shape]);
  const grad_output = { ...upstream, data: upstream.data.map((_, i) => i + 1) };
  const reference = opCases[op].reference[type];
  const { output } = reference.forward(args, [input], {}, mode);
  const [grad_input] = reference.backward(args, [input], {}, grad_output, mode).grad_inputs;
  return { output: [...output.data], shape: output.shape, grad_input: [...grad_input.data] };
}

describe('conv2d', () => {
  /** Element [n, co, oy, ox] from the definition: pad with zeroes, spread the kernel over zeroes, sum one window. */
  function at(args: Args, { shape: [, C, H, W], data }: Tensor, weight: Tensor, [n, co, oy, ox]: readonly number[]): number {
    const [C_out, groupIn, KH, KW] = weight.shape;
    const axis = (name: string, k: number) => (args[name] as number[])[k];
    const group = Math.floor(co / (C_out / (args.groups as number)));
    const padded = (c: number, y: number, x: number) => (y >= 0 && y < H && x >= 0 && x < W ? data[((n * C + c) * H + y) * W + x] : 0);
    const spread = (c: number, y: number, x: number) => {
      const [ky, kx] = [y / axis('dilation', 0), x / axis('dilation', 1)];
      return Number.isInteger(ky) && Number.isInteger(kx) ? weight.data[((co * groupIn + c) * KH + ky) * KW + kx] : 0;
    };
    let sum = 0;
    for (let c = 0; c < groupIn; c++)
      for (let y = 0; y <= (KH - 1) * axis('dilation', 0); y++)
        for (let x = 0; x <= (KW - 1) * axis('dilation', 1); x++) {
          const [top, left] = [oy * axis('stride', 0) - axis('padding', 0), ox * axis('stride', 1) - axis('padding', 1)];
          sum += padded(group * groupIn + c, top + y, left + x) * spread(c, y, x);
        }
    return sum;
  }

  it('keeps height and width apart in every argument', () => {
    const settings = { stride: [2, 1], padding: [0, 2], dilation: [1, 3], kernel_size: [3, 2] };
    for (const name of ['', ...Object.keys(settings)] as ('' | keyof typeof settings)[]) {
      // All four unequal, then each the other way round.
      const given = { out_channels: 6, groups: 2, bias: false, ...settings, ...(name && { [name]: settings[name].toReversed() }) };
      const { args, inputs, params, grad_output, mode } = drawCase({ type: 'Conv2d', args: given, inputs: [[2, 4, 11, 9]] }, 21);
      const { output } = opCases.conv2d.reference.Conv2d.forward(args, inputs, params, mode);
      expect(output.shape).toEqual(grad_output.shape);
      const [, C, OH, OW] = output.shape;
      for (let o = 0; o < output.data.length; o++) {
        const place = [Math.floor(o / (C * OH * OW)), Math.floor(o / (OH * OW)) % C, Math.floor(o / OW) % OH, o % OW];
        expect(output.data[o]).toBeCloseTo(at(args, inputs[0], params.weight, place), 12);
      }
    }
  });
});

describe('max_pool2d', () => {
  it('gives the gradient to the first of equal maxima', () => {
    const { output, grad_input } = run('max_pool2d', 'MaxPool2d', { kernel_size: 2 }, of([1, 1, 2, 4], 5, 5, 0, 7, 5, 5, 7, 7));
    expect(output).toEqual([5, 7]);
    expect(grad_input).toEqual([1, 0, 0, 2, 0, 0, 0, 0]);
  });

  it('never takes a value from the padding', () => {
    const { output } = run('max_pool2d', 'MaxPool2d', { kernel_size: 3, stride: 2, padding: 1 }, of([1, 1, 2, 2], -4, -3, -2, -1));
    expect(output).toEqual([-1]);
  });

  it('adds the gradients of overlapping windows', () => {
    const { grad_input } = run('max_pool2d', 'MaxPool2d', { kernel_size: [1, 2], stride: 1 }, of([1, 1, 1, 3], 0, 9, 0));
    expect(grad_input).toEqual([0, 3, 0]);
  });
});

describe('avg_pool2d and adaptive_avg_pool2d', () => {
  const ones = of([1, 1, 2, 2], 1, 1, 1, 1);

  it('counts the padding or does not', () => {
    expect(run('avg_pool2d', 'AvgPool2d', { kernel_size: 2, padding: 1 }, ones).output).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(run('avg_pool2d', 'AvgPool2d', { kernel_size: 2, padding: 1, count_include_pad: false }, ones).output).toEqual([1, 1, 1, 1]);
  });

  it('uses PyTorch’s windows, which overlap when sizes do not divide', () => {
    const { output } = run('adaptive_avg_pool2d', 'AdaptiveAvgPool2d', { output_size: [1, 3] }, of([1, 1, 1, 5], 1, 2, 3, 4, 5));
    expect(output).toEqual([1.5, 3, 4.5]);
    const larger = run('adaptive_avg_pool2d', 'AdaptiveAvgPool2d', { output_size: [1, 3] }, of([1, 1, 1, 2], 1, 2));
    expect(larger.output).toEqual([1, 1.5, 2]);
  });
});

describe('dropout', () => {
  const input = tensor([8, 5, 10, 10]);
  input.data.fill(1);

  it('keeps exactly the elements whose hash reaches ⌊p · 2³²⌋, and backward uses the same mask', () => {
    const { output, grad_input } = run('dropout', 'Dropout', { p: 0.3 }, input, { train: true, seed: 77 });
    for (const [i, y] of output.entries()) {
      const factor = hash2(77, i) >= 1288490188 ? 1 / 0.7 : 0;
      expect(y).toBe(factor);
      expect(grad_input[i]).toBe(factor * (i + 1));
    }
  });

  it('keeps the mean', () => {
    for (const p of [0.1, 0.5, 0.9]) {
      const { output } = run('dropout', 'Dropout', { p }, input, { train: true, seed: 5 });
      const mean = output.reduce((a, b) => a + b, 0) / output.length;
      // Four standard errors of a Bernoulli mean over 4,000 elements.
      expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(p / (1 - p) / output.length));
    }
  });

  it('has another mask for another seed, and none in evaluation or at p = 0', () => {
    const masks = [1, 2].map((seed) => run('dropout', 'Dropout', { p: 0.5 }, input, { train: true, seed }).output);
    expect(masks[0]).not.toEqual(masks[1]);
    expect(run('dropout', 'Dropout', { p: 0.5 }, input, { train: false, seed: 1 }).output).toEqual([...input.data]);
    expect(run('dropout', 'Dropout', { p: 0 }, input).output).toEqual([...input.data]);
  });
});

describe('batch_norm', () => {
  const { reference } = opCases.batch_norm;

  it('normalises by the biased variance and keeps the unbiased one', () => {
    const params = { weight: of([1], 1), bias: of([1], 0), running_mean: of([1], 10), running_var: of([1], 10) };
    const args = { num_features: 1, eps: 0, momentum: 0.25 };
    const { output, buffers } = reference.BatchNorm1d.forward(args, [of([2, 1], 1, 3)], params, { train: true });
    expect([...output.data]).toEqual([-1, 1]);
    expect(buffers?.running_mean.data[0]).toBeCloseTo(0.75 * 10 + 0.25 * 2, 14);
    expect(buffers?.running_var.data[0]).toBeCloseTo(0.75 * 10 + 0.25 * 2, 14);
    expect(params.running_mean.data[0]).toBe(10);
  });

  it('is the same on [N, C] as on [N, C, 1, 1]', () => {
    const { args, inputs, params, grad_output, mode } = drawCase({ type: 'BatchNorm1d', args: {}, inputs: [[5, 3]] }, 4);
    const deep = (t: Tensor) => tensor([...t.shape, 1, 1], t.data);
    const flat = reference.BatchNorm1d.backward(args, inputs, params, grad_output, mode);
    const image = reference.BatchNorm2d.backward(args, inputs.map(deep), params, deep(grad_output), mode);
    expect(image.grad_inputs[0].data).toEqual(flat.grad_inputs[0].data);
  });

  it('keeps its precision at mean / std = 1000 and is flat for a constant channel', () => {
    for (const [mean, scale, std] of [
      [1000, 1, 1],
      [7, 0, 0],
    ] as const) {
      const { args, inputs, params, mode } = drawCase({ type: 'BatchNorm2d', args: {}, inputs: [[4, 1, 20, 20]], mean, scale }, 4);
      const { output } = reference.BatchNorm2d.forward(args, inputs, params, mode);
      const x = output.data.map((y) => (y - params.bias.data[0]) / params.weight.data[0]);
      expect(Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length)).toBeCloseTo(std, 4);
    }
  });
});

describe('add and flatten', () => {
  it('give both inputs their gradient, and a shape without moving data', () => {
    const { args, inputs, params, grad_output, mode } = drawCase(
      {
        type: 'Add',
        args: {},
        inputs: [
          [2, 3],
          [2, 3],
        ],
      },
      9,
    );
    const { grad_inputs } = opCases.add.reference.Add.backward(args, inputs, params, grad_output, mode);
    expect(grad_inputs.map((t) => t.data)).toEqual([grad_output.data, grad_output.data]);
    const { output, shape } = run('flatten', 'Flatten', {}, of([1, 2, 1, 2], 1, 2, 3, 4));
    expect([output, shape]).toEqual([
      [1, 2, 3, 4],
      [1, 4],
    ]);
  });
});

describe('erf', () => {
  it('agrees with tabulated values to 1e-15', () => {
    // Abramowitz and Stegun, table 7.1.
    for (const [x, y] of [
      [0, 0],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [3, 0.9999779095030014],
      [7, 1],
    ]) {
      expect(Math.abs(erf(x) - y)).toBeLessThan(1e-15);
      expect(erf(-x)).toBe(-erf(x));
    }
  });
});
