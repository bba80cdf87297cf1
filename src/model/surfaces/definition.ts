/** What the surface lab asks of a surface: a function of two numbers, small enough to be drawn whole. */

export type Point = readonly [x: number, y: number];

export interface Surface {
  /** Stands in links. */
  id: string;
  label: string;
  /** One line: what it shows. */
  summary: string;
  /** TeX. */
  formula: string;
  source: { title: string; url: string };
  /** Number of the formula in shaders/surface.wgsl. */
  kind: number;
  /** PyTorch's shape of the parameter that optimizers move: [2], or that of a matrix of which (x, y) are coordinates. */
  shape: readonly number[];
  /** What the plot shows. */
  window: { x: Point; y: Point };
  start: Point;
  /** The lowest value: charts show the loss above it, so that a logarithmic axis can. */
  least: number;
  minima: readonly Point[];
  /** Standard deviation of the noise on every partial derivative, where the surface is about noise; else 0. */
  noise: number;
  value(x: number, y: number): number;
  gradient(x: number, y: number): Point;
  /** Second derivatives xx, xy, yy. */
  hessian(x: number, y: number): readonly [number, number, number];
  /** The parameter at (x, y), row by row. */
  place(x: number, y: number): number[];
}

/** The parameter of a plain surface is (x, y) itself. */
export const plane = { shape: [2], place: (x: number, y: number): number[] => [x, y] } as const;
