/** What Newton–Schulz promises, on the specification: singular values about 1, the same singular vectors, PyTorch's scales of the rate. */
import { describe, expect, it } from 'vitest';
import { muonReference, orthogonalise } from '../../src/engine/optim/muon.reference.ts';
import { resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import type { Args } from '../../src/model/types.ts';
import { singularValues } from '../../src/train/microscope/singular.ts';

const muon = (given: Args = {}): Args => resolveOptimizer({ type: 'Muon', lr: 0.02, ...given });
const SHAPES = [
  [4, 4],
  [3, 20],
  [20, 3],
  [16, 16],
  [12, 75],
  [64, 24],
  [1, 9],
] as const;

function gaussian(rows: number, columns: number, seed: number): Float64Array {
  const { normal } = random(17, seed);
  return Float64Array.from({ length: rows * columns }, () => normal());
}

const spectrum = (matrix: Float64Array, rows: number, columns: number): number[] => [...(singularValues(matrix, rows, columns) ?? [Number.NaN])];

const at = (a: Float64Array, columns: number, i: number, j: number): number => a[i * columns + j];

describe.each(SHAPES)('a matrix of %i × %i, orthogonalised', (rows, columns) => {
  it('has singular values from 0.65 to 1.25, but for those that were below 1/200 of the norm', () => {
    for (let seed = 0; seed < 20; seed++) {
      const u = gaussian(rows, columns, seed);
      const norm = Math.hypot(...u);
      const before = spectrum(u, rows, columns);
      const after = spectrum(orthogonalise(muon(), u, rows, columns), rows, columns);
      const large = before.filter((s) => s > norm / 200).length;
      expect(large).toBeGreaterThan(0);
      expect(Math.max(...after)).toBeLessThan(1.25);
      expect(after[large - 1]).toBeGreaterThan(0.65);
    }
  });

  it('keeps its singular vectors: XᵀU is symmetric and has no negative value on its diagonal', () => {
    const u = gaussian(rows, columns, 99);
    const x = orthogonalise(muon(), u, rows, columns);
    const inner = (i: number, j: number): number => {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += at(x, columns, r, i) * at(u, columns, r, j);
      return sum;
    };
    for (let i = 0; i < columns; i++) {
      expect(inner(i, i)).toBeGreaterThanOrEqual(0);
      for (let j = 0; j < i; j++) expect(inner(i, j)).toBeCloseTo(inner(j, i), 9);
    }
  });

  it('is the nearest orthogonal matrix itself with the classic coefficients and enough iterations', () => {
    const steps = { ns_coefficients: [1.5, -0.5, 0], ns_steps: 40 };
    for (const s of spectrum(orthogonalise({ ...muon(), ...steps }, gaussian(rows, columns, 5), rows, columns), rows, columns)) {
      expect(s).toBeCloseTo(1, 6);
    }
  });
});

describe('a step of Muon', () => {
  const stepOf = (given: Args, rows: number, columns: number, grad: Float64Array): Float64Array => {
    const param = new Float64Array(rows * columns);
    const args = muon({ weight_decay: 0, ...given });
    muonReference.step(args, muonReference.init(args, param.length), param, grad, args.lr as number, 1, undefined, [rows, columns]);
    return param;
  };

  it('does not depend on the size of the gradient', () => {
    const grad = gaussian(6, 10, 1);
    const [small, large] = [1e-3, 1e6].map((size) =>
      stepOf(
        {},
        6,
        10,
        grad.map((g) => size * g),
      ),
    );
    for (const [i, value] of small.entries()) expect(large[i]).toBeCloseTo(value, 9);
  });

  it('is √(rows / columns) longer for tall matrices, or as long as a step of AdamW', () => {
    for (const [rows, columns, original] of [
      [5, 20, 1],
      [20, 5, 2],
    ]) {
      const grad = gaussian(rows, columns, 2);
      const x = orthogonalise(muon(), grad, rows, columns);
      const largest = Math.max(...x.map(Math.abs));
      expect(Math.max(...stepOf({}, rows, columns, grad).map(Math.abs))).toBeCloseTo(0.02 * original * largest, 12);
      expect(Math.max(...stepOf({ adjust_lr_fn: 'match_rms_adamw' }, rows, columns, grad).map(Math.abs))).toBeCloseTo(
        0.02 * 0.2 * Math.sqrt(20) * largest,
        12,
      );
    }
  });

  it('moves the rest at adamw_lr, which follows the schedule of lr', () => {
    const args = muon({ weight_decay: 0, adamw_lr: 0.01 });
    for (const [lr, far] of [
      [0.02, 0.01],
      [0.002, 0.001],
      [0, 0],
    ]) {
      const param = Float64Array.of(1);
      muonReference.step(args, muonReference.init(args, 1), param, Float64Array.of(7), lr, 1);
      expect(param[0]).toBeCloseTo(1 - far, 7);
    }
  });
});
