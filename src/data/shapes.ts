/** Coloured figures on busy ground: textured fills, stray strokes behind them, random pose, size and colours. */
import { hash2, hashText, type Random } from '../model/random.ts';
import { finish, finishSlowly, type Progress, type Steps } from './cooperative.ts';
import { bell, between, clamp, cos, sin, TAU } from './exact.ts';
import { FIGURES } from './figures.ts';
import { type Colour, type Fill, oklch, randomFill } from './fills.ts';
import { checkImageOptions, type ImageOptions, startSample } from './options.ts';
import { standardise } from './standardise.ts';
import { drawPath, type Sheet } from './strokes.ts';
import type { Dataset } from './types.ts';

const SIZE = 32;
const PIXELS = SIZE * SIZE;
const CLASSES = Object.keys(FIGURES);

/** How wild samples are at `difficulty` 0 … 1. */
function amounts(difficulty: number) {
  const mix = (easy: number, hard: number) => easy + (hard - easy) * difficulty;
  return {
    /** Radians: standard deviation of the turn. */
    rotation: mix(0.04, 0.6),
    aspect: mix(0.02, 0.16),
    /** Smallest and largest radius in pixels. */
    small: mix(10, 6.5),
    large: mix(12.5, 12),
    /** Share of the free way to the border. */
    shift: mix(0.3, 1),
    /** Lightness between figure and ground. */
    contrast: mix(0.48, 0.2),
    /** How far the two colours of a texture lie apart. */
    texture: mix(0.2, 1.1),
    /** Stray strokes, on average. */
    strokes: mix(0, 5),
    /** Share of full brightness. */
    noise: mix(0.005, 0.05),
  };
}

type Amounts = ReturnType<typeof amounts>;

/** A picture under way: [3, 32, 32] of 0 … 1, with scratch for strokes. */
interface Canvas {
  rgb: Float64Array;
  sheet: Sheet;
}

/** Mixes a colour into pixel `at` by `cover` 0 … 1. */
function blend(rgb: Float64Array, at: number, red: number, green: number, blue: number, cover: number): void {
  rgb[at] += cover * (red - rgb[at]);
  rgb[at + PIXELS] += cover * (green - rgb[at + PIXELS]);
  rgb[at + 2 * PIXELS] += cover * (blue - rgb[at + 2 * PIXELS]);
}

/** Mixes a texture's colour into the pixel (column, row). */
function paint(rgb: Float64Array, column: number, row: number, { pattern, first, second }: Fill, cover: number): void {
  const t = pattern(column + 0.5, row + 0.5);
  const red = first[0] + t * (second[0] - first[0]);
  const green = first[1] + t * (second[1] - first[1]);
  const blue = first[2] + t * (second[2] - first[2]);
  blend(rgb, row * SIZE + column, red, green, blue, cover);
}

function paintGround({ rgb }: Canvas, fill: Fill): void {
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) paint(rgb, column, row, fill, 1);
  }
}

/** One stray stroke: a bent line of three points, or now and then a dot. */
function drawStray(r: Random, { rgb, sheet }: Canvas, colour: Colour): void {
  const x = between(r, 0, SIZE);
  const y = between(r, 0, SIZE);
  const angle = between(r, 0, TAU);
  const bend = between(r, -0.9, 0.9);
  const reach = r.below(4) === 0 ? 0.5 : between(r, 4, 13);
  const width = between(r, 0.5, 1.5);
  const path = [x - reach * cos(angle), y - reach * sin(angle), x, y, x + reach * cos(angle + bend), y + reach * sin(angle + bend)];
  sheet.ink.fill(0);
  drawPath(sheet, path, () => width, 1);
  for (let p = 0; p < PIXELS; p++) if (sheet.ink[p] > 0) blend(rgb, p, colour[0], colour[1], colour[2], 0.85 * sheet.ink[p]);
}

/** Paints the figure of class `label`, its edge one pixel soft, now and then with an outline. */
function drawFigure(r: Random, { rgb }: Canvas, label: number, much: Amounts, fill: Fill, edge: Colour): void {
  const distance = FIGURES[CLASSES[label]](r);
  const radius = between(r, much.small, much.large);
  const stretch = clamp(1 + much.aspect * bell(r), 0.7, 1.4);
  const angle = much.rotation * bell(r);
  const mirror = r.below(2) === 0 ? 1 : -1;
  const free = much.shift * (SIZE / 2 - radius);
  const cx = SIZE / 2 + between(r, -free, free);
  const cy = SIZE / 2 + between(r, -free, free);
  const outline = r.below(3) === 0 ? between(r, 0.8, 1.6) : 0;
  const c = cos(angle) / radius;
  const s = sin(angle) / radius;
  const reach = 1.45 * radius + 1;
  for (let row = Math.max(Math.floor(cy - reach), 0); row < Math.min(cy + reach, SIZE); row++) {
    for (let column = Math.max(Math.floor(cx - reach), 0); column < Math.min(cx + reach, SIZE); column++) {
      const dx = column + 0.5 - cx;
      const dy = row + 0.5 - cy;
      const pixels = radius * distance((mirror * (c * dx + s * dy)) / stretch, (c * dy - s * dx) * stretch);
      const cover = clamp(0.5 - pixels, 0, 1);
      if (cover === 0) continue;
      paint(rgb, column, row, fill, cover);
      // The outline lies inside, so that it does not change the figure's size.
      const rim = clamp(0.5 + outline + pixels, 0, 1);
      if (outline > 0 && rim > 0) blend(rgb, row * SIZE + column, edge[0], edge[1], edge[2], cover * rim * 0.8);
    }
  }
}

function drawShape(r: Random, label: number, much: Amounts, canvas: Canvas): void {
  const hue = between(r, 0, TAU);
  const bright = r.below(2) === 0;
  const far = much.contrast + between(r, 0, 0.2);
  const middle = between(r, 0.4, 0.75);
  const ground = clamp(middle + (bright ? -far : far) / 2, 0.18, 0.94);
  const figure = clamp(middle + (bright ? far : -far) / 2, 0.18, 0.94);
  paintGround(canvas, randomFill(r, SIZE, ground, hue, much.texture));
  const strays = Math.floor(much.strokes * between(r, 0.4, 1.6) + 0.5);
  // Strays share the figure's range of lightness now and then, so that lightness alone does not give the figure away.
  for (let i = 0; i < strays; i++) {
    drawStray(r, canvas, oklch(between(r, Math.min(ground, figure), Math.max(ground, figure)), between(r, 0.03, 0.14), between(r, 0, TAU)));
  }
  const own = hue + between(r, TAU / 5, (4 * TAU) / 5);
  const edge = oklch(clamp(figure + (bright ? 0.14 : -0.12), 0.1, 0.97), 0.06, own);
  drawFigure(r, canvas, label, much, randomFill(r, SIZE, figure, own, much.texture), edge);
}

/** Writes the picture as bytes with the grain of a camera. */
function develop(r: Random, { rgb }: Canvas, noise: number, out: Uint8Array, at: number): void {
  for (let p = 0; p < 3 * PIXELS; p++) {
    const word = r.word();
    const grain = ((word & 0xffff) + (word >>> 16)) / 65535 - 1;
    out[at + p] = Math.round(255 * clamp(rgb[p] + noise * grain, 0, 1));
  }
}

function* steps(options: ImageOptions): Steps<Dataset> {
  checkImageOptions(options, 'shapes');
  const { train_samples, val_samples, difficulty, seed } = options;
  const much = amounts(difficulty);
  const total = train_samples + val_samples;
  const images = new Uint8Array(total * 3 * PIXELS);
  const labels = new Uint8Array(total);
  const key = hash2(seed >>> 0, hashText('data.shapes'));
  const canvas: Canvas = { rgb: new Float64Array(3 * PIXELS), sheet: { size: SIZE, ink: new Float64Array(PIXELS) } };
  for (let i = 0; i < total; i++) {
    const { label, r } = startSample(i, train_samples, CLASSES.length, key);
    labels[i] = label;
    drawShape(r, label, much, canvas);
    develop(r, canvas, much.noise, images, i * 3 * PIXELS);
    if (i % 32 === 31) yield i / total;
  }
  const shape = [3, SIZE, SIZE] as const;
  return { name: 'Shapes', shape, images, labels, classes: CLASSES, train: train_samples, ...standardise(images, shape, train_samples) };
}

/** Coloured figures, images [N, 3, 32, 32] of bytes, ten balanced classes. Throws `DataError` for options out of range. */
export const shapes = (options: ImageOptions): Dataset => finish(steps(options));

/** As `shapes`, in slices of 50 ms. */
export const shapesSlowly = (options: ImageOptions, onProgress?: Progress): Promise<Dataset> => finishSlowly(steps(options), onProgress);
