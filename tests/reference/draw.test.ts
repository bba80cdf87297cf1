/** Every case of every operation is legal, small, and becomes numbers that suit the checks made on them. */
import { describe, expect, it } from 'vitest';
import { drawCase, opCases } from '../../src/engine/ops/cases.ts';
import type { Case, Cases } from '../../src/engine/reference.ts';
import { random } from '../../src/model/random.ts';

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const drawn = (cases: Cases, count: number): Case[] => Array.from({ length: count }, (_, seed) => cases.random(random(seed, 7).uniform));

describe.each(Object.entries(opCases))('%s', (_name, { reference, cases }) => {
  it('has at least eight cases by hand and covers each of its layers', () => {
    expect(cases.cases.length).toBeGreaterThanOrEqual(8);
    for (const type of Object.keys(reference))
      expect(cases.cases.filter((item) => item.type === type).length).toBeGreaterThanOrEqual(type === 'BatchNorm1d' ? 6 : 8);
  });

  it('draws legal, small, float32 cases, the same from the same seed', () => {
    for (const [k, item] of [...cases.cases, ...drawn(cases, 300)].entries()) {
      const { inputs, params, grad_output, args, mode } = drawCase(item, k);
      for (const t of [...inputs, ...Object.values(params), grad_output]) {
        expect(t.data.length, JSON.stringify(item)).toBe(size(t.shape));
        expect(t.data.length, JSON.stringify(item)).toBeLessThanOrEqual(40_000);
        expect(t.data.every((v) => Number.isFinite(v) && Math.fround(v) === v)).toBe(true);
      }
      if (k < 40) {
        expect(drawCase(item, k)).toEqual({ inputs, params, grad_output, args, mode });
        const { output } = reference[item.type].forward(args, inputs, params, mode);
        expect(output.shape).toEqual(grad_output.shape);
        expect(output.data.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('draw', () => {
  const input = (type: string, more: Partial<Case>) => drawCase({ type, args: {}, inputs: [[4, 5, 16, 16]], ...more }, 3).inputs[0].data;

  it('keeps away from the kink at 0', () => {
    expect(Math.min(...input('ReLU', {}).map(Math.abs))).toBeGreaterThanOrEqual(0.99e-3);
    expect(Math.min(...input('ReLU', { scale: 1e-4 }).map(Math.abs))).toBeGreaterThanOrEqual(0.99e-3);
  });

  it('draws distinct values for max pooling, and ties when asked', () => {
    const sorted = input('MaxPool2d', { mean: -100 }).sort();
    for (let i = 1; i < sorted.length; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThan(0.9e-3);
    expect(new Set(input('MaxPool2d', { draw: 'ties' })).size).toBe(5);
  });

  it('follows mean and scale', () => {
    const data = input('Sigmoid', { mean: 1000, scale: 2, draw: 'normal' });
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    expect(Math.abs(mean - 1000)).toBeLessThan(0.2);
    expect(Math.abs(Math.sqrt(data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length) - 2)).toBeLessThan(0.1);
  });
});
