/** The `<path>`s of all lines: React makes them, the painter fills them by reference. */
import { memo, type Ref, useImperativeHandle, useRef } from 'react';
import { dashOf, runColor, thinDashOf } from '../primitives/palette.ts';
import styles from './chart.module.css';
import type { ChartLayer } from './spec.ts';

export interface PathsHandle {
  /** Fills the path of this key, if it is there; asks the page only for what has changed. */
  set(key: string, d: string): void;
  clip(left: number, top: number, width: number, height: number): void;
  /** This line stands out and the others fade; null: none does. */
  highlight(line: string | null): void;
  /** The part of the plot that is being chosen; null: none is. */
  select(rect: { x: number; y: number; width: number; height: number } | null): void;
  crosshair: SVGGElement | null;
}

export interface PathLine {
  key: string;
  color: number;
  grouped: boolean;
  /** Ids of its runs, each of which is a thin line while a group stands out. */
  runs: readonly string[];
}

interface PathsProps {
  ref: Ref<PathsHandle>;
  id: string;
  lines: readonly PathLine[];
  layers: readonly ChartLayer[];
  /** A faint line each, in this colour. */
  earlier: readonly { key: string; color: number }[];
}

export const Paths = memo(function Paths({ ref, id, lines, layers, earlier }: PathsProps) {
  const group = useRef<SVGGElement>(null);
  const clip = useRef<SVGRectElement>(null);
  const selection = useRef<SVGRectElement>(null);
  const crosshair = useRef<SVGGElement>(null);
  useImperativeHandle(ref, () => handle(group, clip, selection, crosshair), []);
  const clipId = `${id}-clip`;
  return (
    <>
      <defs>
        <clipPath id={clipId}>
          <rect ref={clip} />
        </clipPath>
      </defs>
      <g ref={group} className={styles.lines} clipPath={`url(#${clipId})`} fill="none" strokeLinejoin="round" strokeLinecap="round">
        {layers.map(({ metric, weight }, i) =>
          earlier.map(({ key, color }) => (
            <path key={`${key}/${metric}`} data-key={`${key}/${i}/earlier`} className={styles[`${weight}Earlier`]} stroke={runColor(color)} />
          )),
        )}
        {layers.map((layer, i) => lines.map((line) => <LinePaths key={`${line.key}/${layer.metric}`} line={line} layer={layer} at={i} />))}
        {lines.map(({ key, color }) => (
          <path key={key} data-key={`${key}/marks`} data-line={key} className={styles.mark} stroke={runColor(color)} />
        ))}
      </g>
      <rect ref={selection} className={styles.selection} visibility="hidden" data-screen-only />
      <g ref={crosshair} className={styles.crosshair} visibility="hidden" data-screen-only>
        <line />
        {lines.flatMap(({ key, color }) => layers.map((_, i) => <circle key={`${key}/${String(i)}`} r="3" fill={runColor(color)} />))}
      </g>
    </>
  );
});

function LinePaths({ line: { key, color, grouped, runs }, layer: { weight }, at }: { line: PathLine; layer: ChartLayer; at: number }) {
  return (
    <g data-line={key} stroke={runColor(color)}>
      {grouped && <path data-key={`${key}/${at}/band`} className={styles.band} fill={runColor(color)} stroke="none" />}
      {grouped && runs.map((run) => <path key={run} data-key={`${key}/${at}/${run}`} className={styles.member} />)}
      {weight === 'thin' && !grouped && <path data-key={`${key}/${at}/ghost`} className={styles.ghost} />}
      <path
        data-key={`${key}/${at}/line`}
        className={grouped && weight === 'thin' ? styles.mean : styles[weight]}
        strokeLinecap={weight === 'dotted' ? 'round' : 'butt'}
        strokeDasharray={weight === 'dotted' ? '0 4' : weight === 'thick' ? dashOf(color) : thinDashOf(color)}
      />
    </g>
  );
}

interface Reference<T> {
  readonly current: T | null;
}

function handle(
  group: Reference<SVGGElement>,
  clip: Reference<SVGRectElement>,
  selection: Reference<SVGRectElement>,
  crosshair: Reference<SVGGElement>,
): PathsHandle {
  const write = (element: Element | null, attributes: object): void => {
    for (const [name, value] of Object.entries(attributes)) element?.setAttribute(name, String(value));
  };
  const known = new Map<string, Element>();
  /** React keeps an element while its key is there: each is looked for once. */
  const find = (key: string): Element | undefined => {
    const kept = known.get(key);
    if (kept?.isConnected) return kept;
    const found = group.current?.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? undefined;
    if (found) known.set(key, found);
    else known.delete(key);
    return found;
  };
  return {
    set: (key, d) => {
      const path = find(key);
      if (path && path.getAttribute('d') !== d) path.setAttribute('d', d);
    },
    clip: (x, y, width, height) => write(clip.current, { x, y: y - 2, width, height: height + 4 }),
    highlight: (line) => {
      group.current?.toggleAttribute('data-highlight', line !== null);
      for (const element of group.current?.querySelectorAll<SVGElement>('[data-line]') ?? [])
        element.toggleAttribute('data-on', element.dataset.line === line);
    },
    select: (rect) => write(selection.current, rect ? { ...rect, visibility: 'visible' } : { visibility: 'hidden' }),
    get crosshair() {
      return crosshair.current;
    },
  };
}
