/**
 * A matrix, since Muon needs one: X is 4 × 4, and of its singular directions two are steep and two are flat, none along an entry. With
 * u₁ … u₄ the columns of Hadamard's matrix / 2 and M = λ₁ (u₁u₁ᵀ + u₂u₂ᵀ) + λ₂ (u₃u₃ᵀ + u₄u₄ᵀ), the loss is ¼ tr(XᵀMX): with A the root
 * of M, ¼ ‖AX‖².
 *
 * The plot shows X = x (u₁u₁ᵀ + u₂u₂ᵀ) + y (u₃u₃ᵀ + u₄u₄ᵀ): x is the size of the steep directions, y that of the flat ones. Without noise no
 * optimizer leaves this plane, so the contours are exact: each entry of X and of its gradient is (x + y)/2, (x − y)/2 or 0, always at the
 * same places, whether a rule works on entries or on singular values. Noise leads away from it; then the plot is the projection.
 */
import type { Surface } from './definition.ts';

const STEEP = 1;
const FLAT = 0.01;
const SIZE = 4;

export const matrix: Surface = {
  id: 'matrix',
  label: 'Matrix',
  summary: 'A 4 × 4 matrix with steep and flat singular directions: Muon makes equal steps in both, rules that look at single entries cannot.',
  formula: 'f(X) = \\frac{1}{4} \\|A X\\|^2 = \\frac{1}{2} (x^2 + 0.01\\, y^2)',
  source: { title: 'Jordan et al., Muon: an optimizer for hidden layers, 2024', url: 'https://kellerjordan.github.io/posts/muon/' },
  kind: 8,
  shape: [SIZE, SIZE],
  window: { x: [-3, 3], y: [-3, 3] },
  start: [-2, 2.4],
  least: 0,
  minima: [[0, 0]],
  noise: 0,
  value: (x, y) => 0.5 * (STEEP * x * x + FLAT * y * y),
  // Of the plot's coordinates: the gradient in X has half of these as its singular values, since each coordinate moves two of them.
  gradient: (x, y) => [STEEP * x, FLAT * y],
  hessian: () => [STEEP, 0, FLAT],
  place: (x, y) =>
    Array.from({ length: SIZE * SIZE }, (_, at) => {
      const apart = Math.abs(Math.floor(at / SIZE) - (at % SIZE));
      return apart === 0 ? (x + y) / 2 : apart === 2 ? (x - y) / 2 : 0;
    }),
};
