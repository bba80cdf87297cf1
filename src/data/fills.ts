/** Colours and textures of the shapes data set. */
import { hash3, type Random } from '../model/random.ts';
import { between, clamp, cos, cube, sin, TAU } from './exact.ts';

/** Red, green, blue, 0 … 1, as stored (gamma-encoded). */
export type Colour = readonly [number, number, number];

/** sRGB's transfer curve within 0.001 by square roots alone, which are exact everywhere (Math.pow is not). */
function encode(linear: number): number {
  const root = Math.sqrt(clamp(linear, 0, 1));
  const fourth = Math.sqrt(root);
  return clamp(0.585122381 * root + 0.783140355 * fourth - 0.368262736 * Math.sqrt(fourth), 0, 1);
}

/** A colour by lightness (0 … 1), chroma (0 … about 0.2) and hue (radians) in Oklab, so that equal steps look equal (B. Ottosson, 2020). */
export function oklch(lightness: number, chroma: number, hue: number): Colour {
  const a = chroma * cos(hue);
  const b = chroma * sin(hue);
  const l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const s = cube(lightness - 0.0894841775 * a - 1.291485548 * b);
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** A texture: share 0 … 1 of its second colour at pixel (x, y). */
export type Pattern = (x: number, y: number) => number;

const smoothstep = (t: number): number => t * t * (3 - 2 * t);

/** A soft-edged wave of period 1: 0 in one half, 1 in the other. */
function band(phase: number): number {
  const t = phase - Math.floor(phase);
  return smoothstep(clamp((Math.abs(t - 0.5) - 0.25) * 5 + 0.5, 0, 1));
}

function gradient(r: Random, size: number): Pattern {
  const angle = between(r, 0, TAU);
  const kx = cos(angle) / size;
  const ky = sin(angle) / size;
  return (x, y) => clamp(0.5 + (x - size / 2) * kx + (y - size / 2) * ky, 0, 1);
}

/** Stripes, or with a second direction checks, 4 to 9 pixels wide. */
function stripes(r: Random, checks: boolean): Pattern {
  const angle = between(r, 0, TAU);
  const pitch = between(r, 4, 9);
  const kx = cos(angle) / pitch;
  const ky = sin(angle) / pitch;
  const phase = r.uniform();
  if (!checks) return (x, y) => band(phase + kx * x + ky * y);
  return (x, y) => {
    const u = band(phase + kx * x + ky * y);
    const v = band(phase - ky * x + kx * y);
    return u + v - 2 * u * v;
  };
}

/** Cloudy noise: random values on a grid of 3 to 6 pixels, smoothly joined. */
function clouds(r: Random): Pattern {
  const key = r.word();
  const pitch = between(r, 3, 6);
  const value = (column: number, row: number) => hash3(key, column, row) / 4294967296;
  return (x, y) => {
    const column = Math.floor(x / pitch);
    const row = Math.floor(y / pitch);
    const u = smoothstep(x / pitch - column);
    const v = smoothstep(y / pitch - row);
    const top = value(column, row) * (1 - u) + value(column + 1, row) * u;
    const bottom = value(column, row + 1) * (1 - u) + value(column + 1, row + 1) * u;
    return top * (1 - v) + bottom * v;
  };
}

/** A random texture for a picture of `size`×`size` pixels. */
export function randomPattern(r: Random, size: number): Pattern {
  switch (r.below(6)) {
    case 0:
      return () => 0;
    case 1:
      return stripes(r, false);
    case 2:
      return stripes(r, true);
    case 3:
      return clouds(r);
    default:
      return gradient(r, size);
  }
}

/** A texture with its two colours. */
export interface Fill {
  pattern: Pattern;
  first: Colour;
  second: Colour;
}

/** A texture around one lightness and hue; `vary` (0 … 1) is how far its two colours lie apart. */
export function randomFill(r: Random, size: number, lightness: number, hue: number, vary: number): Fill {
  const step = vary * between(r, 0.05, 0.1);
  const turn = vary * between(r, -0.7, 0.7);
  const chroma = between(r, 0.05, 0.17);
  const pattern = randomPattern(r, size);
  return { pattern, first: oklch(lightness - step, chroma, hue - turn), second: oklch(lightness + step, chroma, hue + turn) };
}
