/** Paints a plot: shaded contours once, trails as often as time moves. Colours come from the style sheet, so that both themes are one code. */

import type { Point } from '../../model/surfaces/definition.ts';
import type { SurfaceTrail } from '../../store/surfaces.ts';
import { linearTicks } from '../charts/scale.ts';
import { COLORS, dashOf } from '../primitives/palette.ts';
import { contours, heightsOf, levelsOf } from './contours.ts';
import { type Frame, toPixel } from './frame.ts';

const LEVELS = 14;
/** CSS pixels between two points of the grid. */
const CELL = 3;

type Rgb = readonly [number, number, number];

const TOKENS = ['--plot-low', '--plot-high', '--plot-line', '--ink-2', '--surface', ...Array.from({ length: COLORS }, (_, k) => `--run-${k}`)];

/** What the tokens are in the theme of the element: all asked for at once, since each question in between would cost a layout. */
export function colorsOf(element: Element): ReadonlyMap<string, string> {
  const probes = TOKENS.map((token) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${token})`;
    return probe;
  });
  element.append(...probes);
  const colors = new Map(TOKENS.map((token, i) => [token, getComputedStyle(probes[i]!).color]));
  for (const probe of probes) probe.remove();
  return colors;
}

const channels = (color: string): Rgb => (color.match(/[\d.]+/g) ?? ['0', '0', '0']).slice(0, 3).map(Number) as unknown as Rgb;

/** Makes the canvas as fine as the screen and empties it. */
function prepare(canvas: HTMLCanvasElement, { width, height }: Frame): CanvasRenderingContext2D | null {
  const ratio = Math.min(devicePixelRatio, 2);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext('2d');
  context?.setTransform(w / width, 0, 0, h / height, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

export function paintSurface(canvas: HTMLCanvasElement, frame: Frame, colors: ReadonlyMap<string, string>): void {
  const context = prepare(canvas, frame);
  if (!context) return;
  const { surface, width, height } = frame;
  const columns = Math.ceil(width / CELL) + 1;
  const rows = Math.ceil(height / CELL) + 1;
  const heights = heightsOf(surface, columns, rows);
  const levels = levelsOf(heights, LEVELS);
  const color = (token: string): string => colors.get(token)!;
  shade(context, frame, heights, levels, [channels(color('--plot-low')), channels(color('--plot-high'))]);
  context.strokeStyle = color('--plot-line');
  context.lineWidth = 1;
  const [sx, sy] = [width / (columns - 1), height / (rows - 1)];
  const segments = contours(heights, levels);
  context.beginPath();
  for (let i = 0; i < segments.length; i += 4) {
    context.moveTo(segments[i]! * sx, segments[i + 1]! * sy);
    context.lineTo(segments[i + 2]! * sx, segments[i + 3]! * sy);
  }
  context.stroke();
  paintMinima(context, color('--ink-2'), frame);
  paintAxes(context, color('--ink-2'), frame);
}

/** CSS pixels between two numbers of an axis, about. */
const TICK = { across: 60, up: 50 };
/** A number closer than this to a corner would meet that of the other axis. */
const CORNER = 26;

/** Numbers along the left and the lower edge, inside, so that the plot loses no room to them. */
function paintAxes(context: CanvasRenderingContext2D, color: string, frame: Frame): void {
  const { surface, width, height } = frame;
  const ticks = ([min, max]: Point, room: number): number[] => linearTicks({ min, max }, Math.max(2, Math.floor(room)));
  context.font = getComputedStyle(context.canvas).font;
  context.fillStyle = color;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  for (const x of ticks(surface.window.x, width / TICK.across)) {
    const [left] = toPixel(frame, x, 0);
    if (left < CORNER || left > width - CORNER) continue;
    context.moveTo(left, height);
    context.lineTo(left, height - 4);
    context.fillText(formatTick(x), left, height - 7);
  }
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const y of ticks(surface.window.y, height / TICK.up)) {
    const [, top] = toPixel(frame, 0, y);
    if (top < CORNER || top > height - CORNER) continue;
    context.moveTo(0, top);
    context.lineTo(4, top);
    context.fillText(formatTick(y), 7, top);
  }
  context.stroke();
}

const formatTick = (value: number): string => String(value).replace('-', '−');

/** Each band between two levels in one tone, valleys nearest to the ground of the page. */
function shade(
  context: CanvasRenderingContext2D,
  frame: Frame,
  heights: ReturnType<typeof heightsOf>,
  levels: readonly number[],
  [low, high]: readonly [Rgb, Rgb],
): void {
  const { columns, rows, values } = heights;
  const image = new ImageData(columns, rows);
  for (let i = 0; i < values.length; i++) {
    let band = 0;
    while (band < levels.length && values[i]! >= levels[band]!) band++;
    const share = band / levels.length;
    for (let k = 0; k < 3; k++) image.data[4 * i + k] = low[k]! + (high[k]! - low[k]!) * share;
    image.data[4 * i + 3] = 255;
  }
  const grid = new OffscreenCanvas(columns, rows);
  grid.getContext('2d')?.putImageData(image, 0, 0);
  // A point of the grid is the middle of a pixel of the image.
  const [sx, sy] = [frame.width / (columns - 1), frame.height / (rows - 1)];
  context.drawImage(grid, -sx / 2, -sy / 2, columns * sx, rows * sy);
}

function paintMinima(context: CanvasRenderingContext2D, color: string, frame: Frame): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [x, y] of frame.surface.minima) {
    const [px, py] = toPixel(frame, x, y);
    context.moveTo(px - 4, py - 4);
    context.lineTo(px + 4, py + 4);
    context.moveTo(px + 4, py - 4);
    context.lineTo(px - 4, py + 4);
  }
  context.stroke();
}

/** Points farther out than this many plots are drawn at that distance: canvases know no larger numbers. */
const FAR = 20;

function placeOf(frame: Frame, points: Float32Array, k: number): readonly [number, number] {
  const [x, y] = toPixel(frame, points[4 * k]!, points[4 * k + 1]!);
  const clamp = (value: number, size: number): number => Math.min(FAR * size, Math.max(-FAR * size, value));
  return [clamp(x, frame.width), clamp(y, frame.height)];
}

export interface Painted {
  trails: readonly SurfaceTrail[];
  /** Steps to show. */
  step: number;
  colors: ReadonlyMap<string, string>;
}

export function paintTrails(canvas: HTMLCanvasElement, frame: Frame, { trails, step, colors }: Painted): void {
  const context = prepare(canvas, frame);
  if (!context) return;
  context.lineJoin = 'round';
  for (const [l, { points }] of trails.entries()) {
    const end = Math.min(step, points.length / 4 - 1);
    if (end < 0) continue;
    context.setLineDash((dashOf(l) ?? '').split(' ').filter(Boolean).map(Number));
    const color = colors.get(`--run-${l % COLORS}`)!;
    context.strokeStyle = color;
    context.lineWidth = 1.75;
    context.globalAlpha = 0.85;
    context.stroke(trailPath(frame, points, end));
    context.setLineDash([]);
    context.globalAlpha = 1;
    paintHead(context, frame, placeOf(frame, points, end), color, colors.get('--surface')!);
  }
}

/** Farther outside than half a plot. */
const isFar = ({ width, height }: Frame, x: number, y: number): boolean => Math.abs(x - width / 2) > width || Math.abs(y - height / 2) > height;

/**
 * The way to point `end`. Points that stand on the pixel of the last one are left out, and so are steps between two places far outside:
 * a run that jumps to and fro ever farther would paint the plot over.
 */
function trailPath(frame: Frame, points: Float32Array, end: number): Path2D {
  const path = new Path2D();
  let [lastX, lastY] = placeOf(frame, points, 0);
  let wasFar = isFar(frame, lastX, lastY);
  path.moveTo(lastX, lastY);
  for (let k = 1; k <= end; k++) {
    const [x, y] = placeOf(frame, points, k);
    if (k < end && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.7) continue;
    const far = isFar(frame, x, y);
    if (far && wasFar) path.moveTo(x, y);
    else path.lineTo(x, y);
    [lastX, lastY, wasFar] = [x, y, far];
  }
  return path;
}

/** A disc where the run stands; outside of the plot a wedge at the edge that points to it. */
function paintHead(
  context: CanvasRenderingContext2D,
  { width, height }: Frame,
  [x, y]: readonly [number, number],
  color: string,
  ground: string,
): void {
  const [cx, cy] = [Math.min(width - 8, Math.max(8, x)), Math.min(height - 8, Math.max(8, y))];
  const outside = x < 0 || x > width || y < 0 || y > height;
  context.fillStyle = color;
  context.strokeStyle = ground;
  context.lineWidth = 1.5;
  context.beginPath();
  if (outside) {
    const angle = Math.atan2(y - cy, x - cx);
    for (const [turn, size] of [
      [0, 7],
      [2.5, 6],
      [-2.5, 6],
    ] as const)
      context.lineTo(cx + size * Math.cos(angle + turn), cy + size * Math.sin(angle + turn));
    context.closePath();
  } else context.arc(x, y, 4.5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}
