/** How the microscope writes numbers and names things. */
import type { HistogramName } from '../../store/microscope.ts';

/** So many significant digits, with a proper minus. */
export function digits(value: number, count: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text = value === 0 || (size >= 1e-4 && size < 1e6) ? String(Number(value.toPrecision(count))) : value.toExponential(count - 1);
  return text.replace('e+', 'e').replaceAll('-', '−');
}

/** Digits that tell any two float32 numbers apart. */
export const FLOAT32 = 9;

const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);

/** Position among all float32 numbers in order. */
function ordinal(value: number): number {
  floats[0] = value;
  return words[0]! < 0 ? -(words[0]! & 0x7fffffff) : words[0]!;
}

/** What the formula's weight and the GPU's have in common, in words. */
export function agreement(explained: number, written: number): string {
  const apart = Math.abs(ordinal(explained) - ordinal(written));
  if (apart === 0) return 'the same float32 number';
  return `${apart} float32 number${apart === 1 ? '' : 's'} apart: the GPU rounds every line, the formula only the last`;
}

/** Title and, in a line, what it is. */
export const HISTOGRAMS: Readonly<Record<HistogramName, readonly [title: string, what: string]>> = {
  gradient: ['Gradient', 'g, as the backward pass leaves it'],
  update: ['Update', 'Δw, what is added to each weight'],
  first: ['First moment', 'm, the momentum after this step'],
  root: ['Root of the second moment', '√v, what the step is divided by'],
  largest: ['Decaying maximum', 'u, what the step is divided by'],
  step: ['Effective step', '|Δw| ÷ |g|, the learning rate that a weight really gets'],
};

/** [6, 1, 5, 5] and 37 → "1, 0, 2, 2". */
export function coordinates(index: number, shape: readonly number[]): string {
  let rest = index;
  return shape
    .map((_, axis) => {
      const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      const at = Math.floor(rest / inner);
      rest %= inner;
      return at;
    })
    .join(', ');
}
