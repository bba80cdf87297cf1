/** Loss above the lowest value, against the step, on a logarithmic axis: whole curves as ghosts, what has been played in full. */
import { type PointerEvent, useId, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { Surface } from '../../model/surfaces/index.ts';
import { playbackStore, setHover, show } from '../../store/surface_playback.ts';
import type { SurfaceTrail } from '../../store/surfaces.ts';
import { mapX, mapY, type Plot } from '../charts/path.ts';
import { linearTicks, logTicks, valueDomain } from '../charts/scale.ts';
import { useSize } from '../hooks.ts';
import { dashOf, runColor } from '../primitives/palette.ts';
import styles from './Surfaces.module.css';

interface LossChartProps {
  name: string;
  surface: Surface;
  trails: readonly SurfaceTrail[];
  steps: number;
}

const HEIGHT = 150;
const MARGIN = { left: 44, right: 8, top: 8, bottom: 22 };
/** Decades that are shown at most, and how far above the start. */
const DEPTH = 1e-12;
const ABOVE = 100;

const aboveLeast = ({ points }: SurfaceTrail, k: number, { least }: Surface): number => points[4 * k + 2]! - least;

function domainOf(surface: Surface, trails: readonly SurfaceTrail[]): { min: number; max: number } {
  const first = Math.max(1e-6, ...trails.filter(({ points }) => points.length > 0).map((trail) => aboveLeast(trail, 0, surface)));
  let [low, high] = [first, first];
  for (const trail of trails) {
    for (let k = 0; k < trail.points.length / 4; k++) {
      const value = aboveLeast(trail, k, surface);
      if (value > high) high = value;
      if (value < low && value > first * DEPTH) low = value;
    }
  }
  return valueDomain(Math.min(low, first / 10), Math.min(high, first * ABOVE), true);
}

/** Down to the lowest value the curve goes on along the floor. */
function pathOf(plot: Plot, surface: Surface, trail: SurfaceTrail): string {
  const length = trail.points.length / 4;
  const stride = Math.max(1, Math.floor(length / (2 * plot.width)));
  let d = '';
  for (let k = 0; k < length; k += stride) {
    const value = Math.min(1e30, Math.max(plot.y.min, aboveLeast(trail, k, surface)));
    d += `${k === 0 ? 'M' : 'L'}${mapX(plot, k).toFixed(1)} ${mapY(plot, value).toFixed(1)}`;
  }
  return d;
}

const power = (tick: number): string => (tick >= 0.01 && tick < 1000 ? String(tick) : tick.toExponential(0).replace('e+', 'e').replace('-', '−'));

export function LossChart({ name, surface, trails, steps }: LossChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const plot = useMemo<Plot>(
    () => ({
      left: MARGIN.left,
      top: MARGIN.top,
      width: Math.max(1, width - MARGIN.left - MARGIN.right),
      height: HEIGHT - MARGIN.top - MARGIN.bottom,
      x: { min: 0, max: Math.max(1, steps) },
      y: domainOf(surface, trails),
      log: true,
    }),
    [surface, trails, steps, width],
  );
  const stepAt = (event: PointerEvent): number => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return Math.min(steps, Math.max(0, Math.round(((left - plot.left) / plot.width) * plot.x.max)));
  };
  return (
    <div ref={box} className={styles.chart}>
      <p className={styles.axis}>loss above the lowest value (log axis) against step</p>
      {width > 0 && (
        // The slider of steps does the same by keyboard.
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${name}: loss against step. The numbers are in the table below.`}
          onPointerDown={(event) => show(stepAt(event))}
          onPointerMove={(event) => (event.buttons === 1 ? show(stepAt(event)) : setHover(stepAt(event)))}
          onPointerLeave={() => setHover(null)}
        >
          <Axes plot={plot} />
          <Curves plot={plot} surface={surface} trails={trails} />
        </svg>
      )}
    </div>
  );
}

function Axes({ plot }: { plot: Plot }) {
  const bottom = plot.top + plot.height;
  return (
    <g className={styles.axes}>
      {logTicks(plot.y, 5).map((tick) => (
        <g key={tick}>
          <line x1={plot.left} x2={plot.left + plot.width} y1={mapY(plot, tick)} y2={mapY(plot, tick)} />
          <text x={plot.left - 6} y={mapY(plot, tick) + 4} textAnchor="end">
            {power(tick)}
          </text>
        </g>
      ))}
      {linearTicks(plot.x, 5).map((tick) => (
        <text key={tick} x={mapX(plot, tick)} y={bottom + 16} textAnchor={tick === plot.x.max ? 'end' : 'middle'}>
          {tick}
        </text>
      ))}
    </g>
  );
}

function Curves({ plot, surface, trails }: { plot: Plot; surface: Surface; trails: readonly SurfaceTrail[] }) {
  const id = useId();
  const told = useStore(playbackStore, (state) => state.told);
  const paths = useMemo(() => trails.map((trail) => pathOf(plot, surface, trail)), [plot, surface, trails]);
  const now = mapX(plot, Math.min(told, plot.x.max));
  const curve = (d: string, l: number, ghost: boolean) => (
    <path key={l} d={d} stroke={runColor(l)} strokeDasharray={dashOf(l)} className={ghost ? styles.ghost : styles.curve} />
  );
  return (
    <>
      <clipPath id={`${id}all`}>
        <rect x={plot.left} y={plot.top} width={plot.width} height={plot.height} />
      </clipPath>
      <clipPath id={`${id}past`}>
        <rect x={plot.left} y={plot.top} width={Math.max(0, now - plot.left)} height={plot.height} />
      </clipPath>
      <g clipPath={`url(#${id}all)`}>{paths.map((d, l) => curve(d, l, true))}</g>
      <g clipPath={`url(#${id}past)`}>{paths.map((d, l) => curve(d, l, false))}</g>
      <line className={styles.now} x1={now} x2={now} y1={plot.top} y2={plot.top + plot.height} />
      <HoverLine plot={plot} />
    </>
  );
}

/** On every chart at once. */
function HoverLine({ plot }: { plot: Plot }) {
  const hover = useStore(playbackStore, (state) => state.hover);
  if (hover === null) return null;
  const x = mapX(plot, Math.min(hover, plot.x.max));
  return <line className={styles.hover} x1={x} x2={x} y1={plot.top} y2={plot.top + plot.height} />;
}
