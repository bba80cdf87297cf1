/** Digits that look handwritten, drawn from hand-made skeletons: no files, no network. */
import { hash2, hashText, type Random } from '../model/random.ts';
import { finish, finishSlowly, type Progress, type Steps } from './cooperative.ts';
import { bell, between, clamp, cos, sin, TAU } from './exact.ts';
import { GLYPHS, type Glyph, type Stroke } from './glyphs.ts';
import { checkImageOptions, type ImageOptions, startSample } from './options.ts';
import { standardise } from './standardise.ts';
import { drawPath, elastic, type Path, type Sheet, smooth } from './strokes.ts';
import type { Dataset } from './types.ts';

const SIZE = 28;
const PIXELS = SIZE * SIZE;
const CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** Ink stays this many pixels away from the border. */
const MARGIN = 1.2;

/** How far samples stray from the skeleton at `difficulty` 0 … 1. */
function amounts(difficulty: number) {
  const mix = (easy: number, hard: number) => easy + (hard - easy) * difficulty;
  return {
    /** Each point of the skeleton, units of the height. */
    wobble: mix(0.016, 0.034),
    elastic: mix(0.028, 0.068),
    /** Radians, and columns per row. */
    rotation: mix(0.08, 0.19),
    shear: mix(0.1, 0.27),
    /** Standard deviation of the factors. */
    aspect: mix(0.08, 0.17),
    scale: mix(0.05, 0.1),
    /** Pixels. */
    shift: mix(0.7, 1.9),
    /** Share of full white. */
    noise: mix(0.01, 0.06),
  };
}

type Amounts = ReturnType<typeof amounts>;

function pickGlyph(r: Random, glyphs: readonly Glyph[]): Glyph {
  let left = r.uniform() * glyphs.reduce((sum, glyph) => sum + glyph.weight, 0);
  for (const glyph of glyphs) {
    left -= glyph.weight;
    if (left < 0) return glyph;
  }
  return glyphs[0];
}

/** Moves every point of a stroke a little (units of the height), neighbours in nearly the same direction and the two halves of a corner alike. */
function wobble(r: Random, stroke: Stroke, amount: number): Stroke {
  const moved: number[] = [];
  let before = [bell(r), bell(r)];
  let here = [bell(r), bell(r)];
  for (let i = 0; i < stroke.length; i += 2) {
    if (i > 0 && stroke[i] === stroke[i - 2] && stroke[i + 1] === stroke[i - 1]) {
      moved.push(moved[i - 2], moved[i - 1]);
      continue;
    }
    const after = [bell(r), bell(r)];
    for (const axis of [0, 1]) moved.push(stroke[i + axis] / 100 + (amount * (before[axis] + 2 * here[axis] + after[axis])) / 2.45);
    before = here;
    here = after;
  }
  return moved;
}

/** Bends, turns, slants and stretches the paths in place; units of the height, about the middle of the glyph. */
function pose(r: Random, paths: readonly Path[], much: Amounts): void {
  const field = elastic(r, much.elastic);
  const angle = much.rotation * bell(r);
  // People lean to the right more than to the left.
  const shear = much.shear * bell(r) - 0.15;
  const width = clamp(1 + much.aspect * bell(r), 0.55, 1.6);
  const c = cos(angle);
  const s = sin(angle);
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 2) {
      const y = path[i + 1] + field.dy(path[i], path[i + 1]) - 0.5;
      const x = width * (path[i] + field.dx(path[i], path[i + 1]) - 0.35) + shear * y;
      path[i] = c * x - s * y;
      path[i + 1] = s * x + c * y;
    }
  }
}

/** Smallest and largest coordinate of one axis (0 is x). */
function extent(paths: readonly Path[], axis: 0 | 1): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const path of paths) {
    for (let i = axis; i < path.length; i += 2) {
      if (path[i] < low) low = path[i];
      if (path[i] > high) high = path[i];
    }
  }
  return [low, high];
}

/** Brings the paths to pixels: about 20 high as in MNIST, centred, then shifted, never closer to the border than the pen allows. */
function place(r: Random, paths: readonly Path[], much: Amounts, pen: number): void {
  const [left, right] = extent(paths, 0);
  const [top, bottom] = extent(paths, 1);
  const room = SIZE - 2 * (MARGIN + pen);
  const wanted = (20 - 2 * pen) * clamp(1 + much.scale * bell(r), 0.6, 1.3);
  const scale = Math.min(wanted / Math.max(bottom - top, 0.8 * (right - left), 0.3), room / Math.max(bottom - top, right - left));
  const shifted = (low: number, high: number) => {
    const half = (scale * (high - low)) / 2;
    const free = Math.max(SIZE / 2 - MARGIN - pen - half, 0);
    return SIZE / 2 + clamp(much.shift * bell(r), -free, free) - (scale * (low + high)) / 2;
  };
  const x = shifted(left, right);
  const y = shifted(top, bottom);
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 2) {
      path[i] = x + scale * path[i];
      path[i + 1] = y + scale * path[i + 1];
    }
  }
}

/** Spreads each pixel over its neighbours, weights (share, 1 − 2·share, share) along rows and then columns. The border stays empty. */
function blur(sheet: Sheet, share: number, spare: Float64Array): void {
  const { ink } = sheet;
  const keep = 1 - 2 * share;
  for (let p = 1; p < PIXELS - 1; p++) spare[p] = keep * ink[p] + share * (ink[p - 1] + ink[p + 1]);
  for (let p = SIZE; p < PIXELS - SIZE; p++) ink[p] = keep * spare[p] + share * (spare[p - SIZE] + spare[p + SIZE]);
}

const fourth = (x: number): number => x * x * x * x;

/** Scratch of one generator. */
interface Desk {
  sheet: Sheet;
  spare: Float64Array;
}

/** Draws the digit `label` into the sheet. */
function drawDigit(r: Random, label: number, much: Amounts, { sheet, spare }: Desk): void {
  sheet.ink.fill(0);
  const glyph = pickGlyph(r, GLYPHS[label]);
  const paths = glyph.strokes.map((stroke) => smooth(wobble(r, stroke, much.wobble), 5));
  pose(r, paths, much);
  const pen = clamp(1.25 + 0.34 * bell(r), 0.7, 2.1);
  place(r, paths, much, pen);
  const soft = between(r, 0.9, 1.3);
  for (const path of paths) {
    const pressure = between(r, 0, 0.22);
    const phase = between(r, 0, TAU);
    const turns = between(r, 2, 7);
    const taper = between(r, 0, 0.35);
    drawPath(sheet, path, (t) => pen * (1 + pressure * sin(phase + turns * t)) * (1 - taper * fourth(2 * t - 1)), soft);
  }
  blur(sheet, between(r, 0, 0.08), spare);
}

/** Writes the sheet as bytes: ink a little uneven, paper a little dirty. */
function develop(r: Random, { sheet }: Desk, noise: number, out: Uint8Array, at: number): void {
  // A thin pen must not be a pale one: the brightest pixel comes out nearly white, as in MNIST.
  const full = between(r, 0.95, 1.12) / sheet.ink.reduce((most, ink) => Math.max(most, ink), 0.2);
  for (let p = 0; p < PIXELS; p++) {
    const word = r.word();
    const grain = ((word & 0xffff) + (word >>> 16)) / 65535 - 1;
    const ink = sheet.ink[p] * full;
    // Grain is strong in ink; paper keeps only its rare peaks, as a scan with the background cut off.
    const dirt = ink > 0.02 ? ink + 2 * noise * grain * (0.3 + 0.7 * ink) : noise * (Math.abs(grain) - 0.7) * 2;
    out[at + p] = Math.round(255 * clamp(dirt, 0, 1));
  }
}

function* steps(options: ImageOptions): Steps<Dataset> {
  checkImageOptions(options, 'digits');
  const { train_samples, val_samples, difficulty, seed } = options;
  const much = amounts(difficulty);
  const total = train_samples + val_samples;
  const images = new Uint8Array(total * PIXELS);
  const labels = new Uint8Array(total);
  const key = hash2(seed >>> 0, hashText('data.digits'));
  const desk: Desk = { sheet: { size: SIZE, ink: new Float64Array(PIXELS) }, spare: new Float64Array(PIXELS) };
  for (let i = 0; i < total; i++) {
    const { label, r } = startSample(i, train_samples, CLASSES.length, key);
    labels[i] = label;
    drawDigit(r, label, much, desk);
    develop(r, desk, much.noise, images, i * PIXELS);
    if (i % 32 === 31) yield i / total;
  }
  const shape = [1, SIZE, SIZE] as const;
  return { name: 'Digits', shape, images, labels, classes: CLASSES, train: train_samples, ...standardise(images, shape, train_samples) };
}

/** Handwritten-looking digits, white on black, images [N, 1, 28, 28] of bytes, ten balanced classes. Throws `DataError` for options out of range. */
export const digits = (options: ImageOptions): Dataset => finish(steps(options));

/** As `digits`, in slices of 50 ms. */
export const digitsSlowly = (options: ImageOptions, onProgress?: Progress): Promise<Dataset> => finishSlowly(steps(options), onProgress);
