/** The losses as a picture: colours, lines of equal loss, hatching where the loss is no number. */
import type { Landscape } from '../../store/landscape.ts';
import type { Plot } from '../charts/path.ts';
import { contour } from './contours.ts';
import { placeOfCell } from './frame.ts';
import { colourOf, levelsOf, type Range } from './scale.ts';

const LEVELS = 12;
const LINE = 'rgb(255 255 255 / 45%)';

export interface Picture extends Pick<Landscape, 'loss' | 'done'> {
  columns: number;
  rows: number;
  range: Range;
  /** All has come: colours run into each other. */
  smooth: boolean;
}

/** One pixel a point, row 0 at the bottom; transparent where there is no finite loss. */
function pixels({ columns, rows, loss, range }: Picture): OffscreenCanvas {
  const image = new ImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < loss.length; i++) {
    const row = rows - 1 - Math.floor(i / columns);
    if (Number.isFinite(loss[i]!)) words[row * columns + (i % columns)] = colourOf(loss[i]!, range);
  }
  const canvas = new OffscreenCanvas(columns, rows);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

/** Pixels around a point that are its own; those at the edge are cut. */
const cellOf = (plot: Plot, columns: number, rows: number): [number, number] => [plot.width / (columns - 1), plot.height / (rows - 1)];

function hatch(context: CanvasRenderingContext2D, plot: Plot, { columns, rows, loss, done }: Picture): void {
  const [w, h] = cellOf(plot, columns, rows);
  context.strokeStyle = LINE;
  for (let i = 0; i < done; i++) {
    if (Number.isFinite(loss[i]!)) continue;
    const [x, y] = placeOfCell(plot, columns, rows, i % columns, Math.floor(i / columns));
    context.fillStyle = '#54585f';
    context.fillRect(x - w / 2, y - h / 2, w, h);
    context.beginPath();
    context.moveTo(x - w / 2, y + h / 2);
    context.lineTo(x + w / 2, y - h / 2);
    context.stroke();
  }
}

function lines(context: CanvasRenderingContext2D, plot: Plot, { columns, rows, loss, range }: Picture): void {
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  context.beginPath();
  for (const level of levelsOf(range, LEVELS)) {
    for (const [from, to] of contour({ columns, rows, values: loss }, level)) {
      context.moveTo(...placeOfCell(plot, columns, rows, ...from));
      context.lineTo(...placeOfCell(plot, columns, rows, ...to));
    }
  }
  context.stroke();
}

/** Paints within the plot, in pixels of the style sheet. */
export function paint(context: CanvasRenderingContext2D, plot: Plot, picture: Picture): void {
  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.width, plot.height);
  context.clip();
  context.imageSmoothingEnabled = picture.smooth;
  context.imageSmoothingQuality = 'high';
  const [w, h] = cellOf(plot, picture.columns, picture.rows);
  context.drawImage(pixels(picture), plot.left - w / 2, plot.top - h / 2, plot.width + w, plot.height + h);
  lines(context, plot, picture);
  hatch(context, plot, picture);
  context.restore();
}
