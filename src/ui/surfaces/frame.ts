/** Where points of a surface stand on its plot. */
import type { Point, Surface } from '../../model/surfaces/definition.ts';
import type { Size } from '../hooks.ts';

export interface Frame extends Size {
  surface: Surface;
}

export function toPixel({ surface: { window }, width, height }: Frame, x: number, y: number): Point {
  const across = (x - window.x[0]) / (window.x[1] - window.x[0]);
  const up = (y - window.y[0]) / (window.y[1] - window.y[0]);
  return [across * width, (1 - up) * height];
}

/** Kept within the window, and to numbers that one would type. */
export function fromPixel({ surface: { window }, width, height }: Frame, left: number, top: number): Point {
  const share = (value: number, size: number): number => Math.min(1, Math.max(0, value / size));
  return [
    round(window.x[0] + (window.x[1] - window.x[0]) * share(left, width), window.x),
    round(window.y[1] - (window.y[1] - window.y[0]) * share(top, height), window.y),
  ];
}

/** To a thousandth of the range or finer, in decimal. */
export function round(value: number, [low, high]: Point): number {
  const digits = Math.max(0, 3 - Math.floor(Math.log10(high - low)));
  const rounded = Number(value.toFixed(digits));
  return rounded === 0 ? 0 : rounded;
}
