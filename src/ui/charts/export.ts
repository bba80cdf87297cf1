/** A chart as a picture: the SVG on screen with its looks written out, a title and a legend. */
import { download, fileName } from '../../store/download.ts';
import type { RunItem } from '../hooks.ts';
import { dashOf } from '../primitives/palette.ts';

const NS = 'http://www.w3.org/2000/svg';
/** What the style sheet decides and a file must carry. */
const LOOKS = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-size',
  'font-family',
  'text-anchor',
] as const;
const HEAD = 30;
const LEGEND_ROW = 20;
const LEGEND_COLUMN = 150;
/** Pixels of the picture for one of the screen. */
const SCALE = 2;

interface Picture {
  svg: string;
  width: number;
  height: number;
}

export function exportSvg(name: string, title: string, runs: readonly RunItem[]): void {
  const picture = draw(name, title, runs);
  if (picture) download(fileName(`${title} ${name}`, 'svg'), 'image/svg+xml', picture.svg);
}

export async function exportPng(name: string, title: string, runs: readonly RunItem[]): Promise<void> {
  const picture = draw(name, title, runs);
  if (!picture) return;
  const url = URL.createObjectURL(new Blob([picture.svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = picture.width * SCALE;
    canvas.height = picture.height * SCALE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob) download(fileName(`${title} ${name}`, 'png'), 'image/png', blob);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function draw(name: string, title: string, runs: readonly RunItem[]): Picture | null {
  const source = document.querySelector<SVGSVGElement>(`[data-chart="${CSS.escape(name)}"] svg.recharts-surface`);
  if (!source) return null;
  const { width, height } = source.getBoundingClientRect();
  const columns = Math.max(1, Math.floor((width - 16) / LEGEND_COLUMN));
  const total = HEAD + height + Math.ceil(runs.length / columns) * LEGEND_ROW + 12;
  const chart = source.cloneNode(true) as SVGSVGElement;
  copyLooks(source, chart);
  for (const element of chart.querySelectorAll('[data-screen-only]')) element.remove();
  for (const [key, value] of Object.entries({ x: 0, y: HEAD, width, height })) chart.setAttribute(key, String(value));

  const style = getComputedStyle(document.body);
  const panel = getComputedStyle(source.closest('section') ?? document.body);
  const svg = element('svg', { xmlns: NS, width, height: total, viewBox: `0 0 ${width} ${total}` });
  svg.append(element('rect', { width, height: total, fill: panel.backgroundColor }));
  svg.append(text(`${name} – ${title}`, 12, 20, style.color, style.fontFamily, 600));
  svg.append(chart);
  for (const [i, run] of runs.entries()) {
    const x = 12 + (i % columns) * LEGEND_COLUMN;
    const y = HEAD + height + 16 + Math.floor(i / columns) * LEGEND_ROW;
    const stroke = colorOf(source, run.id);
    svg.append(
      element('line', { x1: x, y1: y - 4, x2: x + 20, y2: y - 4, stroke, 'stroke-width': 2.5, 'stroke-dasharray': dashOf(run.color) ?? '' }),
    );
    svg.append(text(run.name, x + 26, y, style.color, style.fontFamily, 400));
  }
  return { svg: new XMLSerializer().serializeToString(svg), width, height: total };
}

/** The colour as it is painted now: a custom property would not leave the page. */
function colorOf(source: SVGElement, run: string): string {
  const path = source.querySelector(`[data-key^="${CSS.escape(run)}/"]`);
  return path ? getComputedStyle(path).stroke : 'currentColor';
}

export function copyLooks(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const property of LOOKS) {
    const value = style.getPropertyValue(property);
    if (value && value !== 'none 0s') to.setAttribute(property, value);
  }
  to.removeAttribute('class');
  to.removeAttribute('style');
  for (let i = 0; i < from.children.length; i++) copyLooks(from.children[i]!, to.children[i]!);
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function text(content: string, x: number, y: number, fill: string, family: string, weight: number): SVGElement {
  const made = element('text', { x, y, fill, 'font-family': family, 'font-size': 13, 'font-weight': weight });
  made.textContent = content;
  return made;
}
