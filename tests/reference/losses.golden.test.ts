/** Cross-entropy against PyTorch, and at the extremes where a naive formula overflows. */
import golden from 'golden/losses.json';
import { describe, expect, it } from 'vitest';
import { crossEntropyCases, drawCrossEntropy } from '../../src/engine/ops/cross_entropy/cross_entropy.cases.ts';
import { crossEntropy } from '../../src/engine/ops/cross_entropy/cross_entropy.reference.ts';
import { tensor } from '../../src/engine/reference.ts';
import { compare } from '../../src/gpu/selftest_compare.ts';
import { num } from '../../src/model/fields.ts';
import { NOT_YET, readLosses, supported } from '../support/golden.ts';

const losses = supported(readLosses(golden), ['CrossEntropyLoss'], NOT_YET.losses);

describe(`references agree with PyTorch (not yet: ${NOT_YET.losses.join(', ')})`, () => {
  it.each(losses)('$name', ({ input, target, value, grad_input, hyper }) => {
    const { loss, grad_logits } = crossEntropy(input, [...target.data], (hyper.label_smoothing as number | undefined) ?? 0);
    expect(Math.abs(loss - value)).toBeLessThanOrEqual(1e-7 * (1 + Math.abs(value)));
    expect(compare('gradient', grad_logits.data, grad_input.data, { tolerance: 1e-7 }, grad_input.shape)).toBeNull();
  });

  it('covers label smoothing', () => expect(losses.some(({ hyper }) => 'label_smoothing' in hyper)).toBe(true));
});

describe('cross-entropy', () => {
  it('is ln C for equal logits, and its gradients sum to 0', () => {
    const { loss, grad_logits } = crossEntropy(tensor([2, 10]), [0, 7]);
    expect(loss).toBeCloseTo(Math.log(10), 14);
    expect(grad_logits.data.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 14);
  });

  it('is finite at ±1e4 and exact where one logit dominates', () => {
    const logits = tensor([2, 2], Float64Array.of(1e4, -1e4, 1e4, -1e4));
    expect(crossEntropy(logits, [0, 1]).losses.data).toEqual(Float64Array.of(0, 2e4));
    expect(crossEntropy(logits, [0, 1]).grad_logits.data).toEqual(Float64Array.of(0, 0, 0.5, -0.5));
  });

  it('has finite losses in every case', () => {
    for (const [seed, item] of crossEntropyCases.cases.entries()) {
      const { logits, labels } = drawCrossEntropy(item, seed);
      const { loss, grad_logits } = crossEntropy(logits, labels, num(item.args, 'label_smoothing'));
      expect(Number.isFinite(loss) && grad_logits.data.every(Number.isFinite)).toBe(true);
    }
  });
});
