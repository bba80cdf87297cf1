/** A chart as a file: the SVG on screen with its looks written out, a title and a legend; or that as pixels. */
import { download, fileName } from '../../store/download.ts';
import { dashOf } from '../primitives/palette.ts';
import type { Line } from './lines.ts';
import { HEAD, type Picture, picture } from './picture.ts';

/** What the style sheet decides and a file must carry. */
const LOOKS = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-size',
  'font-family',
  'text-anchor',
] as const;
/** Pixels of the picture for one of the screen. */
const SCALE = 2;

export function exportSvg(name: string, title: string, lines: readonly Line[]): void {
  const drawn = draw(name, title, lines);
  if (drawn) download(fileName(`${title} ${name}`, 'svg'), 'image/svg+xml', drawn.svg);
}

export async function exportPng(name: string, title: string, lines: readonly Line[]): Promise<void> {
  const drawn = draw(name, title, lines);
  if (!drawn) return;
  const url = URL.createObjectURL(new Blob([drawn.svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = drawn.width * SCALE;
    canvas.height = drawn.height * SCALE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob) download(fileName(`${title} ${name}`, 'png'), 'image/png', blob);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function draw(name: string, title: string, lines: readonly Line[]): Picture | null {
  const source = document.querySelector<SVGSVGElement>(`[data-chart="${CSS.escape(name)}"] svg.recharts-surface`);
  if (!source) return null;
  const { width, height } = source.getBoundingClientRect();
  const chart = source.cloneNode(true) as SVGSVGElement;
  copyLooks(source, chart);
  for (const element of chart.querySelectorAll('[data-screen-only]')) element.remove();
  for (const [key, value] of Object.entries({ x: 0, y: HEAD, width, height })) chart.setAttribute(key, String(value));
  const style = getComputedStyle(document.body);
  return picture({
    title: `${name} – ${title}`,
    width,
    height,
    chart: new XMLSerializer().serializeToString(chart),
    legend: lines.map((line) => ({
      name: line.grouped ? `${line.name} (mean of ${line.runs.length}, 95 % interval)` : line.name,
      stroke: colorOf(source, line.key),
      dash: dashOf(line.color),
    })),
    ground: getComputedStyle(source.closest('section') ?? document.body).backgroundColor,
    ink: style.color,
    family: style.fontFamily,
  });
}

/** The colour as it is painted now: a custom property would not leave the page. */
function colorOf(source: SVGElement, line: string): string {
  const path = source.querySelector(`[data-key="${CSS.escape(line)}/marks"]`);
  return path ? getComputedStyle(path).stroke : 'currentColor';
}

export function copyLooks(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const property of LOOKS) {
    const value = style.getPropertyValue(property);
    if (value && value !== 'none 0s') to.setAttribute(property, value);
  }
  for (const name of ['class', 'style', 'data-key', 'data-line']) to.removeAttribute(name);
  for (let i = 0; i < from.children.length; i++) copyLooks(from.children[i]!, to.children[i]!);
}
