/** Samples to look at, painted once on canvases. */
import { useEffect, useRef } from 'react';
import type { DataSummary } from '../../store/live.ts';
import { useLive } from '../hooks.ts';
import { runColor } from '../primitives/palette.ts';
import styles from './Data.module.css';

const MOST = 16;

export function Thumbnails() {
  const data = useLive((live) => live.data);
  if (!data) return <div className={styles.placeholder} aria-hidden="true" />;
  return data.thumbnails.kind === 'images' ? (
    <Pictures data={data} thumbnails={data.thumbnails} />
  ) : (
    <Scatter data={data} thumbnails={data.thumbnails} />
  );
}

type Of<K> = { data: DataSummary; thumbnails: Extract<DataSummary['thumbnails'], { kind: K }> };

function Pictures({ data, thumbnails }: Of<'images'>) {
  const box = useRef<HTMLUListElement>(null);
  const { width, height, rgba, labels } = thumbnails;
  const shown = labels.slice(0, MOST);
  useEffect(() => {
    for (const [i, canvas] of [...(box.current?.querySelectorAll('canvas') ?? [])].entries()) {
      const pixels = rgba[i];
      if (pixels) canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
    }
  }, [rgba, width, height]);
  return (
    <ul ref={box} className={styles.pictures} aria-label={`Samples of ${data.name}`}>
      {shown.map((label, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of samples
        <li key={i} title={data.classes[label]}>
          <canvas width={width} height={height} role="img" aria-label={data.classes[label] ?? String(label)} />
        </li>
      ))}
    </ul>
  );
}

const SIDE = 132;
const DOT = 1.6;

function Scatter({ data, thumbnails }: Of<'points'>) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { x, y, labels } = thumbnails;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const dense = devicePixelRatio || 1;
    const element = context.canvas;
    element.width = element.height = SIDE * dense;
    context.scale(dense, dense);
    context.clearRect(0, 0, SIDE, SIDE);
    const reach = x.reduce((most, v, i) => Math.max(most, Math.abs(v), Math.abs(y[i]!)), 0) * 1.08 || 1;
    const colours = [...element.parentElement!.querySelectorAll('i')].map((i) => getComputedStyle(i).backgroundColor);
    for (let i = 0; i < x.length; i++) {
      context.fillStyle = colours[labels[i]!] ?? 'gray';
      context.beginPath();
      context.arc((x[i]! / reach + 1) * (SIDE / 2), (1 - y[i]! / reach) * (SIDE / 2), DOT, 0, 2 * Math.PI);
      context.fill();
    }
  }, [x, y, labels]);
  return (
    <figure className={styles.scatter}>
      <canvas ref={canvas} role="img" aria-label={`${data.train} points of ${data.classes.join(', ')}`} />
      <figcaption>
        {data.classes.map((name, i) => (
          <span key={name}>
            <i style={{ background: runColor(i) }} /> {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
