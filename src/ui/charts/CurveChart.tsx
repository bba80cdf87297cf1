/** One chart: recharts' frame, our paths, the shared crosshair and the table of values. */
import { Maximize2 } from 'lucide-react';
import { type PointerEvent, type ReactNode, useCallback, useId, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { useSize } from '../hooks.ts';
import styles from './chart.module.css';
import { Frame, InsideContext } from './Frame.tsx';
import { Paths, type PathsHandle } from './Paths.tsx';
import type { Plot } from './path.ts';
import { type ChartSpec, LOSS } from './spec.ts';
import { useCrosshair } from './useCrosshair.ts';
import { useCurvePainter } from './useCurvePainter.ts';
import { useScene } from './useScene.ts';
import { useZoom } from './useZoom.ts';
import { ValueTable } from './ValueTable.tsx';
import { resetZoom, zoomStore } from './zoom.ts';

interface CurveChartProps {
  spec: ChartSpec;
  /** Over the empty chart. */
  overlay?: ReactNode;
}

const MIN_SIDE = 40;
/** Share of the axis that counts as near the pointer. */
const NEAR = 0.012;
const KEYS = 'arrows move the line, + and − zoom, Page Up and Page Down stretch, Shift and arrows shift, Escape shows all';

export function CurveChart({ spec, overlay }: CurveChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const paths = useRef<PathsHandle>(null);
  const id = useId();
  const size = useSize(box);
  const asleep = size.width < MIN_SIDE || size.height < MIN_SIDE;
  const wanted = useScene(spec);
  const { painter, shown } = useCurvePainter({ scene: wanted, size, paths, asleep });
  const { plot } = painter;
  const scene = shown?.scene ?? wanted;
  const { lines, earlier } = scene;
  const crosshair = useCrosshair({ scene, paths, plot });
  const onPlot = useCallback(
    (next: Plot) => {
      painter.onPlot(next);
      crosshair.stay();
    },
    [painter, crosshair],
  );
  const zoom = useZoom({ chart: spec.name, paths, plot, whole: shown?.domains.whole, crosshair });
  const { layers } = scene.spec;
  const inside = useMemo(() => {
    const pathLines = lines.map(({ key, color, grouped, runs }) => ({ key, color, grouped, runs: runs.map((run) => run.id) }));
    return <Paths ref={paths} id={id} lines={pathLines} layers={layers} earlier={earlier} />;
  }, [id, lines, layers, earlier]);
  const pointer = {
    onPointerDown: zoom.onPointerDown,
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      crosshair.onPointerMove(event);
      zoom.onPointerMove(event);
    },
    onPointerUp: zoom.onPointerUp,
    onPointerCancel: zoom.onPointerCancel,
    onPointerLeave: crosshair.onPointerLeave,
    onDoubleClick: zoom.onDoubleClick,
  };
  const names = lines.map(({ name, grouped, runs }) => (grouped ? `${name} (${runs.length} runs)` : name)).join(', ');

  return (
    <div ref={box} className={styles.chart} data-chart={spec.name} {...pointer}>
      {!asleep && shown && (
        <div role="img" aria-label={`${spec.name} of ${names}. The chart menu has the values as a table.`}>
          <InsideContext value={inside}>
            <Frame {...shown.frame} onPlot={onPlot} />
          </InsideContext>
        </div>
      )}
      <button
        type="button"
        data-keys
        className={styles.keys}
        aria-label={`${spec.name} chart: ${KEYS}`}
        onKeyDown={zoom.onKeyDown}
        onBlur={crosshair.leave}
      />
      {overlay}
      <ShowAll chart={spec.name} />
      {shown && <ValueTable chart={spec.name} lines={lines} choice={scene.fit.choice} reach={(shown.domains.x.max - shown.domains.x.min) * NEAR} />}
    </div>
  );
}

function ShowAll({ chart }: { chart: string }) {
  // The range of x is every chart's: one button for it, on the first.
  const zoomed = useStore(zoomStore, (zoom) => zoom.y[chart] !== undefined || (chart === LOSS.name && zoom.x !== null));
  if (!zoomed) return null;
  return (
    <button type="button" className={styles.all} title="Show all (double-click, Escape)" onClick={resetZoom}>
      <Maximize2 size={12} /> Show all
    </button>
  );
}
