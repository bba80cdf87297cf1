/** The `<path>`s of all runs: React makes them, the painter fills them by reference. */
import { memo, type Ref, useImperativeHandle, useRef } from 'react';
import { dashOf, runColor } from '../primitives/palette.ts';
import styles from './chart.module.css';
import type { ChartLayer } from './spec.ts';

export interface PathsHandle {
  /** Path of a run's layer; `ghost` is the raw curve behind a smoothed one. */
  set(run: string, layer: number, ghost: boolean, d: string): void;
  marks(run: string, d: string): void;
  clip(left: number, top: number, width: number, height: number): void;
  crosshair: SVGGElement | null;
}

export interface PathRun {
  id: string;
  color: number;
}

interface PathsProps {
  ref: Ref<PathsHandle>;
  id: string;
  runs: readonly PathRun[];
  layers: readonly ChartLayer[];
}

export const Paths = memo(function Paths({ ref, id, runs, layers }: PathsProps) {
  const group = useRef<SVGGElement>(null);
  const clip = useRef<SVGRectElement>(null);
  const crosshair = useRef<SVGGElement>(null);
  useImperativeHandle(ref, () => {
    const find = (key: string): Element | null => group.current?.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? null;
    return {
      set: (run, layer, ghost, d) => find(`${run}/${layer}/${ghost ? 'ghost' : 'line'}`)?.setAttribute('d', d),
      marks: (run, d) => find(`${run}/marks`)?.setAttribute('d', d),
      clip: (left, top, width, height) => {
        for (const [name, value] of Object.entries({ x: left, y: top - 2, width, height: height + 4 }))
          clip.current?.setAttribute(name, String(value));
      },
      get crosshair() {
        return crosshair.current;
      },
    };
  }, []);
  const clipId = `${id}-clip`;
  return (
    <>
      <defs>
        <clipPath id={clipId}>
          <rect ref={clip} />
        </clipPath>
      </defs>
      <g ref={group} clipPath={`url(#${clipId})`} fill="none" strokeLinejoin="round" strokeLinecap="round">
        {layers.map(({ metric, weight }, i) =>
          runs.map(({ id: run, color }) => (
            <g key={`${run}/${metric}`} stroke={runColor(color)}>
              {weight === 'thin' && <path data-key={`${run}/${i}/ghost`} className={styles.ghost} />}
              <path
                data-key={`${run}/${i}/line`}
                className={styles[weight]}
                strokeLinecap="butt"
                strokeDasharray={weight === 'thick' ? dashOf(color) : undefined}
              />
            </g>
          )),
        )}
        {runs.map(({ id: run, color }) => (
          <path key={run} data-key={`${run}/marks`} className={styles.mark} stroke={runColor(color)} />
        ))}
      </g>
      <g ref={crosshair} className={styles.crosshair} visibility="hidden" data-screen-only>
        <line />
        {runs.flatMap(({ id: run, color }) => layers.map((_, i) => <circle key={`${run}/${String(i)}`} r="3" fill={runColor(color)} />))}
      </g>
    </>
  );
});
