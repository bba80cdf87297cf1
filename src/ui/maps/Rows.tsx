/** Canvases for the tiles, painted by reference whenever maps arrive. */
import { memo, useCallback, useEffect, useRef } from 'react';
import { formatNumber } from '../../model/format.ts';
import { type MapsEvent, mapsStore } from '../../store/live.ts';
import type { RunItem } from '../hooks.ts';
import { Swatch } from '../primitives/Swatch.tsx';
import type { Grid } from './layout.ts';
import styles from './Maps.module.css';

interface RowsProps {
  runs: readonly RunItem[];
  layer: string;
  grid: Grid;
}

export const Rows = memo(function Rows({ runs, layer, grid }: RowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const paint = useCallback(
    (event: MapsEvent | null) => {
      if (!event || event.layer !== layer || !list.current) return;
      for (const maps of event.maps) paintRow(list.current, maps);
    },
    [layer],
  );
  useEffect(() => mapsStore.subscribe(({ event }) => paint(event)), [paint]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new canvases are blank until painted
  useEffect(() => paint(mapsStore.getState().event), [paint, runs, grid]);
  return (
    <ul ref={list} className={styles.rows} style={{ gridTemplateColumns: grid.stacked ? 'minmax(0, 1fr)' : `repeat(${grid.columns}, max-content)` }}>
      {runs.map((run) => (
        <li key={run.id} data-run={run.id} className={styles.row} data-stacked={grid.stacked || undefined}>
          <span className={styles.label} title={run.name}>
            <span className={styles.name}>
              <Swatch color={run.color} width={16} /> {run.name}
            </span>
            <span className={styles.range} />
          </span>
          {Array.from({ length: grid.channels }, (_, channel) => (
            <canvas
              // biome-ignore lint/suspicious/noArrayIndexKey: channels do not move
              key={channel}
              width={1}
              height={1}
              style={{ width: grid.tile, height: grid.tile }}
              role="img"
              aria-label={`${run.name}, ${layer}, channel ${channel}`}
            />
          ))}
        </li>
      ))}
    </ul>
  );
});

const short = (value: number): string => formatNumber(Number(value.toPrecision(2))).replace('-', '−');

function paintRow(list: HTMLUListElement, { run, channels, width, height, rgba, min, max }: MapsEvent['maps'][number]): void {
  const row = list.querySelector(`[data-run="${CSS.escape(run)}"]`);
  if (!row) return;
  const range = row.querySelector(`.${CSS.escape(styles.range!)}`);
  if (range) range.textContent = `${short(min)} … ${short(max)}`;
  const image = new ImageData(new Uint8ClampedArray(rgba), width, height * channels);
  for (const [channel, canvas] of [...row.querySelectorAll('canvas')].entries()) {
    const there = channel < channels;
    canvas.hidden = !there;
    if (!there) continue;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    canvas.getContext('2d')?.putImageData(image, 0, -channel * height, 0, channel * height, width, height);
  }
}
