/** Surfaces of degree two, and the saddle. */
import type { Surface } from './definition.ts';
import { plane } from './definition.ts';

const D2L = (chapter: string, path: string) => ({
  title: `Dive into Deep Learning, ${chapter}`,
  url: `https://d2l.ai/chapter_optimization/${path}.html`,
});

export const bowl: Surface = {
  ...plane,
  id: 'bowl',
  label: 'Bowl',
  summary: 'Equally steep everywhere around: every method walks straight to the middle, and only the length of its steps tells.',
  formula: 'f(x, y) = x^2 + y^2',
  source: D2L('12.3 Gradient descent', 'gd'),
  kind: 0,
  // As much wider than high as a plot is: its contours are circles.
  window: { x: [-3.75, 3.75], y: [-3, 3] },
  start: [-2.4, 1.8],
  least: 0,
  minima: [[0, 0]],
  noise: 0,
  value: (x, y) => x * x + y * y,
  gradient: (x, y) => [2 * x, 2 * y],
  hessian: () => [2, 0, 2],
};

export const ravine: Surface = {
  ...plane,
  id: 'ravine',
  label: 'Ravine',
  summary: 'A hundred times steeper across than along: plain SGD zig-zags between the walls, and momentum averages the zig-zag out.',
  formula: 'f(x, y) = \\frac{x^2}{100} + y^2',
  source: D2L('12.6 Momentum', 'momentum'),
  kind: 1,
  window: { x: [-10, 10], y: [-3, 3] },
  start: [-9, 2],
  least: 0,
  minima: [[0, 0]],
  noise: 0,
  value: (x, y) => 0.01 * x * x + y * y,
  gradient: (x, y) => [0.02 * x, 2 * y],
  hessian: () => [0.02, 0, 2],
};

/** x² − y² alone falls for ever; the fourth power gives it two valleys and leaves the middle as it is. */
export const saddle: Surface = {
  ...plane,
  id: 'saddle',
  label: 'Saddle',
  summary: 'Flat on the ridge: SGD slides to the middle and stays, while methods that divide by the size of the gradient leave at once.',
  formula: 'f(x, y) = \\frac{x^2 - y^2}{20} + \\frac{y^4}{80}',
  source: { title: 'Dauphin et al., Identifying and attacking the saddle point problem, 2014', url: 'https://arxiv.org/abs/1406.2572' },
  kind: 2,
  window: { x: [-2.5, 2.5], y: [-2.2, 2.2] },
  start: [-2, 0.001],
  least: -0.05,
  minima: [
    [0, Math.SQRT2],
    [0, -Math.SQRT2],
  ],
  noise: 0,
  value: (x, y) => (x * x - y * y) / 20 + y ** 4 / 80,
  gradient: (x, y) => [x / 10, y ** 3 / 20 - y / 10],
  hessian: (_x, y) => [0.1, 0, (3 * y * y) / 20 - 0.1],
};

/** The ravine's formula would do; this one is milder, so that the noise is what tells. */
export const noisy: Surface = {
  ...plane,
  id: 'noisy',
  label: 'Noisy quadratic',
  summary: 'A quadratic whose gradient is measured with noise, as from small batches: a constant rate ends in a cloud, not in a point.',
  formula: 'f(x, y) = \\frac{x^2}{10} + y^2, \\quad g = \\left(\\frac{x}{5}, 2y\\right) + \\sigma\\,\\epsilon',
  source: { title: 'Zhang et al., Which algorithmic choices matter at which batch sizes?, 2019', url: 'https://arxiv.org/abs/1907.04164' },
  kind: 3,
  window: { x: [-4, 4], y: [-2.4, 2.4] },
  start: [-3.4, 1.8],
  least: 0,
  minima: [[0, 0]],
  noise: 1,
  value: (x, y) => 0.1 * x * x + y * y,
  gradient: (x, y) => [0.2 * x, 2 * y],
  hessian: () => [0.2, 0, 2],
};
