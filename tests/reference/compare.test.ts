/** The comparisons that GPU tests rely on: they must see one wrong element and say where it is. */
import { describe, expect, it } from 'vitest';
import { drawCase, opCases } from '../../src/engine/ops/cases.ts';
import type { Case } from '../../src/engine/reference.ts';
import {
  compare,
  compareCase,
  compareStep,
  compareUlp,
  magnitudesOf,
  maxAbs,
  relativeL2,
  runReference,
  ulp,
  ulpDistance,
} from '../../src/gpu/selftest_compare.ts';
import { random } from '../../src/model/random.ts';

describe('measures', () => {
  it('relative L2, largest error', () => {
    expect(relativeL2([3, 4.5], [3, 4])).toBeCloseTo(0.1, 14);
    expect(relativeL2([0, 0], [0, 0])).toBe(0);
    expect(relativeL2([0, 1e-9], [0, 0])).toBe(Infinity);
    expect(maxAbs([1, 5, 3], [1, 2, 1])).toEqual({ error: 3, index: 1 });
    expect(maxAbs([1, Number.NaN], [1, 2]).index).toBe(1);
  });

  it('float32 neighbours', () => {
    expect(ulp(1)).toBe(2 ** -23);
    expect(ulp(-1.99)).toBe(2 ** -23);
    expect(ulp(1024)).toBe(2 ** -13);
    expect(ulpDistance(1, 1 + 2 ** -23)).toBe(1);
    expect(ulpDistance(-1, -1 - 3 * 2 ** -23)).toBe(3);
    expect(ulpDistance(0, -0)).toBe(0);
    expect(ulpDistance(1.5e-45, -1.5e-45)).toBe(2);
    expect(ulpDistance(0.1, Math.fround(0.1))).toBe(0);
  });
});

describe('sentences', () => {
  const exact = { tolerance: 0 };
  const loose = { tolerance: 1e-3 };

  it('name the first element that is off, with its coordinates', () => {
    expect(compare('y', [1, 2, 3, 4], [1, 2, 3, 4], exact, [2, 2])).toBeNull();
    expect(compare('y', [1, 2, 3, 5], [1, 2, 3, 4], exact, [2, 2])).toBe('y: not equal; first off at 3 [1, 1]: got 5, want 4; 1 of 4 off');
    expect(compare('y', [1, 2.5, 3, 5], [1, 2, 3, 4], loose, [2, 2])).toMatch(
      /relative L2 .* > 1.00e-3, largest error 1.00e\+0 at 3 \[1, 1\]; first off at 1 \[0, 1\]/,
    );
  });

  it('refuse lengths and numbers that are not finite, and expectations that are not', () => {
    expect(compare('y', [1], [1, 2], loose)).toBe('y: 1 elements, want 2');
    expect(compare('y', [1, Number.NaN], [1, 2], { tolerance: 1, absolute: 1e9 })).toMatch(/not finite; first off at 1: got NaN/);
    expect(compare('y', [1, Infinity], [1, Infinity], loose)).toBe('y: expects Infinity at 1');
  });

  it('let an absolute limit stand in for a relative one, and denormals be flushed', () => {
    expect(compare('y', [1e-7, 0], [0, 0], { tolerance: 1e-6, absolute: 1e-6 })).toBeNull();
    expect(compare('y', [1e-5, 0], [0, 0], { tolerance: 1e-6, absolute: 1e-6 })).not.toBeNull();
    expect(compare('y', [0, -0], [1e-39, 0], exact)).toBeNull();
    expect(compareUlp('y', [0], [1e-40], 0)).toBeNull();
  });

  it('hold a sum to its terms where the whole tensor looks right', () => {
    const expected = [...Array(999).fill(1000), 0.001];
    const actual = [...expected.slice(0, 999), 0.0011];
    expect(compare('y', actual, expected, { tolerance: 1e-6 })).toBeNull();
    const magnitudes = [...Array(999).fill(1e4), 0.01];
    expect(compare('y', actual, expected, { tolerance: 1e-6, per_term: { limit: 1e-6, magnitudes } })).toMatch(/first off at 999/);
  });

  it('count float32 neighbours, and judge a step by its own size', () => {
    expect(compareUlp('y', [1 + 2 ** -22], [1], 2)).toBeNull();
    expect(compareUlp('y', [1 + 3 * 2 ** -23], [1], 2)).toMatch(/beyond 2 ULP/);
    expect(compareStep('w', [100.001], [100.001], [100])).toBeNull();
    expect(compareStep('w', [100.00105], [100.001], [100])).toMatch(/w: beyond 2 ULP/);
  });
});

describe('compareCase', () => {
  const { reference, cases } = opCases.conv2d;
  const item: Case = { type: 'Conv2d', args: { out_channels: 8, kernel_size: 3, padding: 1 }, inputs: [[2, 32, 9, 9]] };
  const drawn = drawCase(item, 11);
  const results = runReference(reference.Conv2d, drawn);
  const rounded = () => Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data.map(Math.fround)]));

  it('passes results rounded to float32', () => {
    expect(Object.keys(results)).toEqual(['output', 'grad_inputs.0', 'grad_params.weight', 'grad_params.bias']);
    expect(compareCase(item, cases, reference.Conv2d, drawn, rounded())).toBeNull();
  });

  it('sees one missing term of one element in every result', () => {
    const magnitudes = magnitudesOf(reference.Conv2d, drawn);
    for (const name of Object.keys(results)) {
      const actual = rounded();
      const i = random(3).below(actual[name].length);
      actual[name][i] += magnitudes[name].data[i] / 200;
      const sentence = compareCase(item, cases, reference.Conv2d, drawn, actual);
      expect(sentence).toContain(` ${name}: `);
      expect(sentence).toMatch(new RegExp(`first off at ${i}\\b`));
    }
  });

  it('refuses a result that the reference does not have', () => {
    expect(compareCase(item, cases, reference.Conv2d, drawn, { grad_weight: [1] })).toMatch(/no such result; it has output/);
  });

  it('accepts what float32 arithmetic gives for a whole case', () => {
    const [N, C, H, W] = drawn.inputs[0].shape;
    const actual = new Float32Array(results.output.data.length);
    let o = 0;
    for (let n = 0; n < N; n++)
      for (let co = 0; co < 8; co++)
        for (let y = 0; y < H; y++)
          for (let x = 0; x < W; x++) {
            let sum = Math.fround(drawn.params.bias.data[co]);
            for (let c = 0; c < C; c++)
              for (let k = 0; k < 9; k++) {
                const [iy, ix] = [y + Math.floor(k / 3) - 1, x + (k % 3) - 1];
                if (iy < 0 || iy >= H || ix < 0 || ix >= W) continue;
                const product = Math.fround(drawn.inputs[0].data[((n * C + c) * H + iy) * W + ix] * drawn.params.weight.data[(co * C + c) * 9 + k]);
                sum = Math.fround(sum + product);
              }
            actual[o++] = sum;
          }
    expect(compareCase(item, cases, reference.Conv2d, drawn, { output: actual })).toBeNull();
  });
});
