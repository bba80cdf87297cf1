/** The picture: losses on a canvas, and over it what stays sharp and known by name — axes, paths, the point under the pointer. */
import { type KeyboardEvent, type PointerEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatLoss, formatPercent } from '../../model/format.ts';
import type { Landscape, LandscapePlane } from '../../store/landscape.ts';
import type { Plot } from '../charts/path.ts';
import { linearTicks } from '../charts/scale.ts';
import { type RunItem, useSize } from '../hooks.ts';
import { dashOf, runColor } from '../primitives/palette.ts';
import { ColourBar } from './ColourBar.tsx';
import { cellAt, frame, type Path, pathData, place, placeOfCell } from './frame.ts';
import styles from './Landscape.module.css';
import { paint } from './paint.ts';
import { rangeOf } from './scale.ts';
import { coordinate, middleOf } from './words.ts';

interface PictureProps {
  landscape: Landscape;
  plane: LandscapePlane;
  runs: readonly RunItem[];
  label: string;
}

interface Cell {
  column: number;
  row: number;
}

/** Arrow keys move the point that is looked at. */
const KEYS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export function Picture({ landscape, plane, runs, label }: PictureProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const [cell, setCell] = useState<Cell | null>(null);
  const columns = plane.xs.length;
  const rows = plane.ys.length;
  const plot = useMemo(() => frame(plane, width, height), [plane, width, height]);
  const range = useMemo(() => rangeOf(landscape.loss), [landscape]);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || width === 0) return;
    const scale = devicePixelRatio;
    context.canvas.width = width * scale;
    context.canvas.height = height * scale;
    context.scale(scale, scale);
    const { loss, done } = landscape;
    if (range) paint(context, plot, { columns, rows, loss, done, range, smooth: done === loss.length });
  }, [landscape, plot, range, columns, rows, width, height]);

  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setCell(cellAt(plot, columns, rows, event.clientX - left, event.clientY - top));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const by = KEYS[event.key];
    if (!by) return;
    event.preventDefault();
    // Nor is it the key for one step.
    event.stopPropagation();
    const middle = middleOf(plane);
    const from = cell ?? { column: middle % columns, row: Math.floor(middle / columns) };
    const held = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
    setCell({ column: held(from.column + by[0], columns), row: held(from.row + by[1], rows) });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a figure has no keys of its own
    <div
      ref={box}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys look at the points one by one
      tabIndex={0}
      aria-label={`${label} Arrow keys move from point to point.`}
      className={styles.picture}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setCell(null)}
      onKeyDown={onKeyDown}
      onBlur={() => setCell(null)}
    >
      <canvas ref={canvas} data-landscape />
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          <Axes plot={plot} plane={plane} />
          {range && <ColourBar plot={plot} range={range} />}
          <Paths plot={plot} paths={plane.paths} runs={runs} />
          {cell && <Cross plot={plot} at={placeOfCell(plot, columns, rows, cell.column, cell.row)} />}
        </svg>
      )}
      <output className={styles.values} data-shown={cell !== null || undefined} style={cell ? valuesAt(plot, columns, cell) : undefined}>
        {cell && <Values landscape={landscape} plane={plane} cell={cell} />}
      </output>
    </div>
  );
}

/** Beside the point, on the side that has room. */
function valuesAt(plot: Plot, columns: number, { column }: Cell): { left: number; transform?: string } {
  const [x] = placeOfCell(plot, columns, columns, column, 0);
  return column < columns / 2 ? { left: x + 14 } : { left: x - 14, transform: 'translateX(-100%)' };
}

function Values({ landscape, plane, cell }: { landscape: Landscape; plane: LandscapePlane; cell: Cell }) {
  const i = cell.row * plane.xs.length + cell.column;
  const { loss, accuracy, done } = landscape;
  return (
    <>
      <span>
        x {coordinate(plane.xs[cell.column]!)}, y {coordinate(plane.ys[cell.row]!)}
      </span>
      {i < done ? (
        <span>
          loss <b>{formatLoss(loss[i]!)}</b>, accuracy {formatPercent(accuracy[i]!)}
        </span>
      ) : (
        <span>not computed</span>
      )}
    </>
  );
}

function Axes({ plot, plane }: { plot: Plot; plane: LandscapePlane }) {
  const bottom = plot.top + plot.height;
  const share = plane.explained?.map((part) => ` · ${(100 * part).toFixed(1)} %`) ?? ['', ''];
  return (
    <g className={styles.axes}>
      <rect x={plot.left} y={plot.top} width={plot.width} height={plot.height} />
      {linearTicks(plot.x, 5).map((tick) => (
        <text key={tick} x={place(plot, tick, 0)[0]} y={bottom + 14} textAnchor="middle">
          {coordinate(tick)}
        </text>
      ))}
      {linearTicks(plot.y, 5).map((tick) => (
        <text key={tick} x={plot.left - 6} y={place(plot, 0, tick)[1] + 4} textAnchor="end">
          {coordinate(tick)}
        </text>
      ))}
      <text x={plot.left + plot.width / 2} y={bottom + 29} textAnchor="middle">
        {plane.explained ? 'first direction' : 'a random direction'}
        {share[0]}
      </text>
      <text transform={`translate(${plot.left - 42} ${plot.top + plot.height / 2}) rotate(-90)`} textAnchor="middle">
        {plane.explained ? 'second direction' : 'another random direction'}
        {share[1]}
      </text>
    </g>
  );
}

function Cross({ plot, at: [x, y] }: { plot: Plot; at: readonly [number, number] }) {
  return (
    <g className={styles.cross}>
      <line x1={x} x2={x} y1={plot.top} y2={plot.top + plot.height} />
      <line x1={plot.left} x2={plot.left + plot.width} y1={y} y2={y} />
      <circle cx={x} cy={y} r={4} />
    </g>
  );
}

function Paths({ plot, paths, runs }: { plot: Plot; paths: readonly Path[]; runs: readonly RunItem[] }) {
  const clip = useId();
  return (
    <>
      <clipPath id={clip}>
        <rect x={plot.left} y={plot.top} width={plot.width} height={plot.height} />
      </clipPath>
      <g clipPath={`url(#${CSS.escape(clip)})`} className={styles.paths}>
        {paths.map((path) => {
          const run = runs.find(({ id }) => id === path.run);
          return run && !run.hidden && <OnePath key={path.run} path={path} plot={plot} run={run} />;
        })}
      </g>
    </>
  );
}

function OnePath({ path, plot, run }: { path: Path; plot: Plot; run: RunItem }) {
  const d = pathData(plot, path);
  const [x, y] = place(plot, path.x.at(-1)!, path.y.at(-1)!);
  return (
    <g data-run={run.name}>
      <path d={d} className={styles.halo} />
      <path d={d} stroke={runColor(run.color)} strokeDasharray={dashOf(run.color)} />
      <circle cx={x} cy={y} r={5} fill={runColor(run.color)} />
    </g>
  );
}
