/** Test functions that optimizers have been compared on for decades. */
import type { Surface } from './definition.ts';
import { plane } from './definition.ts';

const WIKI = { title: 'Test functions for optimization', url: 'https://en.wikipedia.org/wiki/Test_functions_for_optimization' };

export const rosenbrock: Surface = {
  ...plane,
  id: 'rosenbrock',
  label: 'Rosenbrock',
  summary: 'A bent valley with a nearly flat floor: found at once, followed only slowly. Curvature helps most here.',
  formula: 'f(x, y) = (1 - x)^2 + 100\\,(y - x^2)^2',
  source: { title: 'Rosenbrock, The Computer Journal 3, 1960', url: 'https://doi.org/10.1093/comjnl/3.3.175' },
  kind: 4,
  window: { x: [-2, 2], y: [-1, 3] },
  start: [-1.2, 1],
  least: 0,
  minima: [[1, 1]],
  noise: 0,
  value: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
  hessian: (x, y) => [2 - 400 * (y - 3 * x * x), -400 * x, 200],
};

const BEALE = [1.5, 2.25, 2.625];

export const beale: Surface = {
  ...plane,
  id: 'beale',
  label: 'Beale',
  summary: 'Flat in the middle, walls of many thousands at the corners: one rate is too low here and too high there.',
  formula: 'f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2',
  source: WIKI,
  kind: 5,
  window: { x: [-4.5, 4.5], y: [-4.5, 4.5] },
  start: [1, 1.6],
  least: 0,
  minima: [[3, 0.5]],
  noise: 0,
  value: (x, y) => BEALE.reduce((sum, c, k) => sum + (c - x + x * y ** (k + 1)) ** 2, 0),
  gradient: (x, y) => {
    let [gx, gy] = [0, 0];
    for (const [k, c] of BEALE.entries()) {
      const rest = c - x + x * y ** (k + 1);
      gx += 2 * rest * (y ** (k + 1) - 1);
      gy += 2 * rest * x * (k + 1) * y ** k;
    }
    return [gx, gy];
  },
  hessian: (x, y) => {
    let [xx, xy, yy] = [0, 0, 0];
    for (const [k, c] of BEALE.entries()) {
      const rest = c - x + x * y ** (k + 1);
      const [dx, dy] = [y ** (k + 1) - 1, x * (k + 1) * y ** k];
      xx += 2 * dx * dx;
      xy += 2 * (dx * dy + rest * (k + 1) * y ** k);
      yy += 2 * (dy * dy + (k > 0 ? rest * x * (k + 1) * k * y ** (k - 1) : 0));
    }
    return [xx, xy, yy];
  },
};

export const himmelblau: Surface = {
  ...plane,
  id: 'himmelblau',
  label: 'Himmelblau',
  summary: 'Four valleys, equally deep: which one a run ends in depends on its start, and on the momentum it carries.',
  formula: 'f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2',
  source: WIKI,
  kind: 6,
  window: { x: [-5, 5], y: [-5, 5] },
  start: [-0.3, -0.6],
  least: 0,
  minima: [
    [3, 2],
    [-2.805118086952745, 3.131312518250573],
    [-3.779310253377747, -3.283185991286169],
    [3.584428340330492, -1.848126526964404],
  ],
  noise: 0,
  value: (x, y) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
  gradient: (x, y) => {
    const [a, b] = [x * x + y - 11, x + y * y - 7];
    return [4 * x * a + 2 * b, 2 * a + 4 * y * b];
  },
  hessian: (x, y) => [12 * x * x + 4 * y - 42, 4 * (x + y), 12 * y * y + 4 * x - 26],
};

const TURN = 2 * Math.PI;

export const rastrigin: Surface = {
  ...plane,
  id: 'rastrigin',
  label: 'Rastrigin',
  summary: 'A bowl full of dents: the nearest one holds a run unless momentum or noise carries it on.',
  formula: 'f(x, y) = 20 + x^2 + y^2 - 10\\,(\\cos 2\\pi x + \\cos 2\\pi y)',
  source: WIKI,
  kind: 7,
  window: { x: [-5.12, 5.12], y: [-5.12, 5.12] },
  start: [-3.4, 2.6],
  least: 0,
  minima: [[0, 0]],
  noise: 0,
  value: (x, y) => 20 + x * x + y * y - 10 * (Math.cos(TURN * x) + Math.cos(TURN * y)),
  gradient: (x, y) => [2 * x + 10 * TURN * Math.sin(TURN * x), 2 * y + 10 * TURN * Math.sin(TURN * y)],
  hessian: (x, y) => [2 + 10 * TURN ** 2 * Math.cos(TURN * x), 0, 2 + 10 * TURN ** 2 * Math.cos(TURN * y)],
};
