/** The landscape as a picture: the canvas as it stands, and over it the axes and paths with their looks written out. */
import { download, fileName } from '../../store/download.ts';
import { copyLooks } from '../charts/export.ts';

const HEAD = 30;
/** Pixels of the picture for one of the screen. */
const SCALE = 2;

/** The drawing over the canvas as an image of its own. */
async function drawn(source: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = source.cloneNode(true) as SVGSVGElement;
  copyLooks(source, copy);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const url = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export async function exportPng(title: string, words: string): Promise<void> {
  const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-landscape]');
  const svg = canvas?.parentElement?.querySelector('svg');
  if (!canvas || !svg) return;
  const { width, height } = svg.getBoundingClientRect();
  const out = document.createElement('canvas');
  out.width = SCALE * width;
  out.height = SCALE * (height + HEAD);
  const context = out.getContext('2d')!;
  const style = getComputedStyle(canvas.closest('section') ?? document.body);
  context.scale(SCALE, SCALE);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, width, height + HEAD);
  context.fillStyle = style.color;
  context.font = `600 13px ${style.fontFamily}`;
  context.fillText(title, 12, 20);
  const used = context.measureText(`${title}   `).width;
  context.font = `12px ${style.fontFamily}`;
  context.fillText(words.split('. ')[0] ?? '', 12 + used, 20);
  context.drawImage(canvas, 0, HEAD, width, height);
  context.drawImage(await drawn(svg), 0, HEAD, width, height);
  const blob = await new Promise<Blob | null>((resolve) => out.toBlob(resolve, 'image/png'));
  if (blob) download(fileName(`${title} landscape`, 'png'), 'image/png', blob);
}
