/** The plot: contours, trails, and the start as a handle that is dragged, or moved by arrow keys. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { formatLoss } from '../../model/format.ts';
import type { Point } from '../../model/surfaces/definition.ts';
import { surfaces } from '../../model/surfaces/index.ts';
import { type LabPlot, labFields } from '../../model/surfaces/lab.ts';
import { playbackStore } from '../../store/surface_playback.ts';
import { moveStart, type SurfaceTrail } from '../../store/surfaces.ts';
import { viewStore } from '../../store/view.ts';
import { useSize } from '../hooks.ts';
import { type Frame, fromPixel, round, toPixel } from './frame.ts';
import { colorsOf, paintSurface, paintTrails } from './paint.ts';
import styles from './Surfaces.module.css';
import { formatCoordinate } from './words.ts';

interface SurfacePlotProps {
  at: number;
  plot: LabPlot;
  trails: readonly SurfaceTrail[];
}

/** Changes with every change of the theme, whoever makes it. */
function useThemeName(): string {
  const chosen = useStore(viewStore, (view) => view.theme);
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const listen = (): void => setDark(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return `${chosen} ${dark}`;
}

export function SurfacePlot({ at, plot, trails }: SurfacePlotProps) {
  const surface = surfaces[plot.surface]!;
  const box = useRef<HTMLDivElement>(null);
  const ground = useRef<HTMLCanvasElement>(null);
  const paths = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const theme = useThemeName();
  const [colors, setColors] = useState<ReadonlyMap<string, string> | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are other ones with another theme
  useEffect(() => {
    // The page writes its theme where the style sheet looks for it only after this.
    const frame = requestAnimationFrame(() => setColors(box.current && colorsOf(box.current)));
    return () => cancelAnimationFrame(frame);
  }, [theme]);
  useEffect(() => {
    if (ground.current && colors && width > 0) paintSurface(ground.current, { surface, width, height }, colors);
  }, [surface, width, height, colors]);
  useEffect(() => {
    const canvas = paths.current;
    if (!canvas || !colors || width === 0) return;
    const paint = (step: number): void => paintTrails(canvas, { surface, width, height }, { trails, step, colors });
    paint(playbackStore.getState().step);
    return playbackStore.subscribe(({ step }, before) => step !== before.step && paint(step));
  }, [surface, trails, width, height, colors]);
  const [x, y] = width > 0 ? toPixel({ surface, width, height }, ...plot.start) : [0, 0];
  return (
    <div className={styles.plot} ref={box}>
      <canvas ref={ground} className={styles.canvas} />
      <canvas ref={paths} className={styles.canvas} />
      <Pad at={at} plot={plot} frame={{ surface, width, height }} />
      <Handle at={at} plot={plot} left={Math.min(width, Math.max(0, x))} top={Math.min(height, Math.max(0, y))} />
    </div>
  );
}

/** Takes presses and drags; says the value under the pointer. */
function Pad({ at, plot, frame }: { at: number; plot: LabPlot; frame: Frame }) {
  const [over, setOver] = useState<Point | null>(null);
  const place = (event: PointerEvent | React.MouseEvent): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return fromPixel(frame, event.clientX - box.left, event.clientY - box.top);
  };
  const move = (event: PointerEvent): void => {
    const point = place(event);
    setOver(point);
    // A finger's is captured by itself, and it may be about to scroll.
    if (event.pointerType !== 'touch' && event.currentTarget.hasPointerCapture(event.pointerId)) moveStart(at, point);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the handle and the number fields do the same by keyboard */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        className={styles.pad}
        data-pad={plot.surface}
        onPointerDown={(event) => {
          // A finger may be about to scroll: its tap arrives as a click.
          if (event.button !== 0 || event.pointerType === 'touch') return;
          event.currentTarget.setPointerCapture(event.pointerId);
          moveStart(at, place(event));
        }}
        onPointerMove={move}
        onPointerLeave={() => setOver(null)}
        onClick={(event) => moveStart(at, place(event))}
      />
      <p className={styles.readout} aria-hidden="true">
        {over && `x ${formatCoordinate(over[0])}, y ${formatCoordinate(over[1])}, f ${formatLoss(frame.surface.value(...over))}`}
      </p>
    </>
  );
}

/** Shares of the plot that an arrow key moves the start by; Shift goes far. */
const NEAR = 1 / 50;
const FAR = 1 / 10;

function Handle({ at, plot, left, top }: { at: number; plot: LabPlot; left: number; top: number }) {
  const { window, label, start } = surfaces[plot.surface]!;
  const [x, y] = plot.start;
  const key = (event: KeyboardEvent): void => {
    const share = event.shiftKey ? FAR : NEAR;
    const across = { ArrowLeft: -share, ArrowRight: share }[event.key] ?? 0;
    const up = { ArrowDown: -share, ArrowUp: share }[event.key] ?? 0;
    if (across === 0 && up === 0 && event.key !== 'Home') return;
    event.preventDefault();
    if (event.key === 'Home') return moveStart(at, start);
    moveStart(at, [moved(x, across, window.x), moved(y, up, window.y)]);
  };
  const drag = (event: PointerEvent<HTMLButtonElement>): void => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    moveStart(
      at,
      fromPixel({ surface: surfaces[plot.surface]!, width: box.width, height: box.height }, event.clientX - box.left, event.clientY - box.top),
    );
  };
  return (
    <button
      type="button"
      className={styles.handle}
      style={{ left, top }}
      aria-label={`Start on ${label}: x ${formatCoordinate(x)}, y ${formatCoordinate(y)}. Arrow keys move it.`}
      title="Start: drag it, or move it with the arrow keys; Home brings it back"
      onKeyDown={key}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
    />
  );
}

function moved(value: number, share: number, range: Point): number {
  if (share === 0) return value;
  const { min, max } = labFields.coordinate;
  return Math.min(max, Math.max(min, round(value + share * (range[1] - range[0]), range)));
}
