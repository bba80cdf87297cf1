/** How the microscope writes numbers. */
import { expect, it } from 'vitest';
import { agreement, coordinates, digits, FLOAT32 } from '../../src/ui/microscope/words.ts';

it('writes so many digits as tell float32 numbers apart, with a proper minus', () => {
  const value = Math.fround(-0.1234567);
  const next = Math.fround(-0.1234567 - 2 ** -27);
  expect(next).not.toBe(value);
  expect(digits(value, FLOAT32)).not.toBe(digits(next, FLOAT32));
  expect(digits(value, FLOAT32)).toMatch(/^−0\.123456\d{3}$/);
  expect([digits(0, 3), digits(1.2e-9, 3), digits(-4.5e12, 2)]).toEqual(['0', '1.20e−9', '−4.5e12']);
  expect([digits(Number.NaN, 3), digits(Number.NEGATIVE_INFINITY, 3)]).toEqual(['NaN', '−∞']);
});

it('counts the float32 numbers between what the formula gives and what the GPU wrote, through 0 too', () => {
  const one = Math.fround(0.3);
  expect(agreement(0.3, one)).toBe('the same float32 number');
  expect(agreement(0.3, one + 2 ** -25)).toMatch(/^1 float32 number apart/);
  expect(agreement(0.3, one + 3 * 2 ** -25)).toMatch(/^3 float32 numbers apart/);
  expect(agreement(-(2 ** -149), 2 ** -149)).toMatch(/^2 float32 numbers apart/);
});

it('finds the coordinates of a weight in PyTorch’s order', () => {
  expect(coordinates(37, [6, 1, 5, 5])).toBe('1, 0, 2, 2');
  expect(coordinates(4, [7])).toBe('4');
});
